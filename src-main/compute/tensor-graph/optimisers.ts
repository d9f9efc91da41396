import { add, divide, exp, multiply, scalar, sqrt, subtract } from './operators.ts';
import { formatShape, shapeError, type Tensor } from './tensor.ts';

/** One tensor to learn, its gradient, and what the optimiser remembers of it; all of one shape. */
export interface OptimisedParameter {
  readonly name: string;
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** Running mean of the gradients (sgd: the momentum buffer); zeros before the first step. */
  readonly m: Tensor;
  /** Running mean of their squares (sgd leaves it as it is); zeros before the first step. */
  readonly v: Tensor;
}

/** A tensor after one step, and what is to be handed back in at the next. */
export interface SteppedParameter {
  readonly name: string;
  readonly value: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
}

export interface AdamOptions {
  readonly learningRate: Tensor;
  /** 0.9 in PyTorch, where nothing else is said. */
  readonly beta1: number;
  /** 0.999 in PyTorch, where nothing else is said. */
  readonly beta2: number;
  readonly epsilon: number;
  /** Number of this step, from 1: an f32 scalar. */
  readonly step: Tensor;
}

export interface SgdOptions {
  readonly learningRate: Tensor;
  readonly momentum: number;
}

/**
 * One step of Adam as torch.optim.Adam without weight decay (Kingma and Ba, algorithm 1):
 * m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², value ← value - η · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε).
 */
export function adam(
  parameters: readonly OptimisedParameter[],
  { learningRate, beta1, beta2, epsilon, step }: AdamOptions,
): readonly SteppedParameter[] {
  checkScalar('adam', learningRate);
  checkScalar('adam', step);
  const size = divide(learningRate, oneMinusPower(beta1, step));
  const root = sqrt(oneMinusPower(beta2, step));
  return parameters.map((parameter) => {
    checkShapes('adam', parameter);
    const { name, value, gradient } = parameter;
    const m = add(multiply(parameter.m, scalar(beta1)), multiply(gradient, scalar(1 - beta1)));
    const squared = multiply(gradient, gradient);
    const v = add(multiply(parameter.v, scalar(beta2)), multiply(squared, scalar(1 - beta2)));
    const length = add(divide(sqrt(v), root), scalar(epsilon));
    return { name, value: subtract(value, multiply(size, divide(m, length))), m, v };
  });
}

/**
 * One step as torch.optim.SGD with momentum μ, no dampening and no weight decay: m ← μm + g, value ← value - η·m. PyTorch starts
 * with m = g, which is the same when zeros are handed in first.
 */
export function sgd(
  parameters: readonly OptimisedParameter[],
  { learningRate, momentum }: SgdOptions,
): readonly SteppedParameter[] {
  checkScalar('sgd', learningRate);
  return parameters.map((parameter) => {
    checkShapes('sgd', parameter);
    const { name, value, gradient, v } = parameter;
    const m = momentum === 0 ? gradient : add(multiply(parameter.m, scalar(momentum)), gradient);
    return { name, value: subtract(value, multiply(learningRate, m)), m, v };
  });
}

/** 1 - βᵗ = 1 - e^(t·ln β); β = 0 forgets everything at once. */
function oneMinusPower(beta: number, step: Tensor): Tensor {
  if (!(beta >= 0 && beta < 1)) throw shapeError('adam', `a decay of ${beta} is not within 0 to 1`);
  return beta === 0 ? scalar(1) : subtract(scalar(1), exp(multiply(step, scalar(Math.log(beta)))));
}

function checkScalar(operator: string, { shape, dtype }: Tensor): void {
  if (shape.length !== 0 || dtype !== 'f32')
    throw shapeError(operator, `needs an f32 scalar, not ${dtype} ${formatShape(shape)}`);
}

function checkShapes(operator: string, { name, value, gradient, m, v }: OptimisedParameter): void {
  for (const other of [gradient, m, v])
    if (other.shape.join() !== value.shape.join())
      throw shapeError(
        operator,
        `${name} is ${formatShape(value.shape)}, what belongs to it ${formatShape(other.shape)}`,
      );
}
