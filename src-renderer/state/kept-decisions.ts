import { z } from 'zod';
import { keptDecisionSchema, type DecisionKeeper, type KeptDecision } from './decisions.ts';

/** What is needed of `window.localStorage`: it outlives the window, the browser and the machine's restart. */
export type KeepStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** What is needed of `navigator.locks`: a lock is held as long as the window lives, however it ends. */
export interface WindowLocks {
  request(name: string, work: () => Promise<unknown> | undefined): Promise<unknown>;
}

interface KeepDecisionsOptions {
  readonly keeper: DecisionKeeper;
  /** Decisions belong to the data folder that their images are in. */
  readonly dataFolder: string;
  /** Unlike any other window's. */
  readonly windowId: string;
  readonly storage: KeepStorage;
  /** Null where the browser has none: then every other window counts as gone. */
  readonly locks: WindowLocks | null;
}

const waitingSchema = z.array(keptDecisionSchema);
const root = 'workbench.unsaved-decisions';

/**
 * Keeps what waits of this window, and takes over what windows on the same data folder left behind: at once where they
 * are gone, else when they go. A window that lives stores its own.
 */
export function keepDecisions({ keeper, dataFolder, windowId, storage, locks }: KeepDecisionsOptions): void {
  const prefix = `${root}/${dataFolder}/`;
  const own = prefix + windowId;
  void locks?.request(own, () => new Promise(() => undefined));
  keeper.keepIn({ save: (waiting) => write(storage, own, waiting) });
  const adopt = (key: string) => {
    const waiting = read(storage, key);
    // Into this window's place first: a crash in between leaves them twice, never not at all.
    keeper.adopt(waiting);
    storage.removeItem(key);
  };
  for (const key of keysOf(storage)) {
    if (!key.startsWith(prefix) || key === own) continue;
    if (locks === null) adopt(key);
    else
      void locks.request(key, () => {
        adopt(key);
        return undefined;
      });
  }
}

/** False where there is no room, or the browser keeps nothing. */
function write(storage: KeepStorage, key: string, waiting: readonly KeptDecision[]): boolean {
  try {
    if (waiting.length === 0) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(waiting));
    return true;
  } catch {
    return false;
  }
}

function read(storage: KeepStorage, key: string): readonly KeptDecision[] {
  try {
    const parsed = waitingSchema.safeParse(JSON.parse(storage.getItem(key) ?? '[]'));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}

function keysOf(storage: KeepStorage): readonly string[] {
  return Array.from({ length: storage.length }, (_, place) => storage.key(place)).filter(
    (key) => key !== null,
  );
}
