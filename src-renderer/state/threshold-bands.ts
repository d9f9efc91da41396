import {
  countColumns,
  type ScoreColumns,
  type ThresholdCounts,
} from '../../src-shared/metrics/score-columns.ts';

/** Where the score threshold lies and, where a human decides in between, the lower one. */
export interface Cuts {
  readonly threshold: number;
  /** At most `threshold`; null: no image goes to a human. */
  readonly second: number | null;
}

/** Images by label. */
export interface LabelCounts {
  readonly anomalous: number;
  readonly good: number;
  readonly unlabelled: number;
}

/** What becomes of the images: at or above the threshold, between the two, below both. */
export interface Bands {
  readonly stopped: LabelCounts;
  readonly human: LabelCounts | null;
  readonly passed: LabelCounts;
}

/** Moves one of the two thresholds; the other gives way where they would cross. */
export function moveCut(cuts: Cuts, which: keyof Cuts, value: number): Cuts {
  if (which === 'threshold') {
    return { threshold: value, second: cuts.second === null ? null : Math.min(cuts.second, value) };
  }
  return { threshold: Math.max(cuts.threshold, value), second: value };
}

/** Counts the images of each band; O(log n). */
export function countBands(columns: ScoreColumns, { threshold, second }: Cuts): Bands {
  const stopped = byLabel(countColumns(columns, threshold));
  const reaching = second === null ? stopped : byLabel(countColumns(columns, second));
  return {
    stopped,
    human: second === null ? null : subtract(reaching, stopped),
    passed: subtract(
      {
        anomalous: columns.anomalous.length,
        good: columns.good.length,
        unlabelled: columns.unlabelled.length,
      },
      reaching,
    ),
  };
}

function byLabel({ flagged, hits, alarms }: ThresholdCounts): LabelCounts {
  return { anomalous: hits, good: alarms, unlabelled: flagged - hits - alarms };
}

function subtract(from: LabelCounts, taken: LabelCounts): LabelCounts {
  return {
    anomalous: from.anomalous - taken.anomalous,
    good: from.good - taken.good,
    unlabelled: from.unlabelled - taken.unlabelled,
  };
}

/** Precision, recall and F1 of the images that are stopped; null where nothing is divided by. */
export interface Quality {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

export function qualityOf(columns: ScoreColumns, { stopped }: Bands): Quality {
  const positives = columns.anomalous.length;
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    precision: share(stopped.anomalous, stopped.anomalous + stopped.good),
    recall: share(stopped.anomalous, positives),
    f1: positives === 0 ? null : (2 * stopped.anomalous) / (stopped.anomalous + stopped.good + positives),
  };
}

/** Rows of a list that is worst first: those just above a threshold, nearest last, and just below it, nearest first. */
export function nearestRows(
  flagged: number,
  count: number,
  perSide: number,
): { readonly above: readonly number[]; readonly below: readonly number[] } {
  const range = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  return {
    above: range(Math.max(0, flagged - perSide), flagged),
    below: range(flagged, Math.min(count, flagged + perSide)),
  };
}
