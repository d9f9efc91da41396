import type { Statistic } from './bootstrap-statistics.ts';
import {
  HistogramSum,
  measureHistogram,
  pixelSampleMetrics,
  type PixelHistograms,
  type PixelSampleMetric,
} from './pixel-histograms.ts';
import {
  strataOf,
  unitCounts,
  walkResamples,
  walkWithout,
  type BootstrapOptions,
} from './resample-images.ts';

/** The images of a class as a resample draws them, and one run's histograms of those that count for it. */
export interface PixelSample {
  readonly className: string;
  /** Of image i of those that any of the compared runs counts: 1 (anomalous) or 0 (good). */
  readonly labels: ArrayLike<number | boolean>;
  /** Of the k-th image of the histograms: which of these it is. */
  readonly places: ArrayLike<number>;
  readonly histograms: PixelHistograms;
  /** Of all images, from every pixel; null: it has no value. */
  readonly exact: Readonly<Record<PixelSampleMetric, number | null>>;
}

/**
 * One run's pixel metrics in every resample of `bootstrapMetrics`: the images of a class are drawn, by the same stream, as
 * a whole with all their pixels, so that runs over the same images are paired. `[metric]` of `pixelSampleMetrics`.
 * Figures are kept in single precision. O(resamples · images · bins).
 */
export function resamplePixels(
  { className, labels, places, histograms, exact }: PixelSample,
  options: BootstrapOptions,
  checkStop: () => void = () => undefined,
): readonly Statistic[] {
  const strata = strataOf(labels);
  const units = unitCounts(strata);
  const weights = new Uint16Array(labels.length).fill(1);
  const own = new Uint16Array(places.length);
  const sum = new HistogramSum(histograms.bins.count);
  const values = new Float64Array(pixelSampleMetrics.length);
  const bounds = new Float64Array(pixelSampleMetrics.length);
  const largest = new Float64Array(pixelSampleMetrics.length);
  const measure = (): Float64Array => {
    for (let k = 0; k < own.length; k++) own[k] = weights[places[k] as number] as number;
    histograms.sum(own, sum);
    measureHistogram(sum, histograms.bins, values, bounds);
    return values;
  };
  const keep = (lists: readonly Float64Array[] | undefined, at: number) => {
    for (const [m, value] of measure().entries()) {
      const list = lists?.[m];
      if (list !== undefined) list[at] = Math.fround(value);
    }
  };
  const arrays = (length: number) => pixelSampleMetrics.map(() => new Float64Array(length));
  const keepBounds = () => {
    for (const [m, bound] of bounds.entries())
      // Where the figure has no value the bound has none, and is no bound of the others.
      if (!Number.isNaN(values[m] as number)) largest[m] = Math.max(largest[m] as number, bound);
  };
  const estimates = arrays(1);
  const replicates = arrays(options.resamples);
  const without = units.map(arrays);
  const walk = { strata, weights, checkStop };
  keep(estimates, 0);
  keepBounds();
  walkResamples(walk, className, options, (b) => {
    keep(replicates, b);
    keepBounds();
  });
  walkWithout(walk, (stratum, unit) => {
    keep(without[stratum], unit);
  });
  const isTooSmall = hasSingleImage(labels, places);
  return pixelSampleMetrics.map((metric, m) => ({
    estimate: estimates[m]?.[0] ?? Number.NaN,
    exact: exact[metric] ?? Number.NaN,
    bound: Number.isNaN(largest[m] as number) ? null : (largest[m] as number),
    replicates: replicates[m] ?? new Float64Array(),
    without: without.map((stratum) => stratum[m] ?? new Float64Array()),
    isTooSmall,
    classNames: className,
  }));
}

/** Of one label: every resample repeats it. That there is none of a label is no obstacle: anomalous images have good pixels. */
function hasSingleImage(labels: ArrayLike<number | boolean>, places: ArrayLike<number>): boolean {
  const counts = [0, 0];
  for (let k = 0; k < places.length; k++) {
    const label = labels[places[k] as number] ? 1 : 0;
    counts[label] = (counts[label] as number) + 1;
  }
  return counts.includes(1);
}
