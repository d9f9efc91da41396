import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { Bench, BenchPrompts, BenchResult, BenchWish } from '../../src-shared/domain/prompt-bench.ts';
import type { MethodId } from '../../src-shared/domain/method.ts';
import type { RunScores } from '../../src-shared/domain/run.ts';
import type { Client } from '../transport/client.ts';

/** The methods that prompts can be tried with. */
export const benchMethodIds = [
  'clip',
  'clip-ac',
  'winclip',
  'anomalyclip',
  'faprompt',
  'coop',
] as const satisfies readonly MethodId[];
export type BenchMethodId = (typeof benchMethodIds)[number];

export const benchCounts = [1, 4, 8, 12] as const;

export type BenchResults = ReadonlyMap<number, BenchResult>;

export interface BenchState {
  /** Null until it is open. */
  readonly bench: Bench | null;
  /** Images whose features are there, while they are made. */
  readonly prepared: number | null;
  readonly isScoring: boolean;
  /** What the first prompts say: changes are told against it. */
  readonly start: BenchResults | null;
  readonly results: BenchResults | null;
  /** What the newest prompts came to nothing by. */
  readonly error: unknown;
}

export const closedBench: BenchState = {
  bench: null,
  prepared: null,
  isScoring: false,
  start: null,
  results: null,
  error: null,
};

interface LiveBenchOptions {
  readonly client: Pick<Client, 'call'> & { readonly transport: Pick<Client['transport'], 'onEvent'> };
  readonly wish: BenchWish;
  /** The prompts that changes are told against. */
  readonly start: BenchPrompts;
  readonly tell: (state: BenchState) => void;
}

export interface LiveBench {
  /** Scores by these prompts a moment later; a newer call takes the place of one that was not answered. */
  score(prompts: BenchPrompts): void;
  /** Scores by the last prompts again, at once, on a bench that is opened anew where it was lost. */
  retry(): void;
  close(): void;
}

export const typingMs = 120;

/** A bench of the core for as long as a view shows it; only the newest prompts are ever told of. */
export function openLiveBench({ client, wish, start, tell }: LiveBenchOptions): LiveBench {
  let state = closedBench;
  let opening: Promise<Bench> | null = null;
  let newest = 0;
  let prompts: BenchPrompts = start;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isClosed = false;

  const change = (part: Partial<BenchState>) => {
    if (isClosed) return;
    state = { ...state, ...part };
    tell(state);
  };
  const stopEvents = client.transport.onEvent((event) => {
    if (event.event === 'bench.preparing' && event.benchId === state.bench?.benchId)
      change({ prepared: event.done < event.total ? event.done : null });
  });
  const open = async () => {
    opening ??= client.call('bench.open', wish);
    const bench = await opening;
    if (state.bench !== bench) change({ bench });
    return bench;
  };
  const scoreBy = async ({ benchId }: Bench, by: BenchPrompts): Promise<BenchResults> => {
    const { results } = await client.call('bench.score', { benchId, prompts: by });
    return new Map(results.map((result) => [result.imageId, result]));
  };

  const run = async () => {
    const turn = ++newest;
    const isOld = () => isClosed || turn !== newest;
    change({ isScoring: true, error: null });
    try {
      const bench = await open();
      if (isOld()) return;
      if (state.start === null) {
        const results = await scoreBy(bench, start);
        if (isClosed) return;
        change({ start: results, results: state.results ?? results });
      }
      if (isOld()) return;
      const isStart = JSON.stringify(prompts) === JSON.stringify(start);
      const results = isStart && state.start !== null ? state.start : await scoreBy(bench, prompts);
      if (!isOld()) change({ results, isScoring: false, prepared: null });
    } catch (error) {
      if (isOld()) return;
      const code = error instanceof WorkbenchError ? error.code : null;
      // A bench that did not open, or that the core closed, is opened anew by the next try.
      if (state.bench === null || code === 'not-found') {
        opening = null;
        change({ bench: null });
      }
      change({ isScoring: false, prepared: null, error: code === 'cancelled' ? null : error });
    }
  };

  const runSoon = (afterMs: number) => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      void run();
    }, afterMs);
  };

  return {
    score: (wished) => {
      prompts = wished;
      runSoon(state.start === null ? 0 : typingMs);
    },
    retry: () => {
      runSoon(0);
    },
    close: () => {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      stopEvents();
      // One that is not open, or that the core closed already, needs nothing more.
      opening?.then(({ benchId }) => client.call('bench.close', { benchId })).catch(() => undefined);
    },
  };
}

/**
 * The images that prompts are tried on: the one that is looked at first, then in halves the worst of a run and those
 * that are labelled good, the highest scored of them first. Where there are too few good ones, more of the worst.
 */
export function pickBenchImages(
  { imageIds, labels }: Pick<RunScores, 'imageIds' | 'labels'>,
  lookedAt: number | null,
  count: number,
): number[] {
  const isGood = (index: number) => labels[index] === 'good';
  const bad = imageIds.filter((_, index) => !isGood(index));
  const good = imageIds.filter((_, index) => isGood(index));
  const first = lookedAt === null ? [] : [lookedAt];
  const rest = (ids: readonly number[], taken: readonly number[]) => ids.filter((id) => !taken.includes(id));
  const half = Math.ceil(count / 2);
  const worst = [...first, ...rest(bad, first)].slice(0, Math.max(half, count - rest(good, first).length));
  return [...worst, ...rest(good, worst)].slice(0, count);
}

/** The least and the greatest value of all maps of some results; null where there is none. */
export function rangeOf(
  maps: Iterable<{ readonly data: Float32Array }>,
): { min: number; max: number } | null {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { data } of maps) {
    for (const value of data) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? { min, max: Math.max(max, min + 1e-6) } : null;
}
