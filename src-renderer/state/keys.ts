import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import {
  chordOf,
  defaultKeySettings,
  findAction,
  isActionId,
  keyActions,
  keyMapOf,
  showChord,
  type ActionId,
  type KeyMap,
  type KeyPreset,
  type KeyScope,
  type KeySettings,
} from './key-map.ts';

const textEntry =
  'input:not([type="range"]):not([type="radio"]):not([type="checkbox"]), textarea, select, [role="menu"], [role="listbox"], [role="dialog"]';
const stepped = 'input[type="range"], input[type="radio"], [role="slider"]';

/** What moves a slider or goes through a group of radio buttons. */
const steppingKeys = new Set([
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
  ' ',
]);

/**
 * Whether a key belongs to what is focused: any key to a text field or a list that is open, to a slider only the keys
 * that move it.
 */
export function isTaken({ target, key }: Pick<KeyboardEvent, 'target' | 'key'>): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest(textEntry) !== null) return true;
  return steppingKeys.has(key) && target.closest(stepped) !== null;
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role="dialog"]') !== null;
}

interface KeyState {
  readonly settings: KeySettings;
  /** What follows from the settings. */
  readonly keyMap: KeyMap;
  /** Takes a preset as it is: changes of one's own are dropped. */
  choosePreset(preset: KeyPreset): void;
  setKeys(id: ActionId, chords: readonly string[]): void;
  /** Back to what the preset says. */
  resetKeys(id: ActionId): void;
  restore(settings: KeySettings): void;
}

/** Which key does what; saved with the window's other settings. */
export const useKeyStore = create<KeyState>()((set, get) => {
  const apply = (settings: KeySettings) => {
    set({ settings, keyMap: keyMapOf(settings) });
  };
  return {
    settings: defaultKeySettings,
    keyMap: keyMapOf(defaultKeySettings),
    choosePreset: (preset) => {
      apply({ preset, own: {} });
    },
    setKeys: (id, chords) => {
      const { settings } = get();
      apply({ ...settings, own: { ...settings.own, [id]: chords } });
    },
    resetKeys: (id) => {
      const { settings } = get();
      apply({
        ...settings,
        own: Object.fromEntries(Object.entries(settings.own).filter(([each]) => each !== id)),
      });
    },
    restore: apply,
  };
});

/** The key of an action as people read it, for tips and labels; empty where it has none. */
export function useKeyName(id: ActionId): string {
  return useKeyStore(({ keyMap }) => {
    const [chord] = keyMap[id];
    return chord === undefined ? '' : showChord(chord);
  });
}

interface LiveHandlers {
  handlers(): ActionHandlers;
}

const live = new Set<LiveHandlers>();

/** What keys could do now in the views that are open, for a search that offers it by name. */
export function liveActions(): { readonly id: ActionId; readonly run: () => void }[] {
  const found = new Map<ActionId, () => void>();
  for (const { handlers } of live) {
    for (const [id, run] of Object.entries(handlers())) if (isActionId(id)) found.set(id, run);
  }
  return [...found].map(([id, run]) => ({ id, run }));
}

export type ActionHandlers = Readonly<Partial<Record<ActionId, () => void>>>;

/** Calls the handler of the action whose key is pressed, unless the key belongs to what is focused. */
export function useActionKeys(scope: KeyScope, handlers: ActionHandlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const chord = chordOf(event);
      const id = findAction(useKeyStore.getState().keyMap, chord, scope);
      const handler = id === null ? undefined : latest.current[id];
      if (id === null || handler === undefined) return;
      // Text fields have no use for these; an open dialog comes first.
      const isForText = chord?.startsWith('Ctrl+') !== true || keyActions[id].scope !== 'everywhere';
      if (isForText ? isTaken(event) : isInDialog(event.target)) return;
      event.preventDefault();
      handler();
    };
    const entry: LiveHandlers = { handlers: () => latest.current };
    live.add(entry);
    window.addEventListener('keydown', onKey);
    return () => {
      live.delete(entry);
      window.removeEventListener('keydown', onKey);
    };
  }, [scope]);
}
