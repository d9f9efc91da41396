import { describe, expect, it } from 'vitest';
import { conv2d, samePadding, unshuffleToRows } from '../../../src-main/compute/tensor-graph/convolution.ts';
import * as op from '../../../src-main/compute/tensor-graph/operators.ts';
import { evaluateOne } from './run-graph.ts';

const counted = (count: number, from = 1) => Array.from({ length: count }, (_, i) => i + from);
const plain = { strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;

interface Case {
  readonly channels: number;
  readonly out: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
}

/** Small whole numbers, so that sums are exact. */
const pattern = (count: number, factor: number) =>
  Array.from({ length: count }, (_, i) => ((i * factor) % 7) - 3);

/** The sum as it is written in PyTorch's documentation of Conv2d. */
function convolved(
  { channels, out, size, kernel, strides, pads, groups }: Case,
  x: number[],
  w: number[],
  b: number[],
) {
  const [height, width] = size;
  const [kh, kw] = kernel;
  const [top, left, bottom, right] = pads;
  const rows = Math.floor((height + top + bottom - kh) / strides[0]) + 1;
  const columns = Math.floor((width + left + right - kw) / strides[1]) + 1;
  const perGroup = channels / groups;
  const result: number[] = [];
  for (let o = 0; o < out; o++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        let sum = b[o]!;
        for (let i = 0; i < perGroup; i++)
          for (let dy = 0; dy < kh; dy++)
            for (let dx = 0; dx < kw; dx++) {
              const y = r * strides[0] + dy - top;
              const at = c * strides[1] + dx - left;
              if (y < 0 || y >= height || at < 0 || at >= width) continue;
              const channel = Math.floor(o / (out / groups)) * perGroup + i;
              sum += x[(channel * height + y) * width + at]! * w[((o * perGroup + i) * kh + dy) * kw + dx]!;
            }
        result.push(sum);
      }
  return { shape: [1, out, rows, columns], values: result };
}

describe('conv2d', () => {
  it.each<[string, Case]>([
    [
      'a plain one',
      { channels: 2, out: 3, size: [4, 5], kernel: [3, 3], strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
    ],
    [
      'pads that differ on every side',
      { channels: 2, out: 2, size: [4, 4], kernel: [3, 3], strides: [2, 2], pads: [0, 1, 1, 2], groups: 1 },
    ],
    [
      'strides that differ',
      { channels: 1, out: 2, size: [5, 6], kernel: [2, 3], strides: [1, 3], pads: [1, 0, 0, 1], groups: 1 },
    ],
    [
      'two groups',
      { channels: 4, out: 6, size: [3, 3], kernel: [2, 2], strides: [1, 1], pads: [0, 0, 1, 1], groups: 2 },
    ],
    [
      'depthwise 5×5 with stride 2',
      { channels: 3, out: 3, size: [8, 8], kernel: [5, 5], strides: [2, 2], pads: [1, 1, 2, 2], groups: 3 },
    ],
    [
      '1×1',
      { channels: 5, out: 2, size: [2, 2], kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
    ],
  ])('sums products under the kernel: %s', async (_, one) => {
    const { channels, out, size, kernel, strides, pads, groups } = one;
    const x = pattern(channels * size[0] * size[1], 5);
    const w = pattern((out * channels * kernel[0] * kernel[1]) / groups, 3);
    const b = counted(out);
    const expected = convolved(one, x, w, b);
    const y = conv2d(
      op.constant([1, channels, ...size], x),
      op.constant([out, channels / groups, ...kernel], w),
      op.constant([out], b),
      { strides, pads, groups },
    );
    expect(y.shape).toEqual(expected.shape);
    expect(await evaluateOne(y)).toEqual(expected.values);
  });

  it('does without a bias', async () => {
    const y = conv2d(op.constant([1, 1, 1, 3], [1, 2, 3]), op.constant([1, 1, 1, 2], [1, 10]), null, plain);
    expect(await evaluateOne(y)).toEqual([21, 32]);
  });

  it('refuses shapes that do not fit', () => {
    const x = op.input('x', [1, 4, 5, 5], 'f32');
    const weights = (...shape: number[]) => op.input('w', shape, 'f32');
    const bias = (size: number) => op.input('b', [size], 'f32');
    expect(() => conv2d(x, weights(2, 3, 3, 3), null, plain)).toThrow('conv2d');
    expect(() => conv2d(x, weights(3, 2, 3, 3), null, { ...plain, groups: 2 })).toThrow('conv2d');
    expect(() => conv2d(x, weights(2, 4, 3, 3), bias(3), plain)).toThrow('conv2d');
    expect(() => conv2d(x, weights(2, 4, 6, 6), null, plain)).toThrow('no shape');
    expect(() => conv2d(x, weights(2, 4, 3, 3), null, { ...plain, strides: [0, 1] })).toThrow('conv2d');
    expect(() => conv2d(x, weights(2, 4, 3, 3), null, { ...plain, pads: [0, 0, 0, -1] })).toThrow('conv2d');
    expect(() => conv2d(op.input('x', [4, 5, 5], 'f32'), weights(2, 4, 3, 3), null, plain)).toThrow('conv2d');
  });
});

describe('samePadding', () => {
  it('is TensorFlow’s: as many outputs as strides begin, odd zeros behind', () => {
    expect(samePadding(256, 3, 2)).toEqual([0, 1]);
    expect(samePadding(256, 3, 1)).toEqual([1, 1]);
    expect(samePadding(64, 5, 2)).toEqual([1, 2]);
    expect(samePadding(5, 3, 2)).toEqual([1, 1]);
    expect(samePadding(16, 1, 1)).toEqual([0, 0]);
    expect(samePadding(16, 1, 2)).toEqual([0, 0]);
    for (const size of [7, 8, 31, 32])
      for (const stride of [1, 2, 3]) {
        const [before, behind] = samePadding(size, 5, stride);
        expect(Math.floor((size + before + behind - 5) / stride) + 1).toBe(Math.ceil(size / stride));
      }
  });
});

describe('unshuffleToRows', () => {
  it('puts the neighbours of a position one behind the other, channel by channel', async () => {
    // Two planes of 2×4: 1…8 and 9…16; blocks of 2×2 side by side.
    const rows = unshuffleToRows(op.constant([1, 2, 2, 4], counted(16)), 2);
    expect(rows.shape).toEqual([2, 8]);
    expect(await evaluateOne(rows)).toEqual([1, 2, 5, 6, 9, 10, 13, 14, 3, 4, 7, 8, 11, 12, 15, 16]);
  });

  it('is one row a pixel for blocks of one', async () => {
    expect(await evaluateOne(unshuffleToRows(op.constant([1, 2, 1, 2], [1, 2, 3, 4]), 1))).toEqual([
      1, 3, 2, 4,
    ]);
  });

  it('refuses planes that blocks do not tile', () => {
    expect(() => unshuffleToRows(op.input('x', [1, 1, 4, 3], 'f32'), 2)).toThrow('blocks of 2');
    expect(() => unshuffleToRows(op.input('x', [2, 1, 4, 4], 'f32'), 2)).toThrow('one stack');
  });
});

describe('clip', () => {
  it('cuts at both ends', async () => {
    const x = op.constant([5], [-1, 0, 3.5, 6, 9]);
    expect(await evaluateOne(op.clip(x, 0, 6))).toEqual([0, 0, 3.5, 6, 6]);
  });

  it('refuses a range that is none and anything but fp32', () => {
    expect(() => op.clip(op.scalar(1), 6, 0)).toThrow('no range');
    expect(() => op.clip(op.input('i', [1], 'i64'), 0, 6)).toThrow('f32');
  });
});
