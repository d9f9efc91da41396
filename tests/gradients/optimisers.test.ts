import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src-main/compute/tensor-graph/derivatives.ts';
import * as op from '../../src-main/compute/tensor-graph/operators.ts';
import { adam, sgd, type SteppedParameter } from '../../src-main/compute/tensor-graph/optimisers.ts';
import { sumAll } from '../../src-main/compute/tensor-graph/sums.ts';
import type { Tensor } from '../../src-main/compute/tensor-graph/tensor.ts';
import { evaluate } from '../unit/tensor-graph/run-graph.ts';
import { farthest } from './check-gradients.ts';
import { interpret } from './reference-interpreter.ts';

const [w, m, v] = ['w', 'm', 'v'].map((name) => op.input(name, [4], 'f32')) as [Tensor, Tensor, Tensor];
const step = op.input('step', [], 'f32');
const learningRate = op.input('learning_rate', [], 'f32');

/** Σ (w·c - 1)² + 0.1·Σ w³ */
const miss = op.subtract(op.multiply(w, op.constant([4], [1, -2, 0.5, 3])), op.scalar(1));
const cubes = op.multiply(op.multiply(w, w), w);
const loss = op.add(sumAll(op.multiply(miss, miss)), op.multiply(sumAll(cubes), op.scalar(0.1)));
const parameter = { name: 'w', value: w, gradient: gradients(loss, [w])[0]!, m, v };
const byAdam = adam([parameter], { learningRate, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, step })[0]!;
const bySgd = sgd([parameter], { learningRate, momentum: 0.9 })[0]!;

const start = { w: [0.5, -1.25, 2, 0], m: [0, 0, 0, 0], v: [0, 0, 0, 0] };

function afterFour(stepped: SteppedParameter, rate: number): ArrayLike<number> {
  let state: Record<string, ArrayLike<number>> = start;
  for (let t = 1; t <= 4; t++) {
    const inputs = { ...state, step: [t], learning_rate: [rate] };
    const [nextW, nextM, nextV] = interpret([stepped.value, stepped.m, stepped.v], inputs);
    state = { w: nextW!, m: nextM!, v: nextV! };
  }
  return state['w']!;
}

// Four steps of torch.optim 2.15 in float64 on the same loss.
const torch = {
  adam: [0.8430822906592254, -0.8732201909412003, 1.623886496785771, 0.3276784226023313],
  sgd: [0.6558017657094184, -0.4584714898094159, 1.7937598094584741, 0.584652150703183],
};

describe('optimisers', () => {
  it('step as torch.optim.Adam does', () => {
    expect(farthest(afterFour(byAdam, 0.1), torch.adam)).toBeLessThan(1e-6);
  });

  it('step as torch.optim.SGD does with momentum', () => {
    expect(farthest(afterFour(bySgd, 0.02), torch.sgd)).toBeLessThan(1e-6);
  });

  it('step the same in one ONNX graph, late steps too', async () => {
    const inputs = {
      w: start.w,
      m: [0.1, -0.2, 0.3, 0],
      v: [0.2, 0.1, 0.4, 0.3],
      step: [5000],
      learning_rate: [0.001],
    };
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => [
        name,
        new OrtTensor('float32', Float32Array.from(values), values.length === 4 ? [4] : []),
      ]),
    );
    const outputs = { w2: byAdam.value, m2: byAdam.m, v2: byAdam.v };
    const computed = await evaluate(outputs, feeds);
    const expected = interpret(Object.values(outputs), inputs);
    for (const [i, name] of Object.keys(outputs).entries())
      expect(farthest(computed[name]!, expected[i]!)).toBeLessThan(1e-6);
  });

  it('refuse a gradient of another shape and a learning rate that is no scalar', () => {
    expect(() => sgd([{ ...parameter, gradient: step }], { learningRate, momentum: 0 })).toThrow(
      /w is \[4\]/,
    );
    expect(() => sgd([parameter], { learningRate: w, momentum: 0 })).toThrow(/f32 scalar/);
  });
});
