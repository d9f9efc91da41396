import { Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { gradients } from '../../src-main/compute/tensor-graph/derivatives.ts';
import * as op from '../../src-main/compute/tensor-graph/operators.ts';
import { adam } from '../../src-main/compute/tensor-graph/optimisers.ts';
import { meanAll, normaliseRows } from '../../src-main/compute/tensor-graph/sums.ts';
import { evaluate } from '../unit/tensor-graph/run-graph.ts';

it('a step of Adam in one graph lowers a loss', async () => {
  const w = op.input('w', [3, 4], 'f32');
  const m = op.input('m', [3, 4], 'f32');
  const v = op.input('v', [3, 4], 'f32');
  const step = op.input('step', [], 'f32');
  const x = op.constant(
    [5, 4],
    Float32Array.from({ length: 20 }, (_, i) => Math.sin(i * 1.7)),
  );
  const picked = op.gather(
    op.softmax(normaliseRows(op.linear(x, w, null))),
    op.integers([6], [0, 1, 1, 2, 3, 4]),
  );
  const loss = meanAll(op.log(op.slice(picked, 1, 0, 1)));
  const [gradient] = gradients(loss, [w]);
  const [next] = adam([{ name: 'w', value: w, gradient: gradient!, m, v }], {
    learningRate: op.scalar(0.05),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    step,
  });
  let state = {
    w: Array.from({ length: 12 }, (_, i) => Math.cos(i)),
    m: new Array<number>(12).fill(0),
    v: new Array<number>(12).fill(0),
  };
  const losses: number[] = [];
  for (let t = 1; t <= 3; t++) {
    const of = (values: number[]) => new OrtTensor('float32', Float32Array.from(values), [3, 4]);
    const results = await evaluate(
      { loss, w2: next!.value, m2: next!.m, v2: next!.v },
      { w: of(state.w), m: of(state.m), v: of(state.v), step: new OrtTensor('float32', [t], []) },
    );
    losses.push(results['loss']![0]!);
    state = { w: results['w2']!, m: results['m2']!, v: results['v2']! };
  }
  expect(losses[1]).toBeLessThan(losses[0]!);
  expect(losses[2]).toBeLessThan(losses[1]!);
});
