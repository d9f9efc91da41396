import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { openSafetensors } from '../checkpoints/open-safetensors.ts';
import { optimiserPrefix } from '../clip/prompt-layouts.ts';
import { isFloatDtype, widenToFloat32 } from '../checkpoints/tensor-dtype.ts';
import type { NamedTensor } from '../methods/method.ts';

/** More values than this in one prompt tensor are no prompts (a released one has 9,216), and bound what is read. */
const maxElements = 1 << 24;

/**
 * Reads a prompt set's safetensors file, or a training's checkpoint without what its optimiser remembers: fp32, fp16 or bf16.
 * Throws `not-found`, `unreadable` or `corrupt-file` naming it.
 */
export function readLearnedPrompts(path: string): Promise<ReadonlyMap<string, NamedTensor>> {
  return readTensors(path, (name) => !name.startsWith(optimiserPrefix));
}

/** Those tensors of numbers in a safetensors file whose names are wanted. Throws as `readLearnedPrompts` does. */
export async function readTensors(
  path: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<ReadonlyMap<string, NamedTensor>> {
  const checkpoint = await openSafetensors(path);
  try {
    const tensors = new Map<string, NamedTensor>();
    for (const { name, dtype, shape, elementCount, readChunks } of checkpoint.tensors.values()) {
      if (!isFloatDtype(dtype) || !isWanted(name)) continue;
      if (elementCount > maxElements)
        throw new WorkbenchError(
          'corrupt-file',
          `${path}: the tensor ${name} has ${elementCount} values, too many for learned prompts. Import the prompts again.`,
        );
      const data = new Float32Array(elementCount);
      let done = 0;
      for await (const bytes of readChunks()) done += widenToFloat32(bytes, dtype, data.subarray(done));
      tensors.set(name, { shape, data });
    }
    return tensors;
  } finally {
    await checkpoint.close();
  }
}
