import { accelerationOf, bcaInterval, type Interval } from './bootstrap-interval.ts';
import type { BootstrapOptions } from './resample-images.ts';

/**
 * Why a figure has no interval. `no-figure`: it has no value. `too-few`: of one label there is a single image, which
 * every resample would repeat. `no-spread`: every resample gives the same figure (a perfect separation does), which says
 * nothing of how far off it may be. `other-classes`: the two means are over different classes.
 */
export type NoInterval = 'no-figure' | 'too-few' | 'no-spread' | 'other-classes';

/** How far resamples are from exact ones because they were measured on histograms. */
export interface Discretisation {
  /** Of the figure over all images, whose exact value is known: how far the histograms' is from it. */
  readonly error: number;
  /** No resample's figure is further from its exact one; null: there is no such bound. */
  readonly bound: number | null;
}

export interface BootstrapFigure {
  /** Of the sample itself. */
  readonly estimate: number | null;
  readonly interval: Interval | null;
  readonly reason: NoInterval | null;
  /** Null: every resample was measured exactly, or there is none. */
  readonly discretisation: Discretisation | null;
}

/** How much higher the figure of one run is than another's. */
export interface BootstrapDifference extends BootstrapFigure {
  /** Share of the resamples in which the first run's figure is the higher one, equal ones counting half. */
  readonly aboveShare: number | null;
}

export interface BootstrapGroup {
  /** Null: the mean over the classes that have the figure. */
  readonly className: string | null;
  /** `figures[c][m]`: column c, metric m of those that were measured. */
  readonly figures: readonly (readonly BootstrapFigure[])[];
  /** `differences[a][b][m]`: column a less column b. */
  readonly differences: readonly (readonly (readonly BootstrapDifference[])[])[];
}

/** A statistic of one column and metric: its value, each resample's, and what it is without one unit of each stratum. */
export interface Statistic {
  /** Of all images, measured as the replicates are; NaN: it has no value. */
  readonly estimate: number;
  /** The same, exactly. */
  readonly exact: number;
  /** No replicate is further from its exact value; null: not known; 0: all are exact. */
  readonly bound: number | null;
  readonly replicates: Float64Array;
  /** One array a stratum; see `accelerationOf`. */
  readonly without: readonly Float64Array[];
  readonly isTooSmall: boolean;
  /** The classes that it is of. */
  readonly classNames: string;
}

/** `[column][metric]`. */
export type Statistics = readonly (readonly Statistic[])[];

export interface ClassStatistics {
  readonly className: string;
  readonly statistics: Statistics;
}

/** Of a run that has no such figures of a class. */
export function noStatistics(className: string, metricCount: number): readonly Statistic[] {
  const none = {
    estimate: Number.NaN,
    exact: Number.NaN,
    bound: 0,
    replicates: new Float64Array(),
    without: [],
    isTooSmall: false,
    classNames: className,
  };
  return Array.from({ length: metricCount }, () => none);
}

/** An interval of fewer replicates (others have no value) is not drawn. */
const fewestReplicatesShare = 0.95;

/** The figures of each class and, above more than one, their mean. */
export function describeClasses(
  classes: readonly ClassStatistics[],
  options: BootstrapOptions,
): readonly BootstrapGroup[] {
  const groups = classes.map(({ className, statistics }) => describe(className, statistics, options));
  if (classes.length <= 1) return groups;
  const mean = meanOf(
    classes.map(({ statistics }) => statistics),
    options.resamples,
  );
  return [describe(null, mean, options), ...groups];
}

/** The mean over the classes that have a figure; classes are drawn apart, so their strata stand side by side. */
function meanOf(classes: readonly Statistics[], resamples: number): Statistics {
  return (classes[0] ?? []).map((metrics, c) =>
    metrics.map((_, m) => {
      const known = classes.flatMap((statistics) => {
        const statistic = statistics[c]?.[m];
        return statistic === undefined || !hasFigure(statistic) ? [] : [statistic];
      });
      const share = 1 / known.length;
      const replicates = new Float64Array(resamples);
      for (const { replicates: own } of known)
        for (let b = 0; b < resamples; b++)
          replicates[b] = (replicates[b] as number) + (own[b] as number) * share;
      const sumOf = (valueOf: (statistic: Statistic) => number) =>
        known.length === 0 ? Number.NaN : known.reduce((sum, each) => sum + valueOf(each), 0) * share;
      return {
        estimate: sumOf(({ estimate }) => estimate),
        exact: sumOf(({ exact }) => exact),
        bound: known.some(({ bound }) => bound === null) ? null : sumOf(({ bound }) => bound ?? 0),
        replicates,
        without: known.flatMap(({ without }) =>
          without.map((values) => values.map((value) => value * share)),
        ),
        isTooSmall: known.some(({ isTooSmall }) => isTooSmall),
        classNames: JSON.stringify(known.map(({ classNames }) => classNames)),
      };
    }),
  );
}

function describe(
  className: string | null,
  statistics: Statistics,
  { confidence }: BootstrapOptions,
): BootstrapGroup {
  return {
    className,
    figures: statistics.map((metrics) => metrics.map((statistic) => figureOf(statistic, confidence))),
    differences: statistics.map((first) =>
      statistics.map((second) =>
        first.map((statistic, m) => {
          const other = second[m];
          return other === undefined || first === second
            ? noDifference
            : differenceOf(statistic, other, confidence);
        }),
      ),
    ),
  };
}

const noDifference: BootstrapDifference = {
  estimate: null,
  interval: null,
  reason: 'no-figure',
  discretisation: null,
  aboveShare: null,
};

function figureOf(statistic: Statistic, confidence: number): BootstrapFigure {
  const { estimate, exact, without, isTooSmall } = statistic;
  const none = { interval: null, discretisation: null };
  if (!hasFigure(statistic)) return { ...none, estimate: null, reason: 'no-figure' };
  const replicates = statistic.replicates.filter((value) => !Number.isNaN(value));
  const isSparse = replicates.length < statistic.replicates.length * fewestReplicatesShare;
  if (isTooSmall || isSparse) return { ...none, estimate: exact, reason: 'too-few' };
  const acceleration = accelerationOf(
    without.map((values) => values.filter((value) => !Number.isNaN(value))),
  );
  const interval = bcaInterval(replicates, estimate, acceleration, confidence);
  if (interval === null) return { ...none, estimate: exact, reason: 'no-spread' };
  return { estimate: exact, interval, reason: null, discretisation: discretisationOf(statistic) };
}

function hasFigure({ estimate, exact }: Statistic): boolean {
  return !Number.isNaN(estimate) && !Number.isNaN(exact);
}

function discretisationOf({ estimate, exact, bound }: Statistic): Discretisation | null {
  return bound === 0 ? null : { error: Math.abs(estimate - exact), bound };
}

function differenceOf(first: Statistic, second: Statistic, confidence: number): BootstrapDifference {
  if (!hasFigure(first) || !hasFigure(second)) return noDifference;
  if (first.classNames !== second.classNames) return { ...noDifference, reason: 'other-classes' };
  const subtract = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - (b[i] ?? Number.NaN));
  const replicates = subtract(first.replicates, second.replicates);
  const known = replicates.filter((value) => !Number.isNaN(value));
  const above = known.reduce((sum, value) => sum + (Math.abs(value) < 1e-12 ? 0.5 : value > 0 ? 1 : 0), 0);
  const figure = figureOf(
    {
      estimate: first.estimate - second.estimate,
      exact: first.exact - second.exact,
      bound: first.bound === null || second.bound === null ? null : first.bound + second.bound,
      replicates,
      without: first.without.map((values, s) => subtract(values, second.without[s] ?? new Float64Array())),
      isTooSmall: first.isTooSmall || second.isTooSmall,
      classNames: first.classNames,
    },
    confidence,
  );
  return { ...figure, aboveShare: figure.reason === 'too-few' ? null : above / known.length };
}
