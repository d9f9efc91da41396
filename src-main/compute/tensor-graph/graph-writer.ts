import type { AttributeValue } from './onnx-schema.ts';
import type { Shape, Tensor } from './tensor.ts';

/** What a lowering rule may do: add nodes and small constants. Everything it returns and takes are value names. */
export interface GraphWriter {
  /** Name of the value that holds `tensor`. */
  value(tensor: Tensor): string;
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    options?: { readonly domain?: string; readonly outputs?: number; readonly output?: string },
  ): string;
  integers(values: readonly number[]): string;
  reshape(value: string, shape: Shape, output?: string): string;
}

/** Microsoft's operators in ONNX Runtime, beside the standard ones. */
export const contribDomain = 'com.microsoft';
