import { openCheckpointFile } from './checkpoint-file.ts';
import { safetensorsHeaderBytes } from './open-safetensors.ts';
import { headerTexts } from './safetensors-header.ts';

/**
 * The texts under `__metadata__` of a safetensors file, by name; none where the file is of another format or has no such table.
 * Tensors are not looked at. Throws `not-found` or `unreadable` naming the file.
 */
export async function readSafetensorsMetadata(path: string): Promise<ReadonlyMap<string, string>> {
  const file = await openCheckpointFile(path);
  try {
    const headerBytes = await safetensorsHeaderBytes(file);
    if (headerBytes === null || 8 + headerBytes > file.sizeBytes) return new Map();
    return headerTexts(await file.read(8, headerBytes));
  } finally {
    await file.close();
  }
}
