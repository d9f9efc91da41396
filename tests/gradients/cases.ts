import { conv2d } from '../../src-main/compute/tensor-graph/convolution.ts';
import * as op from '../../src-main/compute/tensor-graph/operators.ts';
import { meanAll, normaliseRows, sumAll, sumTo } from '../../src-main/compute/tensor-graph/sums.ts';
import type { Tensor } from '../../src-main/compute/tensor-graph/tensor.ts';
import type { GradientCase } from './check-gradients.ts';

type Unary = (x: Tensor) => Tensor;
const elementwise = (f: Unary, positive = false): GradientCase => ({
  inputs: { x: [3, 4] },
  build: ({ x }) => f(x!),
  positive,
});
const pair = (f: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]): GradientCase => ({
  inputs: { a, b },
  build: (t) => f(t['a']!, t['b']!),
  positive: true,
});
const attention = (heads: number, causal: boolean, m: number, n: number): GradientCase => ({
  inputs: { q: [2, m, 6], k: [2, n, 6], v: [2, n, 6] },
  build: ({ q, k, v }) => op.attention(q!, k!, v!, { heads, causal }),
});
const convolution = (
  x: number[],
  w: number[],
  bias: boolean,
  options: Parameters<typeof conv2d>[3],
): GradientCase => ({
  inputs: { x, w, ...(bias ? { bias: [w[0]!] } : {}) },
  build: (t) => conv2d(t['x']!, t['w']!, t['bias'] ?? null, options),
});
const noPads = [0, 0, 0, 0] as const;

/** One or more for each operator; names are sentences' ends. */
export const cases: Readonly<Record<string, GradientCase>> = {
  'a sum of one shape': pair(op.add, [2, 3], [2, 3]),
  'a sum that broadcasts a row': pair(op.add, [2, 3, 4], [4]),
  'a difference that broadcasts both ways': pair(op.subtract, [3, 1, 2], [1, 4, 1]),
  'a product that broadcasts a scalar': pair(op.multiply, [2, 3], []),
  'a product that broadcasts in the middle': pair(op.multiply, [2, 1, 3], [2, 4, 3]),
  'a quotient that broadcasts the divisor': pair(op.divide, [2, 3, 2], [3, 1]),
  'a quotient that broadcasts the dividend': pair(op.divide, [1, 2], [3, 2]),
  'a square written as a product': elementwise((x) => op.multiply(x, x)),
  exp: elementwise(op.exp),
  log: elementwise(op.log, true),
  sqrt: elementwise(op.sqrt, true),
  sigmoid: elementwise(op.sigmoid),
  relu: elementwise(op.relu),
  erf: elementwise(op.erf),
  gelu: elementwise(op.gelu),
  'quick gelu': elementwise(op.quickGelu),
  softmax: elementwise(op.softmax),
  'softmax of one axis': { inputs: { x: [5] }, build: ({ x }) => op.softmax(x!) },
  clip: elementwise((x) => op.clip(x, -0.5, 0.7)),
  'a mask that is multiplied with': pair((a, b) => op.multiply(a, op.greater(a, b)), [3, 4], [4]),
  'a cast to what it is': elementwise((x) => op.add(x, op.cast(op.integers([4], [1, 2, 3, 4]), 'f32'))),
  'layer norm by x, γ and β': {
    inputs: { x: [2, 3, 5], gamma: [5], beta: [5] },
    build: ({ x, gamma, beta }) => op.layerNorm(x!, gamma!, beta!, 1e-5),
  },
  matrices: pair(op.matmul, [3, 4], [4, 2]),
  'matrices in batches': pair(op.matmul, [2, 3, 4], [2, 4, 2]),
  'a batch of matrices with one': pair(op.matmul, [2, 2, 3, 4], [4, 2]),
  'one matrix with a batch': pair(op.matmul, [3, 4], [3, 4, 2]),
  'batches that broadcast both ways': pair(op.matmul, [2, 1, 2, 3], [3, 3, 2]),
  'a linear layer without a bias': pair((x, w) => op.linear(x, w, null), [2, 3, 4], [5, 4]),
  'a linear layer with a bias': {
    inputs: { x: [2, 3, 4], w: [5, 4], b: [5] },
    build: ({ x, w, b }) => op.linear(x!, w!, b!),
  },
  'a linear layer added to something whole': {
    inputs: { x: [2, 3, 4], w: [5, 4], b: [2, 3, 5] },
    build: ({ x, w, b }) => op.linear(x!, w!, b!),
  },
  'attention with one head': attention(1, false, 4, 4),
  'attention with three heads': attention(3, false, 4, 4),
  'attention with other keys than queries': attention(2, false, 3, 5),
  'causal attention': attention(2, true, 5, 5),
  'attention of a thing with itself': {
    inputs: { x: [1, 4, 4] },
    build: ({ x }) => op.attention(x!, x!, x!, { heads: 2, causal: true }),
  },
  'a plain convolution': convolution([2, 3, 4, 5], [2, 3, 3, 2], false, {
    strides: [1, 1],
    pads: noPads,
    groups: 1,
  }),
  'a convolution with strides, uneven pads and a bias': convolution([1, 2, 6, 5], [3, 2, 3, 3], true, {
    strides: [2, 3],
    pads: [1, 0, 2, 1],
    groups: 1,
  }),
  'a convolution in two groups': convolution([2, 4, 4, 4], [6, 2, 2, 2], true, {
    strides: [2, 1],
    pads: [0, 1, 1, 0],
    groups: 2,
  }),
  'a depthwise convolution': convolution([1, 3, 4, 4], [3, 1, 3, 3], false, {
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    groups: 3,
  }),
  'rows gathered, some twice and one never': {
    inputs: { table: [4, 3] },
    build: ({ table }) => op.gather(table!, op.integers([2, 3], [0, 2, 2, 3, 0, 2])),
  },
  'one row gathered by a scalar': {
    inputs: { table: [4, 3] },
    build: ({ table }) => op.gather(table!, op.integers([], [2])),
  },
  'rows of three axes gathered': {
    inputs: { table: [3, 2, 2] },
    build: ({ table }) => op.gather(table!, op.integers([4], [2, 0, 2, 1])),
  },
  'rows added at indices': {
    inputs: { updates: [5, 2] },
    build: ({ updates }) => op.scatterAdd(op.integers([5], [1, 3, 1, 0, 1]), updates!, 5),
  },
  'numbers added at indices': {
    inputs: { updates: [2, 2] },
    build: ({ updates }) => op.scatterAdd(op.integers([2, 2], [1, 1, 0, 1]), updates!, 3),
  },
  'entries taken of each row': {
    inputs: { x: [2, 4] },
    build: ({ x }) => op.takeLast(x!, op.integers([2, 3], [3, 0, 3, 1, 2, 2])),
  },
  'entries put into each row': {
    inputs: { x: [2, 3] },
    build: ({ x }) => op.putLast(op.integers([2, 3], [3, 0, 3, 1, 2, 2]), x!, 4),
  },
  'a transposition of four axes': {
    inputs: { x: [2, 3, 1, 4] },
    build: ({ x }) => op.transpose(x!, [3, 0, 1, 2]),
  },
  'another shape': { inputs: { x: [2, 6] }, build: ({ x }) => op.reshape(x!, [3, 1, 4]) },
  'something spread in front and within': {
    inputs: { x: [3, 1] },
    build: ({ x }) => op.broadcast(x!, [2, 3, 4]),
  },
  'a slice of the middle': { inputs: { x: [2, 5] }, build: ({ x }) => op.slice(x!, 1, 1, 3) },
  'a slice at the start': { inputs: { x: [5, 2] }, build: ({ x }) => op.slice(x!, 0, 0, 2) },
  'a slice at the end': { inputs: { x: [2, 5, 2] }, build: ({ x }) => op.slice(x!, 1, 3, 5) },
  'three parts in a row, one of them twice': {
    inputs: { a: [2, 1, 3], b: [2, 2, 3] },
    build: ({ a, b }) => op.concat([a!, b!, a!], 1),
  },
  'a sum over an axis': { inputs: { x: [2, 3, 4] }, build: ({ x }) => op.reduce(x!, 'sum', 1) },
  'a mean over an axis': { inputs: { x: [3, 4] }, build: ({ x }) => op.reduce(x!, 'mean', 0) },
  'a maximum over the last axis': { inputs: { x: [3, 4] }, build: ({ x }) => op.reduce(x!, 'max', 1) },
  'a maximum over the first axis': { inputs: { x: [3, 4, 2] }, build: ({ x }) => op.reduce(x!, 'max', 0) },
  'the largest values': { inputs: { x: [2, 3, 5] }, build: ({ x }) => op.topK(x!, 3).values },
  'rows that the largest values point at': {
    inputs: { x: [4], table: [4, 2] },
    build: ({ x, table }) =>
      op.add(op.gather(table!, op.topK(x!, 2).indices), op.reshape(op.topK(x!, 2).values, [2, 1])),
  },
  'a sum and a mean of all': {
    inputs: { x: [2, 3] },
    build: ({ x }) => op.multiply(sumAll(x!), meanAll(op.exp(x!))),
  },
  'broadcasting undone': { inputs: { x: [2, 3, 4, 2] }, build: ({ x }) => sumTo(x!, [3, 1, 1]) },
  'rows of length one': { inputs: { x: [3, 4] }, build: ({ x }) => normaliseRows(x!) },
};
