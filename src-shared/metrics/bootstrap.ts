import { describeClasses, type BootstrapGroup, type Statistics } from './bootstrap-statistics.ts';
import {
  strataOf,
  unitCounts,
  walkResamples,
  walkWithout,
  type BootstrapOptions,
} from './resample-images.ts';
import { measureWeighted, sampleMetrics, sortColumn } from './weighted-metrics.ts';

/** The images of one class, and what several runs say of each. */
export interface BootstrapSample {
  readonly className: string;
  /** Of image i: 1 (anomalous) or 0 (good). */
  readonly labels: ArrayLike<number | boolean>;
  readonly columns: readonly {
    /** Of image i; NaN: it does not count for this run (no score, or it was shown as a reference). */
    readonly scores: ArrayLike<number>;
    /** For the metrics at a threshold; null: they have no value. */
    readonly threshold: number | null;
  }[];
}

/**
 * Intervals by the stratified bootstrap: in every resample each class's good and anomalous images are drawn anew with
 * replacement, each label apart, so that their numbers stay; all runs are measured on the same drawn images, so that
 * differences between runs are paired. Intervals are BCa (see `bcaInterval`). A class has a random stream of its own: its
 * intervals do not depend on which other classes there are. Images must stand in the same order for the same result.
 * Metrics are those of `sampleMetrics`.
 *
 * Of simulated sets of 60 to 500 images the 95 % intervals held the truth in 94 to 96 % (AUROC), 91 to 95 % (AP) and 87 to
 * 93 % (F1-max, whose sample value is too high itself); percentile intervals in 92 to 95, 87 to 93 and 70 to 85 %. The
 * unit test repeats a share of that. O(resamples · images · columns). Throws what `checkStop` throws, which is called every few resamples.
 */
export function bootstrapMetrics(
  samples: readonly BootstrapSample[],
  options: BootstrapOptions,
  checkStop: () => void = () => undefined,
): readonly BootstrapGroup[] {
  const classes = samples.map((sample) => ({
    className: sample.className,
    statistics: resampleClass(sample, options, checkStop),
  }));
  return describeClasses(classes, options);
}

function resampleClass(
  { className, labels, columns }: BootstrapSample,
  options: BootstrapOptions,
  checkStop: () => void,
): Statistics {
  const sorted = columns.map(({ scores, threshold }) => sortColumn(scores, labels, threshold));
  const strata = strataOf(labels, (image) => columns.some((_, c) => counts(columns, c, image)));
  const weights = new Uint16Array(labels.length).fill(1);
  const result = new Float64Array(sampleMetrics.length);
  /** Measures all columns as they are weighted now. */
  const measure = (keep: (column: number, metric: number, value: number) => void) => {
    for (const [c, column] of sorted.entries()) {
      measureWeighted(column, weights, result);
      for (const [m, value] of result.entries()) keep(c, m, value);
    }
  };
  const arrays = (length: number) => sorted.map(() => sampleMetrics.map(() => new Float64Array(length)));
  const estimates = arrays(1);
  const replicates = arrays(options.resamples);
  const without = unitCounts(strata).map(arrays);
  const into = (lists: ReturnType<typeof arrays> | undefined, at: number) => {
    measure((c, m, value) => {
      const list = lists?.[c]?.[m];
      if (list !== undefined) list[at] = value;
    });
  };
  const walk = { strata, weights, checkStop };
  into(estimates, 0);
  walkResamples(walk, className, options, (b) => {
    into(replicates, b);
  });
  walkWithout(walk, (stratum, unit) => {
    into(without[stratum], unit);
  });
  return sorted.map(({ labels: own }, c) => {
    const anomalous = own.reduce((sum, label) => sum + label, 0);
    const isTooSmall = Math.min(anomalous, own.length - anomalous) < 2;
    return sampleMetrics.map((_, m) => {
      const estimate = estimates[c]?.[m]?.[0] ?? Number.NaN;
      return {
        estimate,
        exact: estimate,
        bound: 0,
        replicates: replicates[c]?.[m] ?? new Float64Array(),
        without: without.map((stratum) => stratum[c]?.[m] ?? new Float64Array()),
        isTooSmall,
        classNames: className,
      };
    });
  });
}

function counts(columns: BootstrapSample['columns'], column: number, image: number): boolean {
  return !Number.isNaN(columns[column]?.scores[image] ?? Number.NaN);
}
