/** Runs at most `limit` pieces of work at once, and a piece that is asked for again while it runs only once. */
export function createLimitedWork<T>(limit: number) {
  const running = new Map<string, Promise<T>>();
  const waiting: (() => void)[] = [];
  let active = 0;

  async function run(work: () => Promise<T>): Promise<T> {
    if (active < limit) active += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The newest first: what was asked for last is what is on the screen now. It takes over this one's place.
      const next = waiting.pop();
      if (next === undefined) active -= 1;
      else next();
    }
  }

  return {
    once(key: string, work: () => Promise<T>): Promise<T> {
      const known = running.get(key);
      if (known !== undefined) return known;
      const started = run(work).finally(() => running.delete(key));
      running.set(key, started);
      return started;
    },
  };
}
