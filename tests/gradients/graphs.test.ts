import fc from 'fast-check';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src-main/compute/tensor-graph/derivatives.ts';
import * as op from '../../src-main/compute/tensor-graph/operators.ts';
import { meanAll, normaliseRows, sumAll } from '../../src-main/compute/tensor-graph/sums.ts';
import {
  elementCount,
  topologicalOrder,
  type Shape,
  type Tensor,
} from '../../src-main/compute/tensor-graph/tensor.ts';
import { expectDifferencesToAgree, expectOnnxRuntimeToAgree, type GradientCase } from './check-gradients.ts';
import { evaluate } from '../unit/tensor-graph/run-graph.ts';
import { interpret } from './reference-interpreter.ts';

const rows = 3;
const width = 4;

/** Each takes two [3, 4] to one that stays of the size of 1, so that deep graphs neither vanish nor run away. */
const steps: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => op.multiply(op.add(a, b), op.scalar(0.7)),
  (a, b) => op.subtract(a, op.multiply(b, op.scalar(0.5))),
  (a, b) => op.multiply(a, op.sigmoid(b)),
  (a, b) => op.divide(a, op.add(op.multiply(b, b), op.scalar(1))),
  (a, b) => op.sigmoid(op.add(a, op.slice(b, 0, 1, 2))),
  (a) => op.gelu(a),
  (a) => op.quickGelu(a),
  (a, b) => op.add(op.softmax(a), b),
  (a, b) =>
    op.layerNorm(a, op.reshape(op.slice(b, 0, 0, 1), [width]), op.constant([width], [0, 1, 0, -1]), 0.1),
  (a, b) => op.matmul(op.softmax(op.matmul(a, op.transpose(b, [1, 0]))), b),
  (a, b) => op.linear(a, op.concat([op.slice(b, 0, 0, 1), a], 0), null),
  (a, b) => op.gather(op.concat([a, b], 0), op.integers([rows], [4, 1, 4])),
  (a, b) =>
    op.reshape(op.transpose(op.reshape(op.concat([a, b], 0), [2, rows, width]), [1, 2, 0]), [
      rows,
      2 * width,
    ]),
  (a) => normaliseRows(op.add(a, op.scalar(2))),
  (a, b) => op.reshape(op.attention(one(a), one(b), one(a), { heads: 2, causal: true }), [rows, width]),
  (a, b) => op.add(a, op.reduce(b, 'mean', 1)),
  (a) => op.log(op.add(op.exp(op.sigmoid(a)), op.scalar(0.5))),
];
const one = (x: Tensor): Tensor => op.reshape(x, [1, rows, width]);
const back = (x: Tensor): Tensor => (x.shape[1] === width ? x : op.slice(x, 1, 1, 1 + width));

const plan = fc.array(fc.record({ step: fc.nat(steps.length - 1), a: fc.nat(50), b: fc.nat(50) }), {
  minLength: 2,
  maxLength: 7,
});

function graphOf(chosen: readonly { step: number; a: number; b: number }[]): GradientCase {
  return {
    inputs: { x: [rows, width], y: [rows, width] },
    build: ({ x, y }) => {
      const pool = [x!, y!];
      for (const { step, a, b } of chosen)
        pool.push(back(steps[step]!(pool[pool.length - 1 - (a % 2)]!, pool[b % pool.length]!)));
      return op.add(pool.at(-1)!, op.multiply(pool.at(-2)!, op.scalar(0.3)));
    },
  };
}

describe('graphs drawn at random', () => {
  it('have the gradients that differences give', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(plan, (chosen) => {
        expectDifferencesToAgree(graphOf(chosen));
      }),
      { seed: 7, numRuns: 120 },
    );
  });

  it('have the same gradients in ONNX Runtime', async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(plan, async (chosen) => {
        await expectOnnxRuntimeToAgree(graphOf(chosen));
      }),
      { seed: 8, numRuns: 40 },
    );
  });
});

const frozen = (name: string, shape: Shape): Tensor =>
  op.weight(name, shape, { location: 'w', offsetBytes: 0, lengthBytes: 4 * elementCount(shape) });

/** A perceptron [2, 5] → [2, 7] → [2, 5] → … over weights from a file. */
function perceptron(x: Tensor, depth: number): Tensor {
  let hidden = x;
  for (let i = 0; i < depth; i++) {
    const inner = op.relu(op.linear(hidden, frozen(`in ${i}`, [7, 5]), frozen(`bias ${i}`, [7])));
    hidden = op.layerNorm(
      op.linear(inner, frozen(`out ${i}`, [5, 7]), null),
      frozen(`γ ${i}`, [5]),
      frozen(`β ${i}`, [5]),
      1e-5,
    );
  }
  return sumAll(hidden);
}
const nodes = (roots: readonly Tensor[]): readonly Tensor[] =>
  topologicalOrder(roots).filter(({ inputs }) => inputs.length > 0);

describe('what is written for gradients', () => {
  it('holds nothing of the shape of a frozen weight', () => {
    const x = op.input('x', [2, 5], 'f32');
    const [gradient] = gradients(perceptron(x, 3), [x]);
    const shapes = nodes([gradient!]).map(({ shape }) => shape.join());
    for (const shape of ['7,5', '5,7', '7', '5']) expect(shapes).not.toContain(shape);
  });

  it('holds what stands beside the path as it is, and no derivative of it', () => {
    const x = op.input('x', [2, 5], 'f32');
    const beside = op.matmul(frozen('a', [2, 9]), frozen('b', [9, 5]));
    const [gradient] = gradients(sumAll(op.multiply(x, op.add(op.exp(beside), x))), [x]);
    expect(nodes([gradient!]).filter(({ operator }) => operator.kind === 'matmul')).toHaveLength(1);
  });

  it('grows by as much with every layer', () => {
    const x = op.input('x', [2, 5], 'f32');
    const [two, three, four] = [2, 3, 4].map((depth) => nodes(gradients(perceptron(x, depth), [x])).length);
    expect(four! - three!).toBe(three! - two!);
    expect(four! - three!).toBeLessThan(40);
  });

  it('goes along each of many paths once: twenty squarings are no million of products', () => {
    const x = op.input('x', [1], 'f32');
    let power = x;
    for (let i = 0; i < 20; i++) power = op.multiply(power, power);
    const found = gradients(sumAll(power), [x]);
    expect(nodes(found).length).toBeLessThan(100);
    expect(interpret(found, { x: [1] })[0]![0]).toBe(2 ** 20);
  });

  it('shares what two gradients need', () => {
    const [x, y] = [op.input('x', [2, 3], 'f32'), op.input('y', [2, 3], 'f32')];
    const loss = meanAll(op.softmax(op.gelu(op.add(op.sigmoid(x), op.exp(y)))));
    const alone = nodes(gradients(loss, [x])).length + nodes(gradients(loss, [y])).length;
    const together = gradients(loss, [x, y]);
    expect(nodes(together).length).toBeLessThan(0.7 * alone);
    expect(together.map(({ key }) => key)).toEqual([
      gradients(loss, [x])[0]!.key,
      gradients(loss, [y])[0]!.key,
    ]);
  });

  it('is zeros of its shape where a loss does not depend on something, and one where it is the loss', () => {
    const [x, y] = [op.input('x', [2, 3], 'f32'), op.input('y', [], 'f32')];
    const [byX, byY] = gradients(y, [x, y]);
    expect(byX!.shape).toEqual([2, 3]);
    expect(interpret([byX!, byY!], { y: [5] }).map((values) => [...values])).toEqual([
      [0, 0, 0, 0, 0, 0],
      [1],
    ]);
  });

  it('is refused for a loss of several numbers and for whole numbers', () => {
    const x = op.input('x', [2], 'f32');
    expect(() => gradients(x, [x])).toThrow(/a loss is one number/);
    expect(() => gradients(sumAll(x), [op.input('i', [2], 'i64')])).toThrow(/only f32/);
  });
});

/** ONNX Runtime's binding reads the bits of a Uint16Array, while its tensors turn those into the Float16Array it cannot read. */
const halves = (bits: Uint16Array): OrtTensor =>
  Object.defineProperty(new OrtTensor('float16', bits, [bits.length]), 'data', { value: bits });

describe('half precision', () => {
  it('comes in, is computed with as f32, and has no gradient of its own', async () => {
    const half = op.input('half', [2], 'f16');
    const x = op.input('x', [2], 'f32');
    const product = op.multiply(op.cast(half, 'f32'), x);
    const [byX] = gradients(sumAll(product), [x]);
    // 1.5 and -0.25 in binary16.
    const feeds = {
      half: halves(Uint16Array.from([0x3e00, 0xb400])),
      x: new OrtTensor('float32', Float32Array.from([2, 8]), [2]),
    };
    expect(await evaluate({ product, byX: byX! }, feeds)).toEqual({ product: [3, -2], byX: [1.5, -0.25] });
    expect(() => op.add(half, half)).toThrow(/cast to f32/);
    expect(() => gradients(sumAll(product), [half])).toThrow(/only f32/);
  });
});

describe('indices that come again', () => {
  it('are added up the same way every time, many as they are', async () => {
    const count = 60_000;
    const indices = op.integers(
      [count],
      Array.from({ length: count }, (_, i) => (i * 7919) % 5),
    );
    const updates = op.input('updates', [count, 3], 'f32');
    const data = Float32Array.from({ length: 3 * count }, (_, i) => Math.sin(i) / 3);
    const feeds = { updates: new OrtTensor('float32', data, [count, 3]) };
    const sums = op.scatterAdd(indices, updates, 5);
    const first = await evaluate({ sums }, feeds);
    expect(await evaluate({ sums }, feeds)).toEqual(first);
    const exact = interpret([sums], { updates: data })[0]!;
    for (const [i, value] of first['sums']!.entries()) expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-2);
  });
});

describe('where a derivative could be one of several', () => {
  const x = op.input('x', [4], 'f32');
  const at = (y: Tensor, values: number[]) => [...interpret(gradients(sumAll(y), [x]), { x: values })[0]!];

  it('a maximum gives it to the first of the largest', () => {
    expect(at(op.reduce(x, 'max', 0), [1, 3, 3, 2])).toEqual([0, 1, 0, 0]);
  });
  it('relu gives none at 0', () => {
    expect(at(op.relu(x), [-1, 0, 1, 2])).toEqual([0, 0, 1, 1]);
  });
  it('a clip passes it at its bounds', () => {
    expect(at(op.clip(x, 0, 1), [-1, 0, 1, 2])).toEqual([0, 1, 1, 0]);
  });
  it('rows of zeros stay finite when their length is made one', () => {
    const row = op.reshape(x, [1, 4]);
    expect(at(normaliseRows(row), [0, 0, 0, 0]).every(Number.isFinite)).toBe(true);
    expect([...interpret([normaliseRows(row)], { x: [0, 0, 0, 0] })[0]!]).toEqual([0, 0, 0, 0]);
  });
});
