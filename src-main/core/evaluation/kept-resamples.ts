import { createHash } from 'node:crypto';
import type { PixelFigures } from '../../../src-shared/domain/evaluation.ts';
import type { ClassResamples } from '../../../src-shared/domain/pixel-intervals.ts';
import type { Statistic } from '../../../src-shared/metrics/bootstrap-statistics.ts';
import { pixelSampleMetrics } from '../../../src-shared/metrics/pixel-histograms.ts';
import { intervalOptions } from '../../../src-shared/metrics/resample-images.ts';

/** Goes up when resamples come out otherwise from the same images. */
export const resamplesVersion = 1;

/** The images that resamples of a class are drawn from, by id. */
export interface DrawnImages {
  readonly ids: readonly number[];
  /** 1: anomalous. */
  readonly labels: Uint8Array;
}

export function hashOfDrawn({ ids, labels }: DrawnImages): string {
  return createHash('sha256')
    .update(JSON.stringify([resamplesVersion, intervalOptions, ids]))
    .update(labels)
    .digest('hex');
}

/** In a form that fits JSON. */
export function packResamples(statistics: readonly Statistic[], strata: string): ClassResamples {
  const [first] = statistics;
  const values = statistics.flatMap(({ replicates, without }) => [replicates, ...without]);
  const floats = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of values) {
    floats.set(list, at);
    at += list.length;
  }
  return {
    strata,
    estimates: statistics.map(({ estimate }) => (Number.isNaN(estimate) ? null : estimate)),
    bounds: statistics.map(({ bound }) => bound),
    isTooSmall: first?.isTooSmall ?? false,
    units: first?.without.map(({ length }) => length) ?? [],
    values: Buffer.from(floats.buffer).toString('base64'),
  };
}

/** Null where what was kept is not of this form. `exact`: the figures as they were evaluated. */
export function unpackResamples(
  { estimates, bounds, isTooSmall, units, values }: ClassResamples,
  className: string,
  exact: PixelFigures,
): readonly Statistic[] | null {
  const bytes = Buffer.from(values, 'base64');
  const lengths = [intervalOptions.resamples, ...units];
  const count = pixelSampleMetrics.length * lengths.reduce((sum, length) => sum + length, 0);
  if (bytes.length !== 4 * count) return null;
  if (estimates.length !== pixelSampleMetrics.length || bounds.length !== estimates.length) return null;
  // A copy: a buffer from the pool need not begin where floats may.
  const floats = new Float32Array(Uint8Array.from(bytes).buffer);
  let at = 0;
  const take = (length: number) => Float64Array.from(floats.subarray(at, (at += length)));
  return pixelSampleMetrics.map((metric, m) => ({
    estimate: estimates[m] ?? Number.NaN,
    exact: exact[metric] ?? Number.NaN,
    bound: bounds[m] ?? null,
    isTooSmall,
    classNames: className,
    replicates: take(intervalOptions.resamples),
    without: units.map(take),
  }));
}
