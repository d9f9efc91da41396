import type { Ranking } from '../../src-shared/metrics/ranking.ts';

/** A point of a curve; both shares from 0 to 1. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** False alarm rate against share found, from (0, 0) to (1, 1); empty where a label is missing. */
export function rocPoints({
  truePositives,
  falsePositives,
  positives,
  negatives,
}: Ranking): readonly CurvePoint[] {
  if (positives === 0 || negatives === 0) return [];
  const points: CurvePoint[] = [{ x: 0, y: 0 }];
  for (const [index, hits] of truePositives.entries()) {
    points.push({ x: (falsePositives[index] ?? 0) / negatives, y: hits / positives });
  }
  return points;
}

/** Share found against precision, by falling threshold; empty where a label is missing. */
export function precisionRecallPoints({
  truePositives,
  falsePositives,
  positives,
  negatives,
}: Ranking): readonly CurvePoint[] {
  if (positives === 0 || negatives === 0) return [];
  return Array.from(truePositives, (hits, index) => ({
    x: hits / positives,
    y: hits / (hits + (falsePositives[index] ?? 0)),
  }));
}

/** Leaves out points that fall on the pixel of the one before, the last excepted: 50,000 images draw like 300. */
export function thinPoints(points: readonly CurvePoint[], sizePx: number): readonly CurvePoint[] {
  const pixel = ({ x, y }: CurvePoint) => `${Math.round(x * sizePx)} ${Math.round(y * sizePx)}`;
  let before = '';
  return points.filter((point, index) => {
    const here = pixel(point);
    const isKept = here !== before || index === points.length - 1;
    before = here;
    return isKept;
  });
}
