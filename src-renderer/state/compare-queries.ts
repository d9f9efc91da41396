import { useQueries } from '@tanstack/react-query';
import type { RunEvaluation } from '../../src-shared/domain/evaluation.ts';
import type { PublishedFigure } from '../../src-shared/domain/published-results.ts';
import type { Run, RunScores } from '../../src-shared/domain/run.ts';
import { useClient } from './client-context.ts';
import { queryRoots } from './queries.ts';

/** What is known of each run, in their order; undefined while it is read. */
export interface PerRun<T> {
  readonly values: readonly (T | undefined)[];
  readonly error: Error | null;
}

function combine<T>(
  results: readonly { readonly data: T | undefined; readonly error: Error | null }[],
): PerRun<T> {
  return {
    values: results.map(({ data }) => data),
    error: results.find(({ error }) => error !== null)?.error ?? null,
  };
}

export function useScoresOf(runs: readonly Run[]): PerRun<RunScores> {
  const client = useClient();
  return useQueries({
    queries: runs.map(({ id }) => ({
      queryKey: [queryRoots.scores, id],
      queryFn: () => client.call('runs.scores', { runId: id }),
    })),
    combine: combine<RunScores>,
  });
}

/** Metrics per class. Seconds for hundreds of images the first time; the core keeps them. */
export function useEvaluationsOf(runs: readonly Run[]): PerRun<RunEvaluation> {
  const client = useClient();
  return useQueries({
    queries: runs.map(({ id, scoredCount }) => ({
      queryKey: [queryRoots.scores, id, 'evaluation'],
      queryFn: () => client.call('runs.evaluate', { runId: id }),
      enabled: scoredCount > 0,
      staleTime: 60_000,
      retry: false,
    })),
    combine: combine<RunEvaluation>,
  });
}

/** What the papers say of each run's method on a data set of this name. */
export function usePublishedOf(
  datasetName: string,
  runs: readonly Run[],
): PerRun<readonly PublishedFigure[]> {
  const client = useClient();
  return useQueries({
    queries: runs.map(({ methodId }) => ({
      queryKey: ['published', datasetName, methodId],
      queryFn: async (): Promise<readonly PublishedFigure[]> =>
        (await client.call('published.figures', { datasetName, methodId })).figures,
      staleTime: Infinity,
    })),
    combine: combine<readonly PublishedFigure[]>,
  });
}
