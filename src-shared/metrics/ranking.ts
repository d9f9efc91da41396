// What lives here: metrics over scores and labels, per image or per pixel (methods.md §8).
// What may not: anything that reads results or draws curves.

/** Scores with what is true of them: `labels[i]` is 1 (anomalous) or 0 (good). */
export interface ScoredLabels {
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number | boolean>;
}

/** Counts at every distinct score used as the threshold «score ≥ threshold», from the highest down. */
export interface Ranking {
  readonly thresholds: Float64Array;
  /** Cumulative true and false positives at each threshold. */
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Sorts scores once for all metrics; equal scores share one threshold. Throws RangeError for scores that are not
 * numbers and for lengths that differ.
 */
export function rankScores({ scores, labels }: ScoredLabels): Ranking {
  const count = scores.length;
  if (labels.length !== count) throw new RangeError(`${count} scores but ${labels.length} labels`);
  // Sorting positives and negatives apart, as plain numbers, is several times faster than sorting pairs.
  let positives = 0;
  for (let i = 0; i < count; i++) if (labels[i]) positives++;
  const high = new Float64Array(positives);
  const low = new Float64Array(count - positives);
  for (let i = 0, h = 0, l = 0; i < count; i++) {
    const score = scores[i] as number;
    if (Number.isNaN(score)) throw new RangeError(`score ${i} is not a number`);
    if (labels[i]) high[h++] = score;
    else low[l++] = score;
  }
  high.sort();
  low.sort();
  const thresholds = new Float64Array(count);
  const truePositives = new Float64Array(count);
  const falsePositives = new Float64Array(count);
  let distinct = 0;
  let [h, l] = [high.length - 1, low.length - 1];
  while (h >= 0 || l >= 0) {
    const threshold = Math.max(high[h] ?? -Infinity, low[l] ?? -Infinity);
    while (h >= 0 && (high[h] as number) >= threshold) h--;
    while (l >= 0 && (low[l] as number) >= threshold) l--;
    thresholds[distinct] = threshold;
    truePositives[distinct] = high.length - 1 - h;
    falsePositives[distinct] = low.length - 1 - l;
    distinct++;
  }
  return {
    thresholds: thresholds.slice(0, distinct),
    truePositives: truePositives.slice(0, distinct),
    falsePositives: falsePositives.slice(0, distinct),
    positives,
    negatives: count - positives,
  };
}

function hasBothLabels({ positives, negatives }: Ranking): boolean {
  return positives > 0 && negatives > 0;
}

/** Area under the ROC curve, 0-1; ties count half. Null when all labels are the same. */
export function aurocOf(ranking: Ranking): number | null {
  if (!hasBothLabels(ranking)) return null;
  const { truePositives, falsePositives, positives, negatives } = ranking;
  let area = 0;
  let [tpBefore, fpBefore] = [0, 0];
  for (let i = 0; i < truePositives.length; i++) {
    const [tp, fp] = [truePositives[i] as number, falsePositives[i] as number];
    area += ((fp - fpBefore) * (tp + tpBefore)) / 2;
    [tpBefore, fpBefore] = [tp, fp];
  }
  return area / (positives * negatives);
}

/** Average precision, step-wise as scikit-learn has it: Σ (R_n - R_{n-1})·P_n. Null when all labels are the same. */
export function averagePrecisionOf(ranking: Ranking): number | null {
  if (!hasBothLabels(ranking)) return null;
  const { truePositives, falsePositives, positives } = ranking;
  let sum = 0;
  let before = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const tp = truePositives[i] as number;
    sum += ((tp - before) * tp) / (tp + (falsePositives[i] as number));
    before = tp;
  }
  return sum / positives;
}

/** The best F1 = 2·TP/(2·TP + FP + FN) over all thresholds, with the highest threshold that reaches it. */
export interface F1Max {
  readonly value: number;
  readonly threshold: number;
}

/** Null when all labels are the same. */
export function f1MaxOf(ranking: Ranking): F1Max | null {
  if (!hasBothLabels(ranking)) return null;
  const { thresholds, truePositives, falsePositives, positives } = ranking;
  let best: F1Max = { value: -1, threshold: NaN };
  for (let i = 0; i < thresholds.length; i++) {
    const tp = truePositives[i] as number;
    const value = (2 * tp) / (tp + (falsePositives[i] as number) + positives);
    if (value > best.value) best = { value, threshold: thresholds[i] as number };
  }
  return best;
}

/** Area under the ROC curve; see `aurocOf`. */
export function auroc(scored: ScoredLabels): number | null {
  return aurocOf(rankScores(scored));
}

/** Average precision; see `averagePrecisionOf`. */
export function averagePrecision(scored: ScoredLabels): number | null {
  return averagePrecisionOf(rankScores(scored));
}

/** Best F1; see `f1MaxOf`. */
export function f1Max(scored: ScoredLabels): F1Max | null {
  return f1MaxOf(rankScores(scored));
}
