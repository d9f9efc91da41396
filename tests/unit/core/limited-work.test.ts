import { describe, expect, it } from 'vitest';
import { createLimitedWork } from '../../../src-main/core/assets/limited-work.ts';

/** Work that ends when it is told to, and remembers what was begun. */
function makeBench(limit: number) {
  const limited = createLimitedWork<string>(limit);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    ask: (key: string, signal?: AbortSignal) =>
      limited.once(
        key,
        () =>
          new Promise<string>((resolve) => {
            begun.push(key);
            ends.set(key, () => {
              resolve(`${key} made`);
            });
          }),
        signal,
      ),
    /** Ends what is under way and lets what follows from it happen. */
    end: async (key: string) => {
      ends.get(key)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('limited work', () => {
  it('does so much at once, and of what waits the newest first', async () => {
    const { ask, begun, end } = makeBench(2);
    const all = ['a', 'b', 'c', 'd', 'e'].map((key) => ask(key));
    expect(begun).toEqual(['a', 'b']);
    await end('a');
    await end('b');
    expect(begun).toEqual(['a', 'b', 'e', 'd']);
    for (const key of ['e', 'd', 'c']) await end(key);
    expect(begun).toEqual(['a', 'b', 'e', 'd', 'c']);
    expect(await Promise.all(all)).toEqual(['a made', 'b made', 'c made', 'd made', 'e made']);
  });

  it('does one thing once however many ask for it, and again when it is asked for afterwards', async () => {
    const { ask, begun, end } = makeBench(1);
    const [first, second] = [ask('a'), ask('a')];
    await end('a');
    expect(await Promise.all([first, second])).toEqual(['a made', 'a made']);
    void ask('a');
    expect(begun).toEqual(['a', 'a']);
  });

  it('never begins what everybody who asked for it has gone away from', async () => {
    const { ask, begun, end } = makeBench(1);
    void ask('a');
    const [one, other, third] = [new AbortController(), new AbortController(), new AbortController()];
    const past = ask('past', one.signal);
    const pastToo = ask('past', other.signal);
    const stays = ask('stays', third.signal);
    const staysToo = ask('stays');
    for (const each of [one, other, third]) each.abort();
    const dropped = expect(past).rejects.toMatchObject({ code: 'cancelled' });
    const droppedToo = expect(pastToo).rejects.toMatchObject({ code: 'cancelled' });
    await end('a');
    await end('stays');
    await Promise.all([dropped, droppedToo]);
    expect(await Promise.all([stays, staysToo])).toEqual(['stays made', 'stays made']);
    expect(begun).toEqual(['a', 'stays']);
  });

  it('finishes what was begun, and makes what is asked for again before its turn came', async () => {
    const { ask, begun, end } = makeBench(1);
    const gone = new AbortController();
    const first = ask('a', gone.signal);
    const past = ask('past', gone.signal);
    gone.abort();
    const again = ask('past');
    await end('a');
    await end('past');
    expect(await Promise.all([first, past, again])).toEqual(['a made', 'past made', 'past made']);
    expect(begun).toEqual(['a', 'past']);
  });

  it('makes what was dropped when it is asked for once more', async () => {
    const { ask, begun, end } = makeBench(1);
    const gone = new AbortController();
    void ask('a');
    const dropped = expect(ask('past', gone.signal)).rejects.toMatchObject({ code: 'cancelled' });
    gone.abort();
    await end('a');
    await dropped;
    const again = ask('past');
    await end('past');
    expect(await again).toBe('past made');
    expect(begun).toEqual(['a', 'past']);
  });
});
