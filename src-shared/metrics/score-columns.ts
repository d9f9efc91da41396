import type { RunScores } from '../domain/run.ts';
import { rankScores, type Ranking } from './ranking.ts';

/** Counts at a threshold «score ≥ threshold»; hits, alarms and misses over the images that have a label. */
export interface ThresholdCounts {
  readonly flagged: number;
  readonly hits: number;
  readonly alarms: number;
  readonly misses: number;
  readonly goodCount: number;
  readonly anomalousCount: number;
}

/** Scores of a run by label, each column from the highest down, so that any threshold is counted by binary search. */
export interface ScoreColumns {
  readonly all: Float64Array;
  readonly good: Float64Array;
  readonly anomalous: Float64Array;
  readonly unlabelled: Float64Array;
  /** Of the labelled images: for curves and the best F1. */
  readonly ranking: Ranking;
}

/** Sorts the scores once. Throws RangeError for scores that are not numbers. */
export function sortScores({ scores, labels }: Pick<RunScores, 'scores' | 'labels'>): ScoreColumns {
  const labelled = scores.flatMap((score, index) => {
    const label = labels[index] ?? null;
    return label === null ? [] : [{ score, isAnomalous: label === 'anomalous' }];
  });
  const column = (wanted: 'good' | 'anomalous' | null) =>
    descending(scores.filter((_, index) => (labels[index] ?? null) === wanted));
  return {
    all: descending(scores),
    good: column('good'),
    anomalous: column('anomalous'),
    unlabelled: column(null),
    ranking: rankScores({
      scores: labelled.map(({ score }) => score),
      labels: labelled.map(({ isAnomalous }) => isAnomalous),
    }),
  };
}

function descending(scores: readonly number[]): Float64Array {
  return Float64Array.from(scores).sort().reverse();
}

/** How many scores of a column are at or above a threshold; O(log n). */
export function countReaching(column: Float64Array, threshold: number): number {
  return firstIndex(column, (score) => score < threshold);
}

/** How many scores of a column are above a value; O(log n). */
export function countAbove(column: Float64Array, value: number): number {
  return firstIndex(column, (score) => score <= value);
}

/** The first index from which a predicate holds, in a column where it holds from there to the end. */
function firstIndex(column: Float64Array, holds: (score: number) => boolean): number {
  let [low, high] = [0, column.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(column[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What a threshold does to the labelled and to all images; O(log n). */
export function countColumns(columns: ScoreColumns, threshold: number): ThresholdCounts {
  const hits = countReaching(columns.anomalous, threshold);
  return {
    flagged: countReaching(columns.all, threshold),
    hits,
    alarms: countReaching(columns.good, threshold),
    misses: columns.anomalous.length - hits,
    goodCount: columns.good.length,
    anomalousCount: columns.anomalous.length,
  };
}
