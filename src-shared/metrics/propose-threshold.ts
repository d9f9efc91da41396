import type { RunScores } from '../domain/run.ts';

/** A proposed threshold and how it was chosen, with what a sentence about it needs. */
export type ProposedThreshold =
  | {
      readonly kind: 'best-f1';
      readonly value: number;
      readonly f1: number;
      readonly precision: number;
      readonly recall: number;
      readonly goodCount: number;
      readonly anomalousCount: number;
    }
  | {
      /** Best F1 would flag nearly everything: chosen for the widest gap between finds and false alarms instead. */
      readonly kind: 'widest-gap';
      readonly value: number;
      readonly recall: number;
      readonly falseAlarmRate: number;
      readonly goodCount: number;
      readonly anomalousCount: number;
    }
  | {
      readonly kind: 'above-good';
      readonly value: number;
      readonly share: number;
      readonly goodCount: number;
    }
  | {
      readonly kind: 'most-anomalous';
      readonly value: number;
      readonly share: number;
      readonly anomalousCount: number;
    }
  | {
      readonly kind: 'top-share';
      readonly value: number;
      readonly share: number;
      readonly imageCount: number;
    };

/** Of good parts this share stays below the proposed threshold where nothing else is labelled. */
const goodShare = 0.95;
/** Of an unlabelled batch this share lies above the proposed threshold. */
const topShare = 0.1;

/**
 * A score threshold to begin with: best F1 where both labels are there, else a quantile of what is there.
 * An image counts as a defect where its score reaches the threshold. Null without scores. Scores come worst first.
 */
export function proposeThreshold(scores: Pick<RunScores, 'scores' | 'labels'>): ProposedThreshold | null {
  if (scores.scores.length === 0) return null;
  const good = scores.scores.filter((_, index) => scores.labels[index] === 'good');
  const anomalous = scores.scores.filter((_, index) => scores.labels[index] === 'anomalous');
  if (good.length > 0 && anomalous.length > 0) return bestF1(scores, good.length, anomalous.length);
  if (good.length > 0) {
    return {
      kind: 'above-good',
      value: cutAfter(good, Math.floor(good.length * (1 - goodShare))),
      share: goodShare,
      goodCount: good.length,
    };
  }
  if (anomalous.length > 0) {
    return {
      kind: 'most-anomalous',
      value: cutAfter(anomalous, Math.ceil(anomalous.length * goodShare)),
      share: goodShare,
      anomalousCount: anomalous.length,
    };
  }
  return {
    kind: 'top-share',
    value: cutAfter(scores.scores, Math.max(1, Math.round(scores.scores.length * topShare))),
    share: topShare,
    imageCount: scores.scores.length,
  };
}

/** A threshold whose best F1 stops more than this share of good parts is no use to anybody who has to work with it. */
const mostFalseAlarms = 0.8;

/**
 * F1 = 2TP / (2TP + FP + FN) at every distinct score; the first (highest) threshold of the best wins. Where scores
 * hardly tell the labels apart, the best F1 flags nearly everything; then the largest TPR - FPR (Youden's J) is taken.
 */
function bestF1(
  { scores, labels }: Pick<RunScores, 'scores' | 'labels'>,
  goodCount: number,
  anomalousCount: number,
): ProposedThreshold {
  let hits = 0;
  let alarms = 0;
  let best = { f1: -1, hits: 0, alarms: 0, index: 0 };
  let widest = { gap: -1, hits: 0, alarms: 0, index: 0 };
  for (const [index, score] of scores.entries()) {
    if (labels[index] === 'anomalous') hits++;
    if (labels[index] === 'good') alarms++;
    if (scores[index + 1] === score) continue;
    const f1 = (2 * hits) / (hits + alarms + anomalousCount);
    if (f1 > best.f1) best = { f1, hits, alarms, index };
    const gap = hits / anomalousCount - alarms / goodCount;
    if (gap > widest.gap) widest = { gap, hits, alarms, index };
  }
  if (best.alarms / goodCount > mostFalseAlarms && widest.gap > 0) {
    return {
      kind: 'widest-gap',
      value: cutAfter(scores, widest.index + 1),
      recall: widest.hits / anomalousCount,
      falseAlarmRate: widest.alarms / goodCount,
      goodCount,
      anomalousCount,
    };
  }
  return {
    kind: 'best-f1',
    value: cutAfter(scores, best.index + 1),
    f1: best.f1,
    precision: best.hits + best.alarms === 0 ? 1 : best.hits / (best.hits + best.alarms),
    recall: best.hits / anomalousCount,
    goodCount,
    anomalousCount,
  };
}

/**
 * A value that lies between the `count` highest scores and the rest: halfway, so that rounding on screen moves nobody across.
 * Scores come worst first; outside of them it lies a hundredth of their span away.
 */
export function cutAfter(descending: ArrayLike<number>, count: number): number {
  const first = descending[0] ?? 0;
  const last = descending[descending.length - 1] ?? 0;
  const spare = (first - last || Math.abs(first) || 1) / 100;
  const above = descending[count - 1];
  const below = descending[count];
  if (above === undefined) return first + spare;
  if (below === undefined) return above - spare;
  const middle = (above + below) / 2;
  // Two neighbouring floating-point numbers have nothing between them.
  return middle > below ? middle : above;
}
