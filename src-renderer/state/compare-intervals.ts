import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RunEvaluation } from '../../src-shared/domain/evaluation.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import type { BootstrapSample } from '../../src-shared/metrics/bootstrap.ts';
import type { BootstrapGroup } from '../../src-shared/metrics/bootstrap-statistics.ts';
import { intervalOptions, type BootstrapOptions } from '../../src-shared/metrics/resample-images.ts';
import { say } from '../texts/say.ts';
import { useClient } from './client-context.ts';
import { countsAt, type Comparison } from './compare.ts';

export interface IntervalRequest {
  readonly samples: readonly BootstrapSample[];
  readonly options: BootstrapOptions;
}

/** The images that metrics count, by class; in a class by id. `thresholds`: of the panes. */
export function bootstrapSamples(
  comparison: Comparison,
  thresholds: readonly (number | null)[],
): readonly BootstrapSample[] {
  const classNames = [...new Set(comparison.classNames)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return classNames.map((className) => {
    const rows = [...comparison.imageIds.keys()].filter(
      (row) =>
        comparison.classNames[row] === className &&
        comparison.scores.some((_, place) => countsAt(comparison, place, row)),
    );
    return {
      className,
      labels: Uint8Array.from(rows, (row) => (comparison.labels[row] === 'anomalous' ? 1 : 0)),
      columns: comparison.scores.map((column, place) => ({
        scores: Float64Array.from(rows, (row) =>
          countsAt(comparison, place, row) ? (column[row] ?? Number.NaN) : Number.NaN,
        ),
        threshold: thresholds[place] ?? null,
      })),
    };
  });
}

/** Draws the resamples in a thread of their own; aborting ends it at once. */
function computeIntervals(request: IntervalRequest, signal: AbortSignal): Promise<readonly BootstrapGroup[]> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(new URL('./interval-worker.ts', import.meta.url), { type: 'module' });
    const end = () => {
      worker.terminate();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      reject(new DOMException('The resampling was stopped.', 'AbortError'));
    };
    signal.addEventListener('abort', onAbort);
    worker.addEventListener('message', ({ data }: MessageEvent<readonly BootstrapGroup[]>) => {
      end();
      resolve(data);
    });
    worker.addEventListener('error', (event) => {
      end();
      event.preventDefault();
      reject(
        new Error(say('The thread that draws the resamples ended: {message}', { message: event.message })),
      );
    });
    worker.postMessage(request);
  });
}

/**
 * Intervals of all panes' figures and of their differences; undefined while they are drawn. `key` tells comparisons
 * apart: panes, thresholds and the scores' age.
 */
export function useIntervals(samples: readonly BootstrapSample[], key: string) {
  return useQuery({
    queryKey: ['intervals', key],
    queryFn: ({ signal }) => computeIntervals({ samples, options: intervalOptions }, signal),
    enabled: samples.length > 0,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

/**
 * The same of the metrics over pixels, a column a pane, which the core draws from maps and masks: seconds the first time,
 * then it keeps them. Undefined until then, while a run goes on, and where no run has such a metric.
 */
export function usePixelIntervals(runs: readonly Run[], evaluations: readonly (RunEvaluation | undefined)[]) {
  const client = useClient();
  const runIds = runs.map(({ id }) => id);
  // They belong to these figures, however often these are asked for.
  const figures = useMemo(
    () => JSON.stringify(evaluations.map((each) => each?.classes.map(({ pixel }) => Object.values(pixel)))),
    [evaluations],
  );
  const areOver = runs.every(({ state }) => state !== 'queued' && state !== 'running');
  const hasAny = evaluations.some((each) => (each?.mean.pixel.auroc ?? null) !== null);
  return useQuery({
    queryKey: ['pixel-intervals', runIds.join(' '), figures],
    queryFn: async ({ signal }): Promise<readonly BootstrapGroup[]> => {
      const stop = () => {
        void client.call('runs.stopPixelIntervals', { runIds }).catch(() => undefined);
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        return (await client.call('runs.pixelIntervals', { runIds })).groups;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    enabled: areOver && hasAny && evaluations.every((each) => each !== undefined),
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}
