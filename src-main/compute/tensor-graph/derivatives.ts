import { add, broadcast, scalar } from './operators.ts';
import { choosingDerivatives } from './derivatives-of-choosing.ts';
import type { DerivativeRule, DerivativeRules } from './derivative-rule.ts';
import { elementwiseDerivatives } from './derivatives-of-elements.ts';
import { movingDerivatives } from './derivatives-of-moving.ts';
import { productDerivatives } from './derivatives-of-products.ts';
import {
  elementCount,
  formatShape,
  shapeError,
  topologicalOrder,
  type OperatorKind,
  type Tensor,
} from './tensor.ts';

/** How each operator is differentiated. Total: a new operator does not compile until it has its rule here. */
export const derivativeRules: DerivativeRules<OperatorKind> = {
  ...elementwiseDerivatives,
  ...productDerivatives,
  ...movingDerivatives,
  ...choosingDerivatives,
};

/**
 * d loss / d each of `wrt`, by reverse accumulation: expressions of the shapes of `wrt`. Only what lies between them and the loss
 * is differentiated, so that frozen weights cost nothing; what several paths need is one expression. Zeros where the loss does not
 * depend on a tensor. Throws where the loss has more than one element or one
 * of them is not f32.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  if (elementCount(loss.shape) !== 1)
    throw shapeError('gradients', `a loss is one number, not ${formatShape(loss.shape)}`);
  for (const { dtype } of [loss, ...wrt])
    if (dtype !== 'f32') throw shapeError('gradients', `only f32 is differentiated, not ${dtype}`);
  const order = topologicalOrder([loss]);
  const reaching = keysReaching(order, wrt);
  const upstream = new Map<string, Tensor>([[loss.key, broadcast(scalar(1), loss.shape)]]);
  for (const tensor of [...order].reverse()) {
    const gradient = upstream.get(tensor.key);
    const wanted = tensor.inputs.map((input) => reaching.has(input.key));
    if (!gradient || !wanted.includes(true)) continue;
    for (const [index, part] of derive(tensor, gradient, wanted).entries()) {
      const input = tensor.inputs[index];
      if (!part || !input || !wanted[index]) continue;
      if (part.shape.join() !== input.shape.join())
        throw shapeError(
          tensor.operator.kind,
          `its derivative is ${formatShape(part.shape)} for an input of ${formatShape(input.shape)}`,
        );
      const before = upstream.get(input.key);
      upstream.set(input.key, before ? add(before, part) : part);
    }
  }
  return wrt.map((tensor) => upstream.get(tensor.key) ?? zeros(tensor.shape));
}

/** Keys of all expressions that depend on one of `wrt`, these included. */
function keysReaching(order: readonly Tensor[], wrt: readonly Tensor[]): ReadonlySet<string> {
  const reaching = new Set(wrt.map(({ key }) => key));
  for (const { key, inputs } of order) if (inputs.some((input) => reaching.has(input.key))) reaching.add(key);
  return reaching;
}

function derive(tensor: Tensor, upstream: Tensor, wanted: readonly boolean[]): readonly (Tensor | null)[] {
  // The map is indexed by the very kind of the operator handed to the rule; TypeScript cannot follow that correlation.
  const rule = derivativeRules[tensor.operator.kind] as DerivativeRule<OperatorKind>;
  return rule({ operator: tensor.operator, tensor, upstream, wants: (index) => wanted[index] === true });
}

function zeros(shape: readonly number[]): Tensor {
  return broadcast(scalar(0), shape);
}
