import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { openCheckpointFile } from '../checkpoints/checkpoint-file.ts';
import { safetensorsHeaderBytes } from '../checkpoints/open-safetensors.ts';
import { parseSafetensorsHeader } from '../checkpoints/safetensors-header.ts';
import { weight } from '../tensor-graph/operators.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';

/** Name of the weights beside every graph of a model. */
export const weightsFileName = 'model.safetensors';

/** The weights of a stored model as graph leaves, by OpenAI's state-dict names. */
export interface ModelWeights {
  /** Throws `corrupt-file` where the model has no such fp32 tensor. */
  tensor(key: string): Tensor;
}

/**
 * Reads the header of `folder/model.safetensors` (not its data). Graphs built on the result point into that file, which holds
 * fp32 as `model.import` writes it. Throws `not-found`, `unreadable` or `corrupt-file` naming the file.
 */
export async function readModelWeights(folder: string): Promise<ModelWeights> {
  const path = join(folder, weightsFileName);
  const corrupt = (what: string) =>
    new WorkbenchError('corrupt-file', `${path} ${what}. Remove the model and import it again.`);
  const tensors = new Map<string, Tensor>();
  const file = await openCheckpointFile(path);
  try {
    const headerBytes = await safetensorsHeaderBytes(file);
    if (headerBytes === null || 8 + headerBytes > file.sizeBytes)
      throw corrupt('is cut off or no safetensors file');
    const dataStart = 8 + headerBytes;
    for (const row of parseSafetensorsHeader(await file.read(8, headerBytes), file.sizeBytes - dataStart))
      if (row.dtype === 'F32' && !row.shape.includes(0))
        tensors.set(
          row.name,
          weight(row.name, row.shape, {
            location: weightsFileName,
            offsetBytes: dataStart + row.begin,
            lengthBytes: row.end - row.begin,
          }),
        );
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    throw corrupt(`is damaged: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await file.close();
  }
  return {
    tensor(key) {
      const found = tensors.get(key);
      if (!found) throw corrupt(`has no tensor ${key}`);
      return found;
    },
  };
}

/** Above this, weights are read where they lie in the mapped file instead of being copied into the order that products like best. */
const largeBytes = 64 * 1024 * 1024;

/** True where a copy of a model's weights for each of its graphs would be felt. */
export async function areWeightsLarge(folder: string): Promise<boolean> {
  const { size } = await stat(join(folder, weightsFileName)).catch(() => ({ size: 0 }));
  return size > largeBytes;
}
