import { Tensor as OrtTensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { gradients } from '../../src-main/compute/tensor-graph/derivatives.ts';
import { constant, input, multiply } from '../../src-main/compute/tensor-graph/operators.ts';
import { sumAll } from '../../src-main/compute/tensor-graph/sums.ts';
import { elementCount, type Shape, type Tensor } from '../../src-main/compute/tensor-graph/tensor.ts';
import { evaluate } from '../unit/tensor-graph/run-graph.ts';
import { interpret } from './reference-interpreter.ts';

/** Largest difference allowed, by the largest entry: differences in float64, and ONNX Runtime in fp32. */
const tolerance = { differences: 1e-6, onnxRuntime: 1e-4 };
const halfStep = 1e-5;

export interface GradientCase {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly build: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
  /** Values of the inputs lie from 0.5 to 1.5 and not from -1.5 to 1.5. */
  readonly positive?: boolean;
}

/** Values without order, far enough from each other that no step of a difference changes which is the largest. */
export function unruly(count: number, seed: number, positive = false): number[] {
  return Array.from({ length: count }, (_, i) => {
    const wave = Math.fround(Math.sin(seed * 12.9898 + i * 78.233 + 0.37));
    return Math.fround(positive ? 1 + wave / 2 : 1.5 * wave);
  });
}

/** Σ output · fixed weights: no entry's derivative can hide behind another's. */
export const weighted = (output: Tensor): Tensor =>
  sumAll(multiply(output, constant(output.shape, unruly(elementCount(output.shape), 99))));

export function farthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1e-3, ...Array.from(expected, Math.abs));
  return Math.max(...Array.from(actual, (value, i) => Math.abs(value - expected[i]!) / scale));
}

/** The case's expression and its gradients, with the values of its inputs. */
export function prepare({ inputs, build, positive = false }: GradientCase) {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, input(name, shape, 'f32')]),
  );
  const values: Record<string, number[]> = Object.fromEntries(
    Object.entries(inputs).map(([name, shape], i) => [name, unruly(elementCount(shape), i + 1, positive)]),
  );
  const output = build(tensors);
  const loss = weighted(output);
  const wrt = Object.values(tensors);
  return { output, loss, wrt, values, found: gradients(loss, wrt), names: Object.keys(inputs) };
}

/** Holds the derivative by every entry of every input against central differences in float64. */
export function expectDifferencesToAgree(given: GradientCase): void {
  const { loss, values, found, names } = prepare(given);
  const derived = interpret(found, values);
  for (const [index, name] of names.entries()) {
    const differences = values[name]!.map((value, i) => {
      const at = (x: number) => interpret([loss], { ...values, [name]: values[name]!.with(i, x) })[0]![0]!;
      return (at(value + halfStep) - at(value - halfStep)) / (2 * halfStep);
    });
    expect(farthest(derived[index]!, differences), name).toBeLessThan(tolerance.differences);
  }
}

/** Holds ONNX Runtime's fp32 results against the interpreter's: the expression's and its gradients'. */
export async function expectOnnxRuntimeToAgree(given: GradientCase): Promise<void> {
  const { output, values, found, names, wrt } = prepare(given);
  const outputs: Record<string, Tensor> = { output };
  for (const [i, gradient] of found.entries()) outputs[`by ${names[i]!}`] = gradient;
  // An input that nothing reads is no input of the graph: each is read by an output of its own.
  for (const tensor of wrt) outputs[`same ${(tensor.operator as { name: string }).name}`] = tensor;
  const feeds = Object.fromEntries(
    wrt.map((tensor, i) => [
      names[i]!,
      new OrtTensor('float32', Float32Array.from(values[names[i]!]!), [...tensor.shape]),
    ]),
  );
  const computed = await evaluate(outputs, feeds);
  const expected = interpret(Object.values(outputs), values);
  for (const [i, name] of Object.keys(outputs).entries())
    expect(farthest(computed[name]!, expected[i]!), name).toBeLessThan(tolerance.onnxRuntime);
}
