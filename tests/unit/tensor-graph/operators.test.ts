import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { bilinearMatrix, resizeGridBilinear } from '../../../src-main/compute/tensor-graph/bilinear.ts';
import * as op from '../../../src-main/compute/tensor-graph/operators.ts';
import { evaluate, evaluateOne } from './run-graph.ts';

const values = (count: number, seed = 1) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233) * 1.5);

function expectClose(actual: readonly number[], expected: ArrayLike<number>, within = 1e-5) {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries())
    expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(within);
}

const row = (data: ArrayLike<number>, width: number, index: number) =>
  Array.from(data).slice(index * width, (index + 1) * width);

/** Attention written out with loops, in double precision. */
function plainAttention(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  sizes: { m: number; n: number; width: number; heads: number; causal: boolean },
): number[] {
  const { m, n, width, heads, causal } = sizes;
  const size = width / heads;
  const out = new Array<number>(m * width).fill(0);
  for (let head = 0; head < heads; head++)
    for (let i = 0; i < m; i++) {
      const exps = Array.from({ length: causal ? i + 1 : n }, (_, j) => {
        let dot = 0;
        for (let d = 0; d < size; d++)
          dot += q[i * width + head * size + d]! * k[j * width + head * size + d]!;
        return Math.exp(dot / Math.sqrt(size));
      });
      const sum = exps.reduce((a, b) => a + b, 0);
      for (const [j, e] of exps.entries())
        for (let d = 0; d < size; d++)
          out[i * width + head * size + d]! += (e / sum) * v[j * width + head * size + d]!;
    }
  return out;
}

describe('operators computed by ONNX Runtime', () => {
  it('adds, subtracts, multiplies and divides with broadcasting', async () => {
    const a = op.constant([2, 3], values(6));
    const b = op.constant([3], [1, 2, 4]);
    const results = await evaluate({
      sum: op.add(a, b),
      difference: op.subtract(a, b),
      product: op.multiply(a, b),
      quotient: op.divide(a, b),
    });
    const expected = (f: (x: number, y: number) => number) =>
      Array.from(values(6), (x, i) => f(x, [1, 2, 4][i % 3]!));
    expectClose(
      results['sum']!,
      expected((x, y) => x + y),
    );
    expectClose(
      results['difference']!,
      expected((x, y) => x - y),
    );
    expectClose(
      results['product']!,
      expected((x, y) => x * y),
    );
    expectClose(
      results['quotient']!,
      expected((x, y) => x / y),
    );
  });

  it('applies functions element by element', async () => {
    const x = op.constant([7], values(7));
    const positive = op.constant(
      [7],
      values(7).map((v) => Math.abs(v) + 0.1),
    );
    const results = await evaluate({
      exp: op.exp(x),
      log: op.log(positive),
      sqrt: op.sqrt(positive),
      sigmoid: op.sigmoid(x),
      relu: op.relu(x),
      quickGelu: op.quickGelu(x),
      gelu: op.gelu(x),
    });
    const of = (f: (v: number) => number, source = values(7)) => Array.from(source, (v) => f(v));
    expectClose(results['exp']!, of(Math.exp));
    expectClose(
      results['log']!,
      of((v) => Math.log(Math.abs(v) + 0.1)),
    );
    expectClose(
      results['sqrt']!,
      of((v) => Math.sqrt(Math.abs(v) + 0.1)),
    );
    expectClose(
      results['sigmoid']!,
      of((v) => 1 / (1 + Math.exp(-v))),
    );
    expectClose(
      results['relu']!,
      of((v) => Math.max(0, v)),
    );
    expectClose(
      results['quickGelu']!,
      of((v) => v / (1 + Math.exp(-1.702 * v))),
    );
    // Φ by numerical integration, so that no approximation of erf is trusted.
    const phi = (v: number) => {
      const steps = 2000;
      let area = 0;
      for (let i = 0; i < steps; i++) area += Math.exp(-((((i + 0.5) * v) / steps) ** 2) / 2) * (v / steps);
      return 0.5 + area / Math.sqrt(2 * Math.PI);
    };
    expectClose(
      results['gelu']!,
      of((v) => v * phi(v)),
    );
  });

  it('normalises rows with softmax and layerNorm', async () => {
    const x = op.constant([3, 4], values(12));
    const gamma = op.constant([4], [1, 2, 3, 4]);
    const beta = op.constant([4], [0.1, 0.2, 0.3, 0.4]);
    const results = await evaluate({ softmax: op.softmax(x), norm: op.layerNorm(x, gamma, beta, 1e-5) });
    for (let i = 0; i < 3; i++) {
      const source = row(values(12), 4, i);
      const sum = source.reduce((total, v) => total + Math.exp(v), 0);
      expectClose(
        row(results['softmax']!, 4, i),
        source.map((v) => Math.exp(v) / sum),
      );
      const mean = source.reduce((total, v) => total + v, 0) / 4;
      const variance = source.reduce((total, v) => total + (v - mean) ** 2, 0) / 4;
      expectClose(
        row(results['norm']!, 4, i),
        source.map((v, j) => ((v - mean) / Math.sqrt(variance + 1e-5)) * (j + 1) + (j + 1) / 10),
      );
    }
  });

  it('multiplies matrices, and by stored weights [out, in] with and without something to add', async () => {
    const x = values(2 * 3 * 4);
    const w = values(5 * 4, 2);
    const weights = op.constant([5, 4], w);
    const bias = op.constant([5], values(5, 3));
    const input = op.constant([2, 3, 4], x);
    const results = await evaluate({
      linear: op.linear(input, weights, bias),
      onto: op.linear(input, weights, op.constant([2, 3, 5], values(30, 4))),
      plain: op.linear(op.reshape(input, [6, 4]), weights, null),
      product: op.matmul(input, op.transpose(weights, [1, 0])),
    });
    const expected = Array.from({ length: 30 }, (_, i) =>
      row(x, 4, Math.floor(i / 5)).reduce((sum, v, k) => sum + v * w[(i % 5) * 4 + k]!, 0),
    );
    expectClose(results['plain']!, expected);
    expectClose(results['product']!, expected);
    expectClose(
      results['onto']!,
      expected.map((v, i) => v + values(30, 4)[i]!),
    );
    expectClose(
      results['linear']!,
      expected.map((v, i) => v + values(5, 3)[i % 5]!),
    );
  });

  it.each([
    { m: 9, n: 9, heads: 2, causal: false },
    { m: 9, n: 9, heads: 4, causal: true },
    { m: 1, n: 70, heads: 2, causal: false },
  ])('attends as the formula says: %o', async ({ m, n, heads, causal }) => {
    const width = 16;
    const [q, k, v] = [values(m * width), values(n * width, 2), values(n * width, 3)];
    const result = await evaluateOne(
      op.attention(
        op.constant([1, m, width], q),
        op.constant([1, n, width], k),
        op.constant([1, n, width], v),
        {
          heads,
          causal,
        },
      ),
    );
    expectClose(result, plainAttention(q, k, v, { m, n, width, heads, causal }));
  });

  it('keeps the sequences of a batch apart in attention', async () => {
    const q = values(2 * 5 * 8);
    const half = q.slice(40);
    const both = await evaluateOne(
      op.attention(op.constant([2, 5, 8], q), op.constant([2, 5, 8], q), op.constant([2, 5, 8], q), {
        heads: 2,
        causal: true,
      }),
    );
    expectClose(
      both.slice(40),
      plainAttention(half, half, half, { m: 5, n: 5, width: 8, heads: 2, causal: true }),
    );
  });

  it('moves values about', async () => {
    const x = op.input('x', [2, 3], 'f32');
    const feeds = { x: new OrtTensor('float32', Float32Array.from([1, 2, 3, 4, 5, 6]), [2, 3]) };
    const { values: top, indices } = op.topK(x, 2);
    const results = await evaluate(
      {
        transposed: op.transpose(x, [1, 0]),
        sliced: op.slice(x, 1, 1, 3),
        joined: op.concat([x, op.slice(x, 0, 1, 2)], 0),
        spread: op.broadcast(op.slice(x, 1, 0, 1), [2, 2]),
        gathered: op.gather(x, op.integers([3], [1, 0, 1])),
        sum: op.reduce(x, 'sum', 1),
        mean: op.reduce(x, 'mean', 0),
        max: op.reduce(x, 'max', 1),
        top,
        indices,
      },
      feeds,
    );
    expect(results).toEqual({
      transposed: [1, 4, 2, 5, 3, 6],
      sliced: [2, 3, 5, 6],
      joined: [1, 2, 3, 4, 5, 6, 4, 5, 6],
      spread: [1, 1, 4, 4],
      gathered: [4, 5, 6, 1, 2, 3, 4, 5, 6],
      sum: [6, 15],
      mean: [2.5, 3.5, 4.5],
      max: [3, 6],
      top: [3, 2, 6, 5],
      indices: [2, 1, 2, 1],
    });
  });

  it('reads bytes as numbers', async () => {
    const x = op.input('x', [3], 'u8');
    const feeds = { x: new OrtTensor('uint8', Uint8Array.from([0, 128, 255]), [3]) };
    expect(await evaluateOne(op.cast(x, 'f32'), feeds)).toEqual([0, 128, 255]);
  });
});

describe('bilinear resampling', () => {
  it('keeps the edges and mixes between centres, align_corners = false', () => {
    expectClose([...bilinearMatrix(2, 4)], [1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1]);
    expectClose([...bilinearMatrix(3, 3)], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('resamples both axes of a grid of rows', async () => {
    const grid = op.constant([2, 2, 1], [0, 4, 8, 12]);
    expectClose(await evaluateOne(resizeGridBilinear(grid, 4)), [
      ...[0, 1, 3, 4],
      ...[2, 3, 5, 6],
      ...[6, 7, 9, 10],
      ...[8, 9, 11, 12],
    ]);
  });
});

describe('shapes', () => {
  const a = op.constant([2, 3], values(6));
  it.each([
    ['add', () => op.add(a, op.constant([2], [1, 2])), /add: \[2, 3\] and \[2\]/],
    ['matmul', () => op.matmul(a, a), /matmul: \[2, 3\] × \[2, 3\]: 3 is not 2/],
    ['linear', () => op.linear(a, op.constant([3, 2], values(6)), null), /linear: weight \[3, 2\]/],
    ['reshape', () => op.reshape(a, [4]), /reshape: \[2, 3\] does not hold as much as \[4\]/],
    ['slice', () => op.slice(a, 1, 2, 4), /slice: 2 to 4/],
    ['transpose', () => op.transpose(a, [0, 0]), /transpose/],
    ['concat', () => op.concat([a, op.constant([1, 2], [1, 2])], 0), /concat/],
    ['constant', () => op.constant([2], [1]), /constant: 1 values/],
    ['topK', () => op.topK(a, 4), /topK: 4 entries/],
    ['gather', () => op.gather(a, a), /gather/],
    ['broadcast', () => op.broadcast(a, [3, 3]), /broadcast/],
    ['attention', () => op.attention(a, a, a, { heads: 1, causal: false }), /attention/],
    ['layerNorm', () => op.layerNorm(a, a, a, 1e-5), /layerNorm/],
  ] as const)('that do not fit stop %s with the sizes in the message', (_, build, message) => {
    expect(build).toThrow(message);
  });
});
