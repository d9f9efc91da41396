// What lives here: tensor expressions with static shapes, one exported function an operator, and their lowering to ONNX.
// What may not: anything that knows of CLIP, of files, or of ONNX Runtime.
//
// An expression is an immutable value. Equal expressions have equal `key`s, so a graph holds each of them once,
// however often it was written down.
import { createHash } from 'node:crypto';

/** f16 comes in and goes out only: what computes casts it to f32 first. */
export type Dtype = 'f32' | 'f16' | 'i64' | 'u8';
export type Shape = readonly number[];

/** Where a weight's bytes lie: `location` is a file name beside the graph file, never a path. */
export interface WeightLocation {
  readonly location: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * The closed set of operators. Everything that treats operators one by one (lowering to ONNX, derivatives) is a
 * total map over `Operator['kind']`, so a new member does not compile until each of those has a rule for it.
 */
export type Operator =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: Float32Array | BigInt64Array }
  | { readonly kind: 'weight'; readonly name: string; readonly at: WeightLocation }
  | { readonly kind: 'cast' }
  | { readonly kind: 'add' }
  | { readonly kind: 'subtract' }
  | { readonly kind: 'multiply' }
  | { readonly kind: 'divide' }
  | { readonly kind: 'exp' }
  | { readonly kind: 'log' }
  | { readonly kind: 'sqrt' }
  | { readonly kind: 'sigmoid' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'erf' }
  | { readonly kind: 'greater' }
  | { readonly kind: 'gelu' }
  | { readonly kind: 'quickGelu' }
  | { readonly kind: 'softmax' }
  | { readonly kind: 'layerNorm'; readonly epsilon: number }
  | { readonly kind: 'matmul' }
  | { readonly kind: 'linear' }
  | {
      readonly kind: 'conv2d';
      readonly strides: readonly [number, number];
      /** Rows and columns of zeros at the top, left, bottom and right. */
      readonly pads: readonly [number, number, number, number];
      readonly groups: number;
    }
  | { readonly kind: 'clip' }
  | { readonly kind: 'attention'; readonly heads: number; readonly causal: boolean }
  | { readonly kind: 'gather' }
  | { readonly kind: 'scatterAdd' }
  | { readonly kind: 'takeLast' }
  | { readonly kind: 'putLast' }
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'slice'; readonly axis: number; readonly start: number; readonly end: number }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'reduce'; readonly by: 'sum' | 'mean' | 'max'; readonly axis: number }
  | { readonly kind: 'topK'; readonly k: number; readonly part: 'values' | 'indices' };

export type OperatorKind = Operator['kind'];
export type OperatorOf<K extends OperatorKind> = Extract<Operator, { kind: K }>;

export interface Tensor {
  readonly operator: Operator;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** Equal for expressions that compute the same thing in the same way. */
  readonly key: string;
}

/** A finished graph: its outputs by name. Inputs and weights are whatever the outputs reach. */
export interface Graph {
  readonly name: string;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Stops the building of a graph whose shapes do not fit: always a defect of the caller, so no user-facing error. */
export function shapeError(operator: string, problem: string): Error {
  return new Error(`${operator}: ${problem}`);
}

/** Makes a node. Only the operator functions call this: they are what checks shapes. */
export function makeTensor(
  operator: Operator,
  inputs: readonly Tensor[],
  shape: Shape,
  dtype: Dtype,
): Tensor {
  for (const size of shape)
    if (!Number.isSafeInteger(size) || size < 1)
      throw shapeError(
        operator.kind,
        `${formatShape(shape)} is no shape: every side must be a whole number from 1 up`,
      );
  const hash = createHash('sha1');
  hash.update(
    JSON.stringify([
      operator.kind === 'constant' ? { kind: operator.kind } : operator,
      inputs.map((input) => input.key),
      shape,
      dtype,
    ]),
  );
  if (operator.kind === 'constant') hash.update(bytesOf(operator.data));
  return Object.freeze({
    operator: Object.freeze(operator),
    inputs: Object.freeze([...inputs]),
    shape: Object.freeze([...shape]),
    dtype,
    key: hash.digest('base64'),
  });
}

/** The bytes of a typed array as they lie in memory (little endian on every platform that this program runs on). */
export function bytesOf(data: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** All expressions that `roots` reach, each once, inputs before what uses them. */
export function topologicalOrder(roots: readonly Tensor[]): readonly Tensor[] {
  const ordered: Tensor[] = [];
  const done = new Set<string>();
  const stack: { tensor: Tensor; expanded: boolean }[] = roots
    .map((tensor) => ({ tensor, expanded: false }))
    .reverse();
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (done.has(top.tensor.key)) continue;
    if (top.expanded) {
      done.add(top.tensor.key);
      ordered.push(top.tensor);
      continue;
    }
    stack.push({ tensor: top.tensor, expanded: true });
    for (const input of [...top.tensor.inputs].reverse())
      if (!done.has(input.key)) stack.push({ tensor: input, expanded: false });
  }
  return ordered;
}
