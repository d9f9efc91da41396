import type { Checkpoint, TensorEntry } from './checkpoint.ts';
import { corrupt, openCheckpointFile } from './checkpoint-file.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { headerTexts, maxHeaderBytes, parseSafetensorsHeader } from './safetensors-header.ts';
import { elementCount } from './tensor-dtype.ts';

/** Length of the header where `file` can be safetensors at all: 8 bytes of length, then `{`. */
export async function safetensorsHeaderBytes(file: CheckpointFile): Promise<number | null> {
  if (file.sizeBytes < 10) return null;
  const start = await file.read(0, 9);
  const headerBytes = start.readBigUInt64LE(0);
  return start[8] === 0x7b && headerBytes < 2n ** 53n ? Number(headerBytes) : null;
}

/** Reads and checks the table of contents of an open safetensors file. The checkpoint owns `file` from then on. */
export async function readSafetensors(file: CheckpointFile): Promise<Checkpoint> {
  const headerBytes = await safetensorsHeaderBytes(file);
  if (headerBytes === null) throw corrupt(file.path, 'this is not a safetensors file.');
  if (headerBytes > file.sizeBytes - 8) throw corrupt(file.path, 'the safetensors header is cut off.');
  if (headerBytes > maxHeaderBytes) {
    throw corrupt(file.path, `the safetensors header is said to have ${headerBytes} bytes, far too many.`);
  }
  const header = await file.read(8, headerBytes);
  const dataStart = 8 + headerBytes;
  let rows;
  try {
    rows = parseSafetensorsHeader(header, file.sizeBytes - dataStart);
  } catch (error) {
    throw corrupt(file.path, `the safetensors header is damaged: ${(error as Error).message}.`);
  }
  const tensors = new Map<string, TensorEntry>();
  for (const { name, dtype, shape, begin, end } of rows) {
    tensors.set(name, {
      name,
      dtype,
      shape,
      elementCount: elementCount(shape) ?? 0,
      readChunks: (signal) => file.readChunks(dataStart + begin, end - begin, signal),
    });
  }
  return {
    path: file.path,
    container: 'safetensors',
    sizeBytes: file.sizeBytes,
    tensors,
    numbers: new Map(),
    metadata: headerTexts(header),
    rootClass: null,
    close: () => file.close(),
  };
}

/** Opens a safetensors file by path; see `readSafetensors`. */
export async function openSafetensors(path: string): Promise<Checkpoint> {
  const file = await openCheckpointFile(path);
  try {
    return await readSafetensors(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}
