import { rankScores, type Ranking } from '../../src-shared/metrics/ranking.ts';
import type { Comparison } from './compare.ts';
import { precisionRecallPoints, rocPoints, type CurvePoint } from './curves.ts';

export interface RunCurve {
  readonly ranking: Ranking;
  /** Empty where a label is missing. */
  readonly points: readonly CurvePoint[];
  /** The threshold that makes each point; the first point of a ROC has none. */
  readonly thresholds: readonly (number | null)[];
}

/** A curve a run over the labelled images that it scored. */
export function runCurves(comparison: Comparison, kind: 'roc' | 'pr'): readonly RunCurve[] {
  return comparison.scores.map((column) => {
    const scores: number[] = [];
    const labels: boolean[] = [];
    for (const [row, score] of column.entries()) {
      const label = comparison.labels[row] ?? null;
      if (score === null || label === null) continue;
      scores.push(score);
      labels.push(label === 'anomalous');
    }
    const ranking = rankScores({ scores, labels });
    return kind === 'roc'
      ? { ranking, points: rocPoints(ranking), thresholds: [null, ...ranking.thresholds] }
      : { ranking, points: precisionRecallPoints(ranking), thresholds: [...ranking.thresholds] };
  });
}

export interface PickedPoint {
  /** Place of the run. */
  readonly run: number;
  readonly threshold: number;
}

/** The point of any curve that is nearest to `to` and has a threshold; null where none is near (a tenth of the side). */
export function nearestCurvePoint(curves: readonly RunCurve[], to: CurvePoint): PickedPoint | null {
  let picked: PickedPoint | null = null;
  let least = 0.1;
  for (const [run, { points, thresholds }] of curves.entries()) {
    for (const [k, { x, y }] of points.entries()) {
      const threshold = thresholds[k] ?? null;
      const distance = Math.hypot(x - to.x, y - to.y);
      if (threshold !== null && distance < least) [picked, least] = [{ run, threshold }, distance];
    }
  }
  return picked;
}

/** The first labelled image whose score is the threshold: the one that this point of the curve takes in. */
export function imageAtPoint(comparison: Comparison, { run, threshold }: PickedPoint): number | null {
  const row = (comparison.scores[run] ?? []).findIndex(
    (score, k) => score === threshold && (comparison.labels[k] ?? null) !== null,
  );
  return comparison.imageIds[row] ?? null;
}
