/** Something to load, and when that is over, however it ends. */
export type Loading = () => Promise<unknown>;

/** A slow machine that is never idle still gets on. */
const longestWaitMs = 200;

/**
 * Loads what is wanted now, and only when all of it is there, one in each idle moment, what may be wanted next: so what is
 * looked at never waits for what is not. Failures are left to whoever asks for the thing itself. Returns a function that stops.
 */
export function loadInTurn(now: readonly Loading[], next: readonly Loading[]): () => void {
  let idle: number | null = null;
  let stopped = false;
  const rest = next.values();
  const goOn = () => {
    if (stopped) return;
    idle = requestIdleCallback(
      () => {
        const { value: load, done } = rest.next();
        if (done !== true) void Promise.allSettled([load()]).then(goOn);
      },
      { timeout: longestWaitMs },
    );
  };
  void Promise.allSettled(now.map((load) => load())).then(goOn);
  return () => {
    stopped = true;
    if (idle !== null) cancelIdleCallback(idle);
  };
}
