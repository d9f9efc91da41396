import { reshape, transpose } from './operators.ts';
import { formatShape, makeTensor, shapeError, type Tensor } from './tensor.ts';

export interface ConvolutionOptions {
  /** Down and to the right. */
  readonly strides: readonly [number, number];
  /** Rows and columns of zeros at the top, left, bottom and right. */
  readonly pads: readonly [number, number, number, number];
  /** Input channels are split into so many groups; as many as there are channels: depthwise. */
  readonly groups: number;
}

/**
 * Cross-correlation as PyTorch's Conv2d: x [n, channels, height, width], weights [out, channels/groups, kh, kw], bias [out] →
 * [n, out, ⌊(height + top + bottom - kh)/stride⌋ + 1, the same of width].
 */
export function conv2d(x: Tensor, weights: Tensor, bias: Tensor | null, options: ConvolutionOptions): Tensor {
  const { strides, pads, groups } = options;
  const [n, channels, height, width] = x.shape;
  const [out, perGroup, kernelHeight, kernelWidth] = weights.shape;
  const fits =
    x.shape.length === 4 &&
    weights.shape.length === 4 &&
    [x, weights, ...(bias ? [bias] : [])].every(({ dtype }) => dtype === 'f32') &&
    [...strides, groups].every((size) => Number.isSafeInteger(size) && size >= 1) &&
    pads.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    (bias === null || (bias.shape.length === 1 && bias.shape[0] === out));
  if (
    !fits ||
    n === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    out === undefined ||
    perGroup === undefined ||
    kernelHeight === undefined ||
    kernelWidth === undefined ||
    perGroup * groups !== channels ||
    out % groups !== 0
  )
    throw shapeError(
      'conv2d',
      `${formatShape(weights.shape)}${bias ? ` and ${formatShape(bias.shape)}` : ''} in ${groups} groups with strides ${strides.join()} and pads ${pads.join()} do not fit ${formatShape(x.shape)}`,
    );
  const [top, left, bottom, right] = pads;
  const [down, across] = strides;
  const shape = [
    n,
    out,
    Math.floor((height + top + bottom - kernelHeight) / down) + 1,
    Math.floor((width + left + right - kernelWidth) / across) + 1,
  ];
  const operator = { kind: 'conv2d', strides, pads, groups } as const;
  return makeTensor(operator, bias ? [x, weights, bias] : [x, weights], shape, 'f32');
}

/**
 * TensorFlow's «same» padding of one axis, [before, after]: ⌈size/stride⌉ outputs, an odd zero goes behind
 * (tf.nn.convolution's documentation).
 */
export function samePadding(size: number, kernel: number, stride: number): readonly [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/**
 * Planes as rows: x [1, channels, height, width] → [height/block · width/block, channels·block²], with column
 * c·block² + dy·block + dx (PyTorch's pixel_unshuffle, then one row a position).
 */
export function unshuffleToRows(x: Tensor, block: number): Tensor {
  const [n, channels, height, width] = x.shape;
  if (
    x.shape.length !== 4 ||
    n !== 1 ||
    channels === undefined ||
    height === undefined ||
    width === undefined
  )
    throw shapeError('unshuffleToRows', `${formatShape(x.shape)} is not one stack of planes`);
  if (!Number.isSafeInteger(block) || block < 1 || height % block !== 0 || width % block !== 0)
    throw shapeError(
      'unshuffleToRows',
      `${formatShape(x.shape)} cannot be cut into blocks of ${block} by ${block}`,
    );
  const rows = height / block;
  const columns = width / block;
  const blocks = reshape(x, [channels, rows, block, columns, block]);
  return reshape(transpose(blocks, [1, 3, 0, 2, 4]), [rows * columns, channels * block * block]);
}
