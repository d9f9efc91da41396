import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { InferenceSession } from 'onnxruntime-node';
import { lowerToOnnx } from '../../../src-main/compute/tensor-graph/lower-to-onnx.ts';
import type { Tensor } from '../../../src-main/compute/tensor-graph/tensor.ts';

/** Computes expressions with ONNX Runtime; i64 results come as numbers. */
export async function evaluate(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, OrtTensor>> = {},
): Promise<Readonly<Record<string, number[]>>> {
  const session = await InferenceSession.create(lowerToOnnx({ name: 'test', outputs }));
  const results = await session.run(feeds);
  const numbers = Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as ArrayLike<number>, Number)]),
  );
  await session.release();
  return numbers;
}

export async function evaluateOne(
  tensor: Tensor,
  feeds: Readonly<Record<string, OrtTensor>> = {},
): Promise<number[]> {
  const { y } = await evaluate({ y: tensor }, feeds);
  return y ?? [];
}

/** A folder that is removed when the test is done. */
export async function inScratchFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tensor-graph-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
