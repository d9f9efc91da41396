import { WorkbenchError } from '../../../src-shared/contract/errors.ts';

interface Piece<T> {
  readonly promise: Promise<T>;
  /** How many still wait for it. */
  wanted: number;
}

interface Place {
  readonly isWanted: () => boolean;
  readonly begin: () => void;
  readonly drop: () => void;
}

/**
 * Runs at most `limit` pieces of work at once, the newest first, and a piece that is asked for again while it runs only once.
 * A piece that has not begun when nobody waits for it any more never does: its promise is rejected with `cancelled`.
 */
export function createLimitedWork<T>(limit: number) {
  const pieces = new Map<string, Piece<T>>();
  const waiting: Place[] = [];
  let active = 0;

  async function run(key: string, work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    if (active < limit) active += 1;
    else
      await new Promise<void>((begin, reject) => {
        const drop = () => {
          // At once: who asks for it from now on is not told what those were told who had gone.
          pieces.delete(key);
          reject(new WorkbenchError('cancelled', 'Nobody waits for this picture any more.'));
        };
        waiting.push({ isWanted, begin, drop });
      });
    try {
      return await work();
    } finally {
      passOn();
    }
  }

  /** The newest takes over the place: what was asked for last is what is on the screen now. */
  function passOn(): void {
    for (;;) {
      const next = waiting.pop();
      if (next === undefined) {
        active -= 1;
        return;
      }
      if (next.isWanted()) {
        next.begin();
        return;
      }
      next.drop();
    }
  }

  function begin(key: string, work: () => Promise<T>): Piece<T> {
    const forget = () => {
      if (pieces.get(key) === piece) pieces.delete(key);
    };
    const promise = run(key, work, () => piece.wanted > 0).finally(forget);
    const piece: Piece<T> = { promise, wanted: 0 };
    pieces.set(key, piece);
    return piece;
  }

  return {
    /** `signal`: whoever asks goes away; without one they wait until it is done. */
    once(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      const piece = pieces.get(key) ?? begin(key, work);
      if (signal?.aborted === true) return piece.promise;
      piece.wanted += 1;
      signal?.addEventListener('abort', () => (piece.wanted -= 1), { once: true });
      return piece.promise;
    },
  };
}
