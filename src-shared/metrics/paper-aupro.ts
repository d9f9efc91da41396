import { firstKeyAbove } from './ordered-keys.ts';
import { proLimit, type Cut, type NotedCut } from './metric-walk.ts';

const steps = 200;

/**
 * The thresholds of the papers' code: numpy's arange(min, max, (max - min)/200), each «above», from low to high. numpy
 * adds multiples of the rounded first step, and rounding may leave room for a 201st.
 * Empty where the range is none or has no end: the papers' code stops with an error there.
 */
export function paperThresholds(minimum: number, maximum: number): readonly number[] {
  const delta = (maximum - minimum) / steps;
  if (!(delta > 0) || !Number.isFinite(delta)) return [];
  const count = Math.ceil((maximum - minimum) / delta);
  const step = minimum + delta - minimum;
  return Array.from({ length: count }, (_, index) => minimum + index * step);
}

/** The same as cuts. */
export function paperCuts(minimum: number, maximum: number): Cut[] {
  return paperThresholds(minimum, maximum).map((threshold, index) => ({
    index,
    key: firstKeyAbove(threshold),
  }));
}

/**
 * AUPRO as the papers' released code has it (methods.md §8): of 200 thresholds those with FPR < 0.3 are kept, FPR is
 * stretched to 0…1, trapezoids, no interpolation. Null where that is 0/0: fewer than two different FPR are left.
 */
export function paperAupro(
  cuts: readonly NotedCut[],
  { negatives, components }: { readonly negatives: number; readonly components: number },
): number | null {
  const points = [...cuts]
    .sort((a, b) => a.index - b.index)
    .map((cut) => ({ fpr: cut.falsePositives / negatives, pro: cut.weight / components }))
    .filter(({ fpr }) => fpr < proLimit);
  // Thresholds rise, so rates fall: the first is the largest.
  const highest = points[0]?.fpr ?? 0;
  const lowest = points.at(-1)?.fpr ?? 0;
  if (!(highest > lowest)) return null;
  let area = 0;
  for (const [i, point] of points.entries()) {
    const next = points[i + 1];
    if (next === undefined) break;
    area += ((point.fpr - next.fpr) / (highest - lowest)) * ((point.pro + next.pro) / 2);
  }
  return area;
}
