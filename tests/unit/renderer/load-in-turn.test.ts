import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadInTurn } from '../../../src-renderer/canvas/load-in-turn.ts';

describe('loading ahead', () => {
  const idle: (() => void)[] = [];

  beforeEach(() => {
    idle.length = 0;
    vi.stubGlobal('requestIdleCallback', (work: () => void) => idle.push(work));
    vi.stubGlobal('cancelIdleCallback', (id: number) => {
      idle[id - 1] = () => undefined;
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const settled = () => new Promise((resolve) => setTimeout(resolve));
  const runIdle = async () => {
    for (const work of idle.splice(0)) work();
    await settled();
  };

  test('begins with what is wanted next only when what is wanted now is there, even where that failed', async () => {
    const loaded: string[] = [];
    const now = Promise.withResolvers<undefined>();
    loadInTurn(
      [() => now.promise],
      [
        () => {
          loaded.push('next');
          return Promise.reject(new Error('damaged'));
        },
        () => {
          loaded.push('after it');
          return Promise.resolve();
        },
      ],
    );
    await settled();
    expect(idle).toHaveLength(0);
    now.reject(new Error('gone'));
    await settled();
    expect(loaded).toEqual([]);
    await runIdle();
    expect(loaded).toEqual(['next']);
    await runIdle();
    expect(loaded).toEqual(['next', 'after it']);
  });

  test('stops between two things', async () => {
    const load = vi.fn(() => Promise.resolve());
    const stop = loadInTurn([], [load, load, load]);
    await settled();
    await runIdle();
    expect(load).toHaveBeenCalledTimes(1);
    stop();
    await runIdle();
    await runIdle();
    expect(load).toHaveBeenCalledTimes(1);
  });
});
