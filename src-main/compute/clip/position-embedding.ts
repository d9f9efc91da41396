import { concat, reshape, slice } from '../tensor-graph/operators.ts';
import { resizeGridBilinear } from '../tensor-graph/bilinear.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';

/**
 * Position embeddings [1 + gridSize², width] on another grid, [1 + toGrid², width]: bilinear with align_corners = false, the
 * class token's row untouched (methods.md §1; AnomalyCLIP's released code). Part of the graph, so that a graph file stays
 * small; ONNX Runtime folds it into one constant when the session is made.
 */
export function resamplePositions(embedding: Tensor, gridSize: number, toGrid: number): Tensor {
  if (gridSize === toGrid) return embedding;
  const [rows = 0, width = 0] = embedding.shape;
  const grid = reshape(slice(embedding, 0, 1, rows), [gridSize, gridSize, width]);
  const resized = reshape(resizeGridBilinear(grid, toGrid), [toGrid * toGrid, width]);
  return concat([slice(embedding, 0, 0, 1), resized], 0);
}
