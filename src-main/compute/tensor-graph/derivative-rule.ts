import type { OperatorKind, OperatorOf, Tensor } from './tensor.ts';

/** What a rule is given: the expression, and the derivative of the loss by it, of its shape. */
export interface Derivation<K extends OperatorKind> {
  readonly operator: OperatorOf<K>;
  readonly tensor: Tensor;
  readonly upstream: Tensor;
  /** Whether the derivative by this input is of use; others need not be written. */
  wants(input: number): boolean;
}

/** The loss's derivative by each input of the expression, of that input's shape; null where there is none or nobody wants it. */
export type DerivativeRule<K extends OperatorKind> = (given: Derivation<K>) => readonly (Tensor | null)[];

export type DerivativeRules<K extends OperatorKind> = { readonly [Kind in K]: DerivativeRule<Kind> };

/** An input that the operator's own function has made sure of. */
export function inputOf(tensor: Tensor, index: number): Tensor {
  const input = tensor.inputs[index];
  if (!input) throw new Error(`${tensor.operator.kind} has no input ${index}`);
  return input;
}
