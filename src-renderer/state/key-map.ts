import { z } from 'zod';
import { say } from '../texts/say.ts';

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
  'search.open': {
    name: say('Find anything'),
    group: say('Everywhere'),
    scope: 'everywhere',
    keys: ['Ctrl+K'],
  },
  'keys.open': { name: say('Show all keys'), group: say('Everywhere'), scope: 'everywhere', keys: ['?'] },
  'folder.add': {
    name: say('Add a folder'),
    group: say('Everywhere'),
    scope: 'everywhere',
    keys: ['Ctrl+O'],
  },
  'run.start': {
    name: say('Start a run'),
    group: say('Everywhere'),
    scope: 'everywhere',
    keys: ['Ctrl+Enter'],
  },
  'export.open': {
    name: say('Export and report'),
    group: say('Everywhere'),
    scope: 'everywhere',
    keys: ['Ctrl+E'],
  },
  'jobs.open': { name: say('Show jobs'), group: say('Everywhere'), scope: 'everywhere', keys: ['Ctrl+J'] },
  'view.data': { name: say('Data'), group: say('Views'), scope: 'everywhere', keys: ['Alt+1'] },
  'view.review': { name: say('Review'), group: say('Views'), scope: 'everywhere', keys: ['Alt+2'] },
  'view.thresholds': { name: say('Thresholds'), group: say('Views'), scope: 'everywhere', keys: ['Alt+3'] },
  'view.compare': { name: say('Compare'), group: say('Views'), scope: 'everywhere', keys: ['Alt+4'] },
  'view.models': { name: say('Models'), group: say('Views'), scope: 'everywhere', keys: ['Alt+5'] },
  'view.training': { name: say('Training'), group: say('Views'), scope: 'everywhere', keys: ['Alt+6'] },
  'view.prompts': { name: say('Prompts'), group: say('Views'), scope: 'everywhere', keys: ['Alt+7'] },
  'view.settings': { name: say('Settings'), group: say('Views'), scope: 'everywhere', keys: ['Ctrl+,'] },
  'image.next': {
    name: say('Next image'),
    group: say('Going through images'),
    scope: 'review',
    keys: ['ArrowRight'],
  },
  'image.previous': {
    name: say('Previous image'),
    group: say('Going through images'),
    scope: 'review',
    keys: ['ArrowLeft'],
  },
  'image.first': {
    name: say('First image'),
    group: say('Going through images'),
    scope: 'review',
    keys: ['Home'],
  },
  'image.last': {
    name: say('Last image'),
    group: say('Going through images'),
    scope: 'review',
    keys: ['End'],
  },
  'next.unjudged': {
    name: say('Next image without a verdict'),
    group: say('Going through images'),
    scope: 'review',
    keys: ['N'],
  },
  'verdict.good': { name: say('Good'), group: say('Verdict'), scope: 'review', keys: ['A'] },
  'verdict.defect': { name: say('Defect'), group: say('Verdict'), scope: 'review', keys: ['D'] },
  'verdict.unsure': { name: say('Unsure'), group: say('Verdict'), scope: 'review', keys: ['U'] },
  'verdict.undo': {
    name: say('Undo the last verdict'),
    group: say('Verdict'),
    scope: 'review',
    keys: ['Ctrl+Z'],
  },
  'verdict.redo': {
    name: say('Give the verdict again'),
    group: say('Verdict'),
    scope: 'review',
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
  },
  'note.write': { name: say('Write a note'), group: say('Verdict'), scope: 'review', keys: ['T'] },
  'zoom.in': { name: say('Zoom in'), group: say('Looking'), scope: 'review', keys: ['+', '='] },
  'zoom.out': { name: say('Zoom out'), group: say('Looking'), scope: 'review', keys: ['-'] },
  'zoom.fit': {
    name: say('Fit the image to the window'),
    group: say('Looking'),
    scope: 'review',
    keys: ['0'],
  },
  'zoom.actual': { name: say('Actual pixels'), group: say('Looking'), scope: 'review', keys: ['1'] },
  'overlay.toggle': { name: say('Heat map on or off'), group: say('Overlay'), scope: 'review', keys: ['O'] },
  'contour.toggle': {
    name: say('Contour at the threshold on or off'),
    group: say('Overlay'),
    scope: 'review',
    keys: ['C'],
  },
  'cutOff.toggle': {
    name: say('Heat map only above the threshold'),
    group: say('Overlay'),
    scope: 'review',
    keys: ['X'],
  },
  'groundTruth.toggle': {
    name: say('Ground truth on or off'),
    group: say('Overlay'),
    scope: 'review',
    keys: ['G'],
  },
  'modelView.toggle': {
    name: say('As the model saw it, or the whole image'),
    group: say('Looking'),
    scope: 'review',
    keys: ['M'],
  },
  'modelView.beside': {
    name: say('The square that the model saw, beside the image'),
    group: say('Looking'),
    scope: 'review',
    keys: ['Shift+M'],
  },
  'readOut.allRuns': {
    name: say('Read-out of every run under the pointer'),
    group: say('Looking'),
    scope: 'review',
    keys: ['E'],
  },
  'full.toggle': {
    name: say('The image alone, over the whole window'),
    group: say('Looking'),
    scope: 'review',
    keys: ['F'],
  },
  'panel.toggle': {
    name: say('Panel beside the image on or off'),
    group: say('Looking'),
    scope: 'review',
    keys: ['P'],
  },
  'levels.own': {
    name: say('Window and level to the grey values of this image'),
    group: say('Looking'),
    scope: 'review',
    keys: ['Q'],
  },
  'levels.reset': {
    name: say('Window and level back to all'),
    group: say('Looking'),
    scope: 'review',
    keys: ['W'],
  },
  'overlay.peek': {
    name: say('Hide all that is laid over, while held'),
    group: say('Overlay'),
    scope: 'review',
    keys: ['H'],
  },
  'opacity.less': { name: say('Heat map fainter'), group: say('Overlay'), scope: 'review', keys: ['['] },
  'opacity.more': { name: say('Heat map stronger'), group: say('Overlay'), scope: 'review', keys: [']'] },
  invert: { name: say('Invert the image'), group: say('Overlay'), scope: 'review', keys: ['I'] },
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
    name: say('Radiology'),
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

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> &
  Partial<Pick<KeyboardEvent, 'code'>>;

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
export function chordOf(press: KeyPress): string | null {
  const { ctrlKey, metaKey, altKey, shiftKey, code = '' } = press;
  // On a Mac, Alt and a digit type another sign.
  const key = altKey && /^Digit\d$/.test(code) ? code.slice(-1) : press.key;
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
