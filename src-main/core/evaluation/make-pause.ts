import { setImmediate } from 'node:timers/promises';

/** A window waits no longer than this for its turn. */
const pauseEveryMs = 12;

/** What long work awaits again and again: lets others have their turn, and throws where `signal` is aborted. */
export function makePause(signal: AbortSignal): () => Promise<void> {
  let lastMs = performance.now();
  return async () => {
    if (performance.now() - lastMs >= pauseEveryMs) {
      await setImmediate();
      lastMs = performance.now();
    }
    signal.throwIfAborted();
  };
}
