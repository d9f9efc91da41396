import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RunEvaluation } from '../../src-shared/domain/evaluation.ts';
import { figuresThatFit, type PublishedFigure } from '../../src-shared/domain/published-results.ts';
import type { Run, RunScores } from '../../src-shared/domain/run.ts';
import { useClient } from './client-context.ts';
import { queryRoots, runScoresQuery } from './queries.ts';

/** What is known of each run, in their order; undefined while it is read. A run may stand there more than once. */
export interface PerRun<T> {
  readonly values: readonly (T | undefined)[];
  readonly error: Error | null;
  /** Changes with what is known. */
  readonly key: string;
}

interface Known<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly dataUpdatedAt: number;
}

function combine<T>(results: readonly Known<T>[]): PerRun<T> {
  return {
    values: results.map(({ data }) => data),
    error: results.find(({ error }) => error !== null)?.error ?? null,
    key: results.map(({ dataUpdatedAt }) => dataUpdatedAt).join(' '),
  };
}

/** Every run is asked for once, however many panes show it. */
function useDistinct(runs: readonly Run[]): readonly Run[] {
  return useMemo(
    () => runs.filter(({ id }, place) => runs.findIndex((run) => run.id === id) === place),
    [runs],
  );
}

/** From one value a distinct run to one a pane. */
function useSpread<T>(runs: readonly Run[], distinct: readonly Run[], known: PerRun<T>): PerRun<T> {
  return useMemo(
    () => ({
      ...known,
      values: runs.map(({ id }) => known.values[distinct.findIndex((run) => run.id === id)]),
    }),
    [runs, distinct, known],
  );
}

export function useScoresOf(runs: readonly Run[]): PerRun<RunScores> {
  const client = useClient();
  const distinct = useDistinct(runs);
  const known = useQueries({
    queries: distinct.map(({ id }) => runScoresQuery(client, id)),
    combine: combine<RunScores>,
  });
  return useSpread(runs, distinct, known);
}

/** Metrics per class. Seconds for hundreds of images the first time; the core keeps them. */
export function useEvaluationsOf(runs: readonly Run[]): PerRun<RunEvaluation> {
  const client = useClient();
  const distinct = useDistinct(runs);
  const known = useQueries({
    queries: distinct.map(({ id, scoredCount }) => ({
      queryKey: [queryRoots.scores, id, 'evaluation'],
      queryFn: () => client.call('runs.evaluate', { runId: id }),
      enabled: scoredCount > 0,
      staleTime: 60_000,
      retry: false,
    })),
    combine: combine<RunEvaluation>,
  });
  return useSpread(runs, distinct, known);
}

/** What the papers say of each run's method on a data set of this name with these classes. */
export function usePublishedOf(
  dataset: { readonly name: string; readonly classes: readonly { readonly name: string }[] },
  runs: readonly Run[],
): PerRun<readonly PublishedFigure[]> {
  const client = useClient();
  const { name: datasetName } = dataset;
  const distinct = useMemo(
    () => runs.filter(({ methodId }, place) => runs.findIndex((run) => run.methodId === methodId) === place),
    [runs],
  );
  const known = useQueries({
    queries: distinct.map(({ methodId }) => ({
      queryKey: ['published', datasetName, methodId],
      queryFn: async (): Promise<readonly PublishedFigure[]> =>
        (await client.call('published.figures', { datasetName, methodId })).figures,
      staleTime: Infinity,
    })),
    combine: combine<readonly PublishedFigure[]>,
  });
  return useMemo(() => {
    const classNames = dataset.classes.map(({ name }) => name);
    return {
      ...known,
      values: runs.map(({ methodId }) => {
        const figures = known.values[distinct.findIndex((run) => run.methodId === methodId)];
        return figures && figuresThatFit(figures, classNames);
      }),
    };
  }, [runs, distinct, known, dataset.classes]);
}
