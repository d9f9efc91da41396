import {
  broadcast,
  concat,
  gather,
  integers,
  reshape,
  scalar,
  scatterAdd,
  slice,
  transpose,
} from './operators.ts';
import type { Shape, Tensor } from './tensor.ts';

/** How a convolution's kernel moves. */
export interface ConvolutionWindow {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
}

/** x [n, channels, h, w] → [groups, n·positions, channels/groups · kernel]: what each position of the kernel sees. */
export function unfold(x: Tensor, window: ConvolutionWindow): Tensor {
  const [n = 1, channels = 1, height = 1, width = 1] = x.shape;
  const { indices, positions, kernel } = seenPixels(height, width, window);
  // One row a pixel, and a row of zeros for what lies outside.
  const pixels = reshape(transpose(x, [2, 3, 0, 1]), [height * width, n * channels]);
  const outside = broadcast(reshape(scalar(0), [1, 1]), [1, n * channels]);
  const seen = gather(concat([pixels, outside], 0), indices);
  const { groups } = window;
  const split = reshape(seen, [positions, kernel, n, groups, channels / groups]);
  return reshape(transpose(split, [3, 2, 0, 4, 1]), [groups, n * positions, (channels / groups) * kernel]);
}

/** The transpose of `unfold`: what each pixel was seen as is added up, → `shape` [n, channels, h, w]. */
export function fold(columns: Tensor, shape: Shape, window: ConvolutionWindow): Tensor {
  const [n = 1, channels = 1, height = 1, width = 1] = shape;
  const { indices, positions, kernel } = seenPixels(height, width, window);
  const { groups } = window;
  const split = reshape(columns, [groups, n, positions, channels / groups, kernel]);
  const rows = reshape(transpose(split, [2, 4, 1, 0, 3]), [positions * kernel, n * channels]);
  const pixels = slice(scatterAdd(indices, rows, height * width + 1), 0, 0, height * width);
  return transpose(reshape(pixels, [height, width, n, channels]), [2, 3, 0, 1]);
}

/** Rows of the pixels that the kernel sees, [positions · kernel]; height·width stands for what lies outside. */
function seenPixels(height: number, width: number, { kernel, strides, pads }: ConvolutionWindow) {
  const [kernelHeight, kernelWidth] = kernel;
  const [down, across] = strides;
  const [top, left, bottom, right] = pads;
  const rows = Math.floor((height + top + bottom - kernelHeight) / down) + 1;
  const columns = Math.floor((width + left + right - kernelWidth) / across) + 1;
  const indices: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let dy = 0; dy < kernelHeight; dy++)
        for (let dx = 0; dx < kernelWidth; dx++) {
          const y = row * down - top + dy;
          const x = column * across - left + dx;
          const inside = y >= 0 && y < height && x >= 0 && x < width;
          indices.push(inside ? y * width + x : height * width);
        }
  return {
    indices: integers([indices.length], indices),
    positions: rows * columns,
    kernel: kernelHeight * kernelWidth,
  };
}
