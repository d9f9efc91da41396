import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type {
  BootstrapGroup,
  BootstrapOptions,
  BootstrapSample,
} from '../../src-shared/metrics/bootstrap.ts';
import { say } from '../texts/say.ts';
import { countsAt, type Comparison } from './compare.ts';

/** Always the same, so that the same comparison has the same intervals, here and anywhere else. */
export const intervalOptions = {
  resamples: 1000,
  seed: 1,
  confidence: 0.95,
} as const satisfies BootstrapOptions;

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
