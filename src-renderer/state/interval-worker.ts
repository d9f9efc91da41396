import { bootstrapMetrics } from '../../src-shared/metrics/bootstrap.ts';
import type { IntervalRequest } from './compare-intervals.ts';

/** A thread of its own for the resamples of a comparison; it is ended from outside when nobody waits any more. */
addEventListener('message', ({ data }: MessageEvent<IntervalRequest>) => {
  postMessage(bootstrapMetrics(data.samples, data.options));
});
