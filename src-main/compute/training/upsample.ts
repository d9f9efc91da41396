import { bilinearMatrix } from '../tensor-graph/bilinear.ts';
import { constant, matmul, reshape, transpose } from '../tensor-graph/operators.ts';
import { formatShape, shapeError, type Tensor } from '../tensor-graph/tensor.ts';

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
