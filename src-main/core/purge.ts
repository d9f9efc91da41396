import { setImmediate } from 'node:timers/promises';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import type { Log } from './core.ts';
import type { Repositories } from './db/repositories.ts';

export interface Purge {
  /** Clears away the rows of removed data sets and runs, in steps that leave room for everything else. */
  start(): void;
  /** Resolves when no step is running. */
  stop(): Promise<void>;
}

const rowsAtOnce = 500;

export function createPurge({ datasets, runs }: Repositories, log: Log): Purge {
  let working: Promise<void> | null = null;
  let stopped = false;

  async function purgeAll(): Promise<void> {
    try {
      while (!stopped && (runs.purgeStep(rowsAtOnce) || datasets.purgeStep(rowsAtOnce))) await setImmediate();
    } catch (thrown) {
      // Removed things stay invisible; the next start goes on.
      log('warn', `Clearing away removed rows was put off: ${toErrorShape(thrown).message}`);
    }
  }

  return {
    start() {
      if (stopped) return;
      working = (working ?? Promise.resolve()).then(purgeAll);
    },
    async stop() {
      stopped = true;
      await working;
    },
  };
}
