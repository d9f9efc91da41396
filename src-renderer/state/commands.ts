import type { ActionId } from './key-map.ts';

/** Something that can be done from anywhere: by the menu, by Ctrl+K, and where it has one by its key. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** Whether it means anything now; the search leaves out what does not. */
  readonly isEnabled: boolean;
  /** One of a choice, and whether it is the one. */
  readonly isChecked?: boolean;
  /** The action of the key map that is the same. */
  readonly actionId?: ActionId;
  /** Its first key as `chordOf` says it; null: none. */
  readonly chord?: string | null;
  /** Tells it apart in a list. */
  readonly detail?: string;
  readonly run: () => void;
}
