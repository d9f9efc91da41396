import { z } from 'zod';

/** Where a key means something. A key of `everywhere` means the same in every view. */
export type KeyScope = 'everywhere' | 'review';

interface KeyAction {
  readonly name: string;
  readonly group: string;
  readonly scope: KeyScope;
  /** Chords as `chordOf` says them; the first is the one that is shown. */
  readonly keys: readonly string[];
}

/** Everything that a key does, in the order in which people read it. A view acts on its ids with `useActionKeys`. */
export const keyActions = {
  'search.open': { name: 'Find anything', group: 'Everywhere', scope: 'everywhere', keys: ['Ctrl+K'] },
  'keys.open': { name: 'Show all keys', group: 'Everywhere', scope: 'everywhere', keys: ['?'] },
  'image.next': { name: 'Next image', group: 'Going through images', scope: 'review', keys: ['ArrowRight'] },
  'image.previous': {
    name: 'Previous image',
    group: 'Going through images',
    scope: 'review',
    keys: ['ArrowLeft'],
  },
  'image.first': { name: 'First image', group: 'Going through images', scope: 'review', keys: ['Home'] },
  'image.last': { name: 'Last image', group: 'Going through images', scope: 'review', keys: ['End'] },
  'next.unjudged': {
    name: 'Next image without a verdict',
    group: 'Going through images',
    scope: 'review',
    keys: ['N'],
  },
  'verdict.good': { name: 'Good', group: 'Verdict', scope: 'review', keys: ['A'] },
  'verdict.defect': { name: 'Defect', group: 'Verdict', scope: 'review', keys: ['D'] },
  'verdict.unsure': { name: 'Unsure', group: 'Verdict', scope: 'review', keys: ['U'] },
  'verdict.undo': { name: 'Undo the last verdict', group: 'Verdict', scope: 'review', keys: ['Ctrl+Z'] },
  'verdict.redo': {
    name: 'Give the verdict again',
    group: 'Verdict',
    scope: 'review',
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
  },
  'note.write': { name: 'Write a note', group: 'Verdict', scope: 'review', keys: ['T'] },
  'zoom.in': { name: 'Zoom in', group: 'Looking', scope: 'review', keys: ['+', '='] },
  'zoom.out': { name: 'Zoom out', group: 'Looking', scope: 'review', keys: ['-'] },
  'zoom.fit': { name: 'Fit the image to the window', group: 'Looking', scope: 'review', keys: ['0'] },
  'zoom.actual': { name: 'Actual pixels', group: 'Looking', scope: 'review', keys: ['1'] },
  'overlay.toggle': { name: 'Heat map on or off', group: 'Overlay', scope: 'review', keys: ['O'] },
  'contour.toggle': {
    name: 'Contour at the threshold on or off',
    group: 'Overlay',
    scope: 'review',
    keys: ['C'],
  },
  'cutOff.toggle': {
    name: 'Heat map only above the threshold',
    group: 'Overlay',
    scope: 'review',
    keys: ['X'],
  },
  'groundTruth.toggle': { name: 'Ground truth on or off', group: 'Overlay', scope: 'review', keys: ['G'] },
  'modelView.toggle': {
    name: 'As the model saw it, or the whole image',
    group: 'Looking',
    scope: 'review',
    keys: ['M'],
  },
  'modelView.beside': {
    name: 'The square that the model saw, beside the image',
    group: 'Looking',
    scope: 'review',
    keys: ['Shift+M'],
  },
  'readOut.allRuns': {
    name: 'Read-out of every run under the pointer',
    group: 'Looking',
    scope: 'review',
    keys: ['E'],
  },
  'full.toggle': {
    name: 'The image alone, over the whole window',
    group: 'Looking',
    scope: 'review',
    keys: ['F'],
  },
  'panel.toggle': {
    name: 'Panel beside the image on or off',
    group: 'Looking',
    scope: 'review',
    keys: ['P'],
  },
  'levels.own': {
    name: 'Window and level to the grey values of this image',
    group: 'Looking',
    scope: 'review',
    keys: ['Q'],
  },
  'levels.reset': { name: 'Window and level back to all', group: 'Looking', scope: 'review', keys: ['W'] },
  'overlay.peek': {
    name: 'Hide all that is laid over, while held',
    group: 'Overlay',
    scope: 'review',
    keys: ['H'],
  },
  'opacity.less': { name: 'Heat map fainter', group: 'Overlay', scope: 'review', keys: ['['] },
  'opacity.more': { name: 'Heat map stronger', group: 'Overlay', scope: 'review', keys: [']'] },
  invert: { name: 'Invert the image', group: 'Overlay', scope: 'review', keys: ['I'] },
} as const satisfies Record<string, KeyAction>;

export type ActionId = keyof typeof keyActions;
export type KeyMap = Readonly<Record<ActionId, readonly string[]>>;

export function isActionId(id: string): id is ActionId {
  return Object.hasOwn(keyActions, id);
}

export const actionIds: readonly ActionId[] = Object.keys(keyActions).filter(isActionId);

type Changes = Readonly<Partial<Record<ActionId, readonly string[]>>>;

/** What other programs have taught people's hands; each says only what differs from the default. */
export const keyPresets = {
  default: { name: 'Anomaly Workbench', changes: {} },
  cvat: {
    name: 'CVAT',
    changes: {
      'image.next': ['F', 'ArrowRight'],
      'image.previous': ['D', 'ArrowLeft'],
      'next.unjudged': ['V'],
      'verdict.defect': ['R'],
      'full.toggle': ['Shift+F'],
    },
  },
  labelme: {
    name: 'Labelme',
    changes: {
      'image.next': ['D', 'ArrowRight'],
      'image.previous': ['A', 'ArrowLeft'],
      'verdict.good': ['S'],
      'verdict.defect': ['R'],
      'zoom.in': ['Ctrl+=', 'Ctrl++', '+'],
      'zoom.out': ['Ctrl+-', '-'],
      'zoom.actual': ['Ctrl+0', '1'],
      'zoom.fit': ['Ctrl+F', '0'],
    },
  },
  radiology: {
    name: 'Radiology',
    changes: {
      'image.next': ['ArrowDown', 'PageDown', 'ArrowRight'],
      'image.previous': ['ArrowUp', 'PageUp', 'ArrowLeft'],
      'zoom.in': ['+'],
      'zoom.fit': ['=', '0'],
    },
  },
} as const satisfies Record<string, { name: string; changes: Changes }>;

export const keyPresetSchema = z.enum(['default', 'cvat', 'labelme', 'radiology']);
export type KeyPreset = z.infer<typeof keyPresetSchema>;

/** A preset and what the user changed in it. Ids that this version does not know are left out of the map. */
export const keySettingsSchema = z
  .object({
    preset: keyPresetSchema.catch('default'),
    own: z.record(z.string(), z.array(z.string().min(1).max(40)).max(4).readonly()).catch({}),
  })
  .readonly();
export type KeySettings = z.infer<typeof keySettingsSchema>;

export const defaultKeySettings: KeySettings = { preset: 'default', own: {} };

export function presetKeys(preset: KeyPreset, id: ActionId): readonly string[] {
  const changes: Changes = keyPresets[preset].changes;
  return changes[id] ?? keyActions[id].keys;
}

export function keyMapOf({ preset, own }: KeySettings): KeyMap {
  return Object.fromEntries(actionIds.map((id) => [id, own[id] ?? presetKeys(preset, id)])) as Record<
    ActionId,
    readonly string[]
  >;
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const modifiers = new Set([
  'Control',
  'Meta',
  'Alt',
  'Shift',
  'AltGraph',
  'CapsLock',
  'Dead',
  'Unidentified',
]);

/**
 * A key press in one word: `A`, `Shift+A`, `Ctrl+Z`, `?`, `ArrowLeft`. Shift counts for letters and named keys alone: of
 * a sign it is part of how that is typed. Command counts as Ctrl. Null for a modifier on its own.
 */
export function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string | null {
  if (modifiers.has(key) || key === '') return null;
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase() && key !== ' ';
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;
  return [
    ctrlKey || metaKey ? 'Ctrl+' : '',
    altKey ? 'Alt+' : '',
    shiftKey && !isSign ? 'Shift+' : '',
    name,
  ].join('');
}

const keySigns: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  '-': '−',
};

/** A chord as people read it: `Ctrl+K`, `→`. */
export function showChord(chord: string): string {
  const name = chord.replace(/^(?:Ctrl\+|Alt\+|Shift\+)*/, '');
  return `${chord.slice(0, chord.length - name.length)}${keySigns[name] ?? name}`;
}

/** The action of a chord in a scope, those of everywhere included; null where it has none. */
export function findAction(keyMap: KeyMap, chord: string | null, scope: KeyScope): ActionId | null {
  if (chord === null) return null;
  return (
    actionIds.find(
      (id) =>
        (keyActions[id].scope === scope || keyActions[id].scope === 'everywhere') &&
        keyMap[id].includes(chord),
    ) ?? null
  );
}

export interface KeyConflict {
  readonly chord: string;
  /** Two or more; the first is the one that the key does. */
  readonly actions: readonly ActionId[];
}

/** Chords that several actions of one scope claim. */
export function findConflicts(keyMap: KeyMap): KeyConflict[] {
  const chords = new Set(actionIds.flatMap((id) => keyMap[id]));
  return [...chords].flatMap((chord) => {
    const actions = actionIds.filter((id) => keyMap[id].includes(chord));
    const scopes = new Set(actions.map((id) => keyActions[id].scope));
    const meets = actions.length > 1 && (scopes.has('everywhere') || scopes.size < actions.length);
    return meets ? [{ chord, actions }] : [];
  });
}
