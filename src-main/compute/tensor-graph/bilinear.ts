import { constant, matmul, reshape } from './operators.ts';
import { formatShape, shapeError, type Tensor } from './tensor.ts';

/**
 * Matrix [to, from] that resamples one axis bilinearly with align_corners = false, as torch's interpolate does:
 * source = max(0, (i + 0.5)·from/to - 0.5), no antialiasing, edge values repeated.
 */
export function bilinearMatrix(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const source = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(source), from - 1);
    const high = Math.min(low + 1, from - 1);
    const share = source - low;
    const at = i * from;
    matrix[at + low] = (matrix[at + low] ?? 0) + 1 - share;
    matrix[at + high] = (matrix[at + high] ?? 0) + share;
  }
  return matrix;
}

/** Resamples a grid of rows, x [side, side, width] → [toSide, toSide, width], one axis after the other. */
export function resizeGridBilinear(x: Tensor, toSide: number): Tensor {
  const [side, side2, width] = x.shape;
  if (x.shape.length !== 3 || side === undefined || side !== side2 || width === undefined)
    throw shapeError('resizeGridBilinear', `${formatShape(x.shape)} is not a square grid of rows`);
  if (side === toSide) return x;
  const matrix = constant([toSide, side], bilinearMatrix(side, toSide));
  const rows = reshape(matmul(matrix, reshape(x, [side, side * width])), [toSide, side, width]);
  return matmul(matrix, rows);
}
