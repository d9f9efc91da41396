import { rankScores, type Ranking } from '../../src-shared/metrics/ranking.ts';
import { countsAt, type Comparison } from './compare.ts';
import { precisionRecallPoints, rocPoints, type CurvePoint } from './curves.ts';

export interface RunCurve {
  readonly ranking: Ranking;
  /** Empty where a label is missing. */
  readonly points: readonly CurvePoint[];
  /** The threshold that makes each point; the first point of a ROC has none. */
  readonly thresholds: readonly (number | null)[];
}

/** A curve a run over the labelled images that its metrics count, which are those of `runs.evaluate`. */
export function runCurves(comparison: Comparison, kind: 'roc' | 'pr'): readonly RunCurve[] {
  return comparison.scores.map((column, place) => {
    const scores: number[] = [];
    const labels: boolean[] = [];
    for (const [row, score] of column.entries()) {
      const label = comparison.labels[row] ?? null;
      if (score === null || !countsAt(comparison, place, row)) continue;
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
    (score, k) => score === threshold && countsAt(comparison, run, k),
  );
  return comparison.imageIds[row] ?? null;
}

/** Where a threshold stands on a run's curve; null without threshold or curve, or (precision) where nothing reaches it. */
export function operatingPointOf(
  { ranking, points }: RunCurve,
  kind: 'roc' | 'pr',
  threshold: number | null,
): CurvePoint | null {
  if (threshold === null || points.length === 0) return null;
  const reached = ranking.thresholds.findLastIndex((each) => each >= threshold);
  if (reached < 0) return kind === 'roc' ? { x: 0, y: 0 } : null;
  return points[kind === 'roc' ? reached + 1 : reached] ?? null;
}
