import { bilinearMatrix } from '../tensor-graph/bilinear.ts';
import { constant, matmul, multiply, reduce, reshape, transpose } from '../tensor-graph/operators.ts';
import { formatShape, shapeError, type Tensor } from '../tensor-graph/tensor.ts';
import type { PixelSums } from './losses.ts';

/**
 * Patch maps [batch, side, side] drawn bilinearly (align_corners = false, methods.md §1) at sizePx → [batch, sizePx, sizePx], as
 * two matrix products: rows of the matrix sum to 1, so what sums to 1 over maps still does.
 */
export function upsampleMaps(maps: Tensor, sizePx: number): Tensor {
  const [batch, side, side2] = maps.shape;
  if (maps.shape.length !== 3 || batch === undefined || side === undefined || side !== side2)
    throw shapeError('upsampleMaps', `${formatShape(maps.shape)} are no square maps`);
  if (side === sizePx) return maps;
  const matrix = constant([sizePx, side], bilinearMatrix(side, sizePx));
  const columns = matmul(reshape(maps, [batch * side, side]), transpose(matrix, [1, 0]));
  return matmul(matrix, reshape(columns, [batch, side, sizePx]));
}

/**
 * Sums over the pixels of maps [batch, side, side] drawn at the size of masks [batch, S, S], without drawing them: drawing is linear, so
 * that Σ (M·s·Mᵀ)·G = Σ s·(Mᵀ·G·M). What is made of the masks serves the maps of all layers.
 */
export function drawnSums(maps: Tensor, masks: Tensor): PixelSums {
  const [batch = 1, side = 1] = maps.shape;
  const [, sizePx = 1] = masks.shape;
  const matrix = bilinearMatrix(side, sizePx);
  const columns = constant([sizePx, side], matrix);
  const gathered = reshape(matmul(reshape(masks, [batch * sizePx, sizePx]), columns), [batch, sizePx, side]);
  const ofMasks = matmul(constant([side, sizePx], transposed(matrix, sizePx, side)), gathered);
  // How much of the drawn map each entry of the small one makes up.
  const share = Array.from({ length: side }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < sizePx; row++) sum += matrix[row * side + column] ?? 0;
    return sum;
  });
  const shares = constant(
    [side, side],
    share.flatMap((vertical) => share.map((horizontal) => vertical * horizontal)),
  );
  const sums = (x: Tensor) =>
    reduce(reshape(x, [batch, x.shape.slice(1).reduce((a, b) => a * b, 1)]), 'sum', 1);
  return {
    both: sums(multiply(maps, ofMasks)),
    ofMap: sums(multiply(maps, shares)),
    ofMask: sums(masks),
    pixels: sizePx * sizePx,
  };
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
  );
}
