import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { BenchPrompts } from '../../../src-shared/domain/prompt-bench.ts';
import type { Client } from '../../../src-renderer/transport/client.ts';
import {
  openLiveBench,
  pickBenchImages,
  typingMs,
  type BenchState,
} from '../../../src-renderer/state/prompt-bench.ts';

interface Scoring {
  readonly prompts: BenchPrompts;
  answer(score: number): Promise<void>;
  refuse(code: 'cancelled' | 'bad-request' | 'not-found'): Promise<void>;
}

const words = (normal: string): BenchPrompts => ({
  text: { normal: [normal], abnormal: ['broken {}'], templates: ['{}'] },
});

function makeBench() {
  const scorings: Scoring[] = [];
  const calls: string[] = [];
  const states: BenchState[] = [];
  let opened = 0;
  const call = (name: string, params: { readonly prompts?: BenchPrompts }) => {
    calls.push(name);
    if (name === 'bench.open')
      return Promise.resolve({ benchId: ++opened, imageCount: 1, rendering: { sizePx: 8, sigmaPx: 0 } });
    if (name === 'bench.close') return Promise.resolve({});
    return new Promise((resolve, reject) => {
      scorings.push({
        prompts: params.prompts ?? null,
        answer: async (score) => {
          const result = { imageId: 1, score, rows: 0, columns: 0, map: '', error: null };
          resolve({ results: [result], durationMs: 1 });
          await vi.advanceTimersByTimeAsync(0);
        },
        refuse: async (code) => {
          reject(new WorkbenchError(code, code));
          await vi.advanceTimersByTimeAsync(0);
        },
      });
    });
  };
  const live = openLiveBench({
    client: { call: call as Client['call'], transport: { onEvent: () => () => undefined } },
    wish: { datasetId: 1, modelId: 'made-up', methodId: 'clip', settings: {}, imageIds: [1] },
    start: null,
    tell: (state) => states.push(state),
  });
  const score = () => states.at(-1)?.results?.get(1)?.score;
  return { live, scorings, calls, states, score, last: () => states.at(-1) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function started() {
  const bench = makeBench();
  bench.live.score(null);
  await vi.advanceTimersByTimeAsync(0);
  await bench.scorings[0]?.answer(0.5);
  return bench;
}

describe('a live bench of prompts', () => {
  it('scores the start once and tells it as both start and result', async () => {
    const { last, score, scorings } = await started();
    expect(score()).toBe(0.5);
    expect(last()?.start?.get(1)?.score).toBe(0.5);
    expect(last()?.isScoring).toBe(false);
    expect(scorings).toHaveLength(1);
  });

  it('asks once for what is typed within a moment', async () => {
    const { live, scorings } = await started();
    for (const word of ['f {}', 'fl {}', 'fla {}']) live.score(words(word));
    await vi.advanceTimersByTimeAsync(typingMs - 1);
    expect(scorings).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(scorings.slice(1).map(({ prompts }) => prompts)).toEqual([words('fla {}')]);
  });

  it('shows the newest prompts alone, whichever answer comes last, and takes no older failure for an error', async () => {
    const { live, scorings, score, last } = await started();
    for (const word of ['old {}', 'older {}', 'new {}']) {
      live.score(words(word));
      await vi.advanceTimersByTimeAsync(typingMs);
    }
    await scorings[3]?.answer(0.9);
    await scorings[1]?.answer(0.1);
    await scorings[2]?.refuse('cancelled');
    expect(score()).toBe(0.9);
    expect(last()?.error).toBeNull();
    expect(last()?.isScoring).toBe(false);
  });

  it('keeps what was scored where prompts are refused, and opens a lost bench anew', async () => {
    const { live, scorings, score, last, calls } = await started();
    live.score(words('a {}'));
    await vi.advanceTimersByTimeAsync(typingMs);
    await scorings[1]?.refuse('not-found');
    expect(last()?.error).toBeInstanceOf(WorkbenchError);
    expect(score()).toBe(0.5);
    live.retry();
    await vi.advanceTimersByTimeAsync(0);
    await scorings[2]?.answer(0.7);
    expect(score()).toBe(0.7);
    expect(last()?.error).toBeNull();
    expect(calls.filter((name) => name === 'bench.open')).toHaveLength(2);
  });

  it('is closed in the core, and tells nothing after that', async () => {
    const { live, scorings, calls, states } = await started();
    live.score(words('a {}'));
    await vi.advanceTimersByTimeAsync(typingMs);
    live.close();
    const told = states.length;
    await scorings[1]?.answer(0.7);
    expect(states).toHaveLength(told);
    expect(calls.at(-1)).toBe('bench.close');
  });
});

describe('the images of a bench', () => {
  const scores = {
    imageIds: [1, 2, 3, 4, 5, 6],
    labels: ['anomalous', 'anomalous', 'good', 'anomalous', 'good', 'good'],
  } as const;

  it('are the worst and in equal parts those labelled good', () => {
    expect(pickBenchImages(scores, null, 4)).toEqual([1, 2, 3, 5]);
  });

  it('begin with the image that is looked at, whatever it is', () => {
    expect(pickBenchImages(scores, 4, 4)).toEqual([4, 1, 3, 5]);
    expect(pickBenchImages(scores, 6, 1)).toEqual([6]);
  });

  it('are more of the one where there are too few of the other', () => {
    expect(pickBenchImages({ ...scores, labels: [null, null, null, null, null, null] }, null, 4)).toEqual([
      1, 2, 3, 4,
    ]);
    expect(pickBenchImages(scores, null, 12)).toEqual([1, 2, 4, 3, 5, 6]);
  });
});
