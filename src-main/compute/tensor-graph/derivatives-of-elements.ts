import type { DerivativeRules } from './derivative-rule.ts';
import { inputOf } from './derivative-rule.ts';
import {
  add,
  cast,
  divide,
  erf,
  exp,
  greater,
  multiply,
  reduce,
  scalar,
  sigmoid,
  sqrt,
  subtract,
} from './operators.ts';
import { sumTo } from './sums.ts';
import type { Tensor } from './tensor.ts';

type Elementwise =
  | 'input'
  | 'constant'
  | 'weight'
  | 'cast'
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'sigmoid'
  | 'relu'
  | 'erf'
  | 'greater'
  | 'gelu'
  | 'quickGelu'
  | 'softmax'
  | 'layerNorm'
  | 'clip';

const negative = (x: Tensor): Tensor => multiply(x, scalar(-1));
const oneMinus = (x: Tensor): Tensor => subtract(scalar(1), x);

/** Rules of leaves and of operators that look at one element, or one row, at a time. */
export const elementwiseDerivatives: DerivativeRules<Elementwise> = {
  input: () => [],
  constant: () => [],
  weight: () => [],
  cast: ({ tensor, upstream }) => {
    const x = inputOf(tensor, 0);
    return [isFloat(x) ? cast(upstream, x.dtype) : null];
  },
  add: ({ tensor, upstream, wants }) =>
    tensor.inputs.map((x, i) => (wants(i) ? sumTo(upstream, x.shape) : null)),
  subtract: ({ tensor, upstream, wants }) => [
    wants(0) ? sumTo(upstream, inputOf(tensor, 0).shape) : null,
    wants(1) ? negative(sumTo(upstream, inputOf(tensor, 1).shape)) : null,
  ],
  multiply: ({ tensor, upstream, wants }) => {
    const [a, b] = [inputOf(tensor, 0), inputOf(tensor, 1)];
    return [
      wants(0) ? sumTo(multiply(upstream, b), a.shape) : null,
      wants(1) ? sumTo(multiply(upstream, a), b.shape) : null,
    ];
  },
  divide: ({ tensor, upstream, wants }) => {
    const [a, b] = [inputOf(tensor, 0), inputOf(tensor, 1)];
    const share = divide(upstream, b);
    return [
      wants(0) ? sumTo(share, a.shape) : null,
      wants(1) ? negative(sumTo(multiply(share, tensor), b.shape)) : null,
    ];
  },
  exp: ({ tensor, upstream }) => [multiply(upstream, tensor)],
  log: ({ tensor, upstream }) => [divide(upstream, inputOf(tensor, 0))],
  sqrt: ({ tensor, upstream }) => [divide(multiply(upstream, scalar(0.5)), tensor)],
  sigmoid: ({ tensor, upstream }) => [multiply(upstream, multiply(tensor, oneMinus(tensor)))],
  // 0 at 0, as PyTorch has it.
  relu: ({ tensor, upstream }) => [multiply(upstream, greater(inputOf(tensor, 0), scalar(0)))],
  erf: ({ tensor, upstream }) => {
    const x = inputOf(tensor, 0);
    return [multiply(upstream, multiply(scalar(2 / Math.sqrt(Math.PI)), exp(negative(multiply(x, x)))))];
  },
  // A step: flat wherever it has a derivative.
  greater: () => [null, null],
  // Φ(x) + x·φ(x)
  gelu: ({ tensor, upstream }) => {
    const x = inputOf(tensor, 0);
    const probability = multiply(add(erf(multiply(x, scalar(Math.SQRT1_2))), scalar(1)), scalar(0.5));
    const density = multiply(exp(multiply(multiply(x, x), scalar(-0.5))), scalar(1 / Math.sqrt(2 * Math.PI)));
    return [multiply(upstream, add(probability, multiply(x, density)))];
  },
  // s + a·x·s·(1 - s), s = sigmoid(a·x), a = 1.702
  quickGelu: ({ tensor, upstream }) => {
    const scaled = multiply(inputOf(tensor, 0), scalar(1.702));
    const s = sigmoid(scaled);
    return [multiply(upstream, multiply(s, add(multiply(scaled, oneMinus(s)), scalar(1))))];
  },
  softmax: ({ tensor, upstream }) => {
    const weighted = multiply(upstream, tensor);
    return [subtract(weighted, multiply(tensor, reduce(weighted, 'sum', tensor.shape.length - 1)))];
  },
  layerNorm: ({ operator, tensor, upstream, wants }) => {
    const [x, gamma, beta] = [inputOf(tensor, 0), inputOf(tensor, 1), inputOf(tensor, 2)];
    const last = x.shape.length - 1;
    const centred = subtract(x, reduce(x, 'mean', last));
    const variance = reduce(multiply(centred, centred), 'mean', last);
    const deviation = sqrt(add(variance, scalar(operator.epsilon)));
    const unit = divide(centred, deviation);
    return [
      wants(0) ? layerNormInput(multiply(upstream, gamma), unit, deviation) : null,
      wants(1) ? sumTo(multiply(upstream, unit), gamma.shape) : null,
      wants(2) ? sumTo(upstream, beta.shape) : null,
    ];
  },
  // At the bounds themselves, where both 0 and 1 are right, it passes.
  clip: ({ tensor, upstream }) => {
    const [x, min, max] = [inputOf(tensor, 0), inputOf(tensor, 1), inputOf(tensor, 2)];
    return [multiply(upstream, oneMinus(add(greater(min, x), greater(x, max)))), null, null];
  },
};

/** (g - mean(g) - unit·mean(g·unit)) / deviation, g = upstream·γ; means over the last axis. */
function layerNormInput(weighted: Tensor, unit: Tensor, deviation: Tensor): Tensor {
  const last = unit.shape.length - 1;
  const along = multiply(unit, reduce(multiply(weighted, unit), 'mean', last));
  return divide(subtract(subtract(weighted, reduce(weighted, 'mean', last)), along), deviation);
}

function isFloat({ dtype }: Tensor): boolean {
  return dtype === 'f32' || dtype === 'f16';
}
