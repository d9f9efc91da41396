/** What is made of scores, labels and, for the last four, a threshold «score ≥ threshold»; all 0-1. */
export const sampleMetrics = ['auroc', 'ap', 'f1Max', 'recall', 'falseAlarmRate', 'precision', 'f1'] as const;
export type SampleMetric = (typeof sampleMetrics)[number];

/** A column of scores sorted once, so that any weighting of the images is measured in one pass. */
export interface SortedColumn {
  /** Images with a score, from the highest score down. */
  readonly order: Uint32Array;
  /** 1 where an image has the score of the one before it. */
  readonly isTied: Uint8Array;
  /** Of `order`, 1: anomalous. */
  readonly labels: Uint8Array;
  /** How many of `order` reach the threshold; -1: there is none. */
  readonly reachingCount: number;
}

/** `scores[i]` NaN: the image does not count in this column. Equal scores share one threshold. */
export function sortColumn(
  scores: ArrayLike<number>,
  labels: ArrayLike<number | boolean>,
  threshold: number | null,
): SortedColumn {
  const scoreOf = (image: number) => scores[image] ?? Number.NaN;
  const counted: number[] = [];
  for (let i = 0; i < scores.length; i++) if (!Number.isNaN(scoreOf(i))) counted.push(i);
  const order = Uint32Array.from(counted).sort((a, b) => scoreOf(b) - scoreOf(a) || a - b);
  const isTied = new Uint8Array(order.length);
  for (let k = 1; k < order.length; k++)
    isTied[k] = scoreOf(order[k] as number) === scoreOf(order[k - 1] as number) ? 1 : 0;
  return {
    order,
    isTied,
    labels: Uint8Array.from(order, (image) => (labels[image] ? 1 : 0)),
    reachingCount:
      threshold === null ? -1 : order.reduce((sum, image) => sum + (scoreOf(image) >= threshold ? 1 : 0), 0),
  };
}

/**
 * All `sampleMetrics` of a column in which image i counts `weights[i]` times, into `result` in their order; NaN where a
 * metric has no value: a label is missing, there is no threshold, or (precision) nothing reaches it. With all weights 1
 * they are those of `ranking.ts`. O(n).
 */
export function measureWeighted(
  column: SortedColumn,
  weights: ArrayLike<number>,
  result: Float64Array,
): void {
  const { order, isTied, labels, reachingCount } = column;
  result.fill(Number.NaN);
  let positives = 0;
  let negatives = 0;
  for (let k = 0; k < order.length; k++) {
    const weight = weights[order[k] as number] as number;
    if (labels[k] === 1) positives += weight;
    else negatives += weight;
  }
  if (positives === 0 || negatives === 0) return;
  let [tp, fp, tpBefore, fpBefore] = [0, 0, 0, 0];
  let [area, precisionSum, best] = [0, 0, 0];
  let [hits, alarms] = [0, 0];
  for (let k = 0; k <= order.length; k++) {
    // A threshold is complete where the next score is another one.
    if (k === order.length || isTied[k] === 0) {
      area += ((fp - fpBefore) * (tp + tpBefore)) / 2;
      if (tp > tpBefore) precisionSum += ((tp - tpBefore) * tp) / (tp + fp);
      if (tp > 0) best = Math.max(best, (2 * tp) / (tp + fp + positives));
      [tpBefore, fpBefore] = [tp, fp];
    }
    if (k === reachingCount) [hits, alarms] = [tp, fp];
    if (k === order.length) break;
    const weight = weights[order[k] as number] as number;
    if (labels[k] === 1) tp += weight;
    else fp += weight;
  }
  result[0] = area / (positives * negatives);
  result[1] = precisionSum / positives;
  result[2] = best;
  if (reachingCount < 0) return;
  result[3] = hits / positives;
  result[4] = alarms / negatives;
  result[5] = hits + alarms === 0 ? Number.NaN : hits / (hits + alarms);
  result[6] = (2 * hits) / (hits + alarms + positives);
}
