import type { Features } from './method.ts';
import { normalised, rowOf } from './similarity.ts';

/**
 * Scores of windows as scores of patches: each patch gets the harmonic mean over the windows that cover it (WinCLIP, §4.1).
 * `scores` are those of all windows of side×side patches at stride 1, in reading order; the result is [grid²]. A score of zero makes
 * all patches it covers zero.
 */
export function spreadOverPatches(scores: ArrayLike<number>, side: number, grid: number): Float64Array {
  const perRow = grid - side + 1;
  const map = new Float64Array(grid * grid);
  for (let y = 0; y < grid; y++)
    for (let x = 0; x < grid; x++) {
      let reciprocals = 0;
      let count = 0;
      for (let top = Math.max(0, y - side + 1); top <= Math.min(y, perRow - 1); top++)
        for (let left = Math.max(0, x - side + 1); left <= Math.min(x, perRow - 1); left++) {
          reciprocals += 1 / (scores[top * perRow + left] ?? NaN);
          count += 1;
        }
      map[y * grid + x] = count / reciprocals;
    }
  return map;
}

/** n / Σ 1/x */
export function harmonicMean(...values: readonly number[]): number {
  return values.length / values.reduce((sum, value) => sum + 1 / value, 0);
}

/** Rows brought to unit length. */
export function unitRows(features: Features): Features {
  const data = new Float32Array(features.data.length);
  for (let row = 0; row < features.rows; row++)
    data.set(normalised(rowOf(features, row)), row * features.width);
  return { ...features, data };
}
