import { openCheckpointFile } from './checkpoint-file.ts';
import { safetensorsHeaderBytes } from './open-safetensors.ts';
import { parseStrictJson } from './strict-json.ts';

/**
 * The texts under `__metadata__` of a safetensors file, by name; none where the file is of another format or has no such table.
 * Tensors are not looked at. Throws `not-found` or `unreadable` naming the file.
 */
export async function readSafetensorsMetadata(path: string): Promise<ReadonlyMap<string, string>> {
  const file = await openCheckpointFile(path);
  try {
    const headerBytes = await safetensorsHeaderBytes(file);
    if (headerBytes === null || 8 + headerBytes > file.sizeBytes) return new Map();
    return metadataOf(await file.read(8, headerBytes));
  } finally {
    await file.close();
  }
}

function metadataOf(header: Uint8Array): ReadonlyMap<string, string> {
  try {
    const root = parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(header));
    const table = root instanceof Map ? root.get('__metadata__') : undefined;
    if (!(table instanceof Map)) return new Map();
    return new Map([...table].flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])));
  } catch {
    // What is wrong with the header is said where the tensors are read.
    return new Map();
  }
}
