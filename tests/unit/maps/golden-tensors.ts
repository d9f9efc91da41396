import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of golden numbers beside the checkout; reading from it fails loudly where it is missing. */
export const goldenFolder = path.resolve(import.meta.dirname, '../../../../shared/golden');

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/** Tensors of a golden safetensors file by name; fp32 and uint8 only. */
export function readGoldenTensors(name: string): (key: string) => GoldenTensor {
  const bytes = readFileSync(path.join(goldenFolder, name));
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<string, Entry>;
  return (key) => {
    const entry = header[key];
    if (entry === undefined) throw new Error(`${name} has no tensor ${key}`);
    const [start, end] = entry.data_offsets.map((offset) => 8 + headerBytes + offset) as [number, number];
    const slice = Uint8Array.from(bytes.subarray(start, end));
    return { shape: entry.shape, data: entry.dtype === 'U8' ? slice : new Float32Array(slice.buffer) };
  };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values against ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
