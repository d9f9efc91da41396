import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, throwIfAborted } from './checkpoint-file.ts';
import { buildSafetensorsHeader } from './safetensors-header.ts';
import type { HeaderTensor } from './safetensors-header.ts';
import { elementCount } from './tensor-dtype.ts';

/** An fp32 tensor to be written; `chunks` yields its values in row-major order, each piece valid until the next. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  chunks(): AsyncIterable<Float32Array> | Iterable<Float32Array>;
}

export interface WriteSafetensorsOptions {
  readonly file: string;
  readonly tensors: readonly TensorToWrite[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Called with the bytes written so far after every piece. */
  readonly onBytes?: (doneBytes: number) => void;
}

export interface WrittenFile {
  /** SHA-256 of the whole file, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Where every tensor goes: those whose size is a multiple of 64 bytes first (each then begins at a multiple of 64, and the
 * format's «no holes» is kept), the rest after them.
 */
export function layOutTensors(
  tensors: readonly { name: string; shape: readonly number[] }[],
): HeaderTensor[] {
  const sized = tensors.map(({ name, shape }) => {
    const count = elementCount(shape);
    if (count === null) throw new RangeError(`tensor ${name} has an impossible shape`);
    return { name, shape, sizeBytes: count * 4 };
  });
  const ordered = [
    ...sized.filter(({ sizeBytes }) => sizeBytes % 64 === 0),
    ...sized.filter(({ sizeBytes }) => sizeBytes % 64 !== 0),
  ];
  let at = 0;
  return ordered.map(({ name, shape, sizeBytes }) => {
    const begin = at;
    at += sizeBytes;
    return { name, dtype: 'F32', shape, begin, end: at };
  });
}

async function syncFolder(folder: string): Promise<void> {
  // A folder cannot be opened on Windows; there the rename itself is durable enough.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes fp32 tensors as a safetensors file, piece by piece: a temporary file in the same folder, synced, then renamed over
 * `file`. On any error the temporary file is removed and `file` is as it was. Errors: `disk-full`, `cancelled`, and what the
 * tensors' own `chunks` throw.
 */
export async function writeSafetensors(options: WriteSafetensorsOptions): Promise<WrittenFile> {
  const { file, tensors, signal } = options;
  const rows = layOutTensors(tensors);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  if (byName.size !== tensors.length) throw new Error('a tensor name is there twice');
  const temporary = join(
    dirname(file),
    `.${basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}`,
  );
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let handle: FileHandle | null = null;
  try {
    handle = await open(temporary, 'wx');
    const target = handle;
    const append = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes);
      let done = 0;
      while (done < bytes.length) {
        done += (await target.write(bytes, done, bytes.length - done, sizeBytes + done)).bytesWritten;
      }
      sizeBytes += bytes.length;
      options.onBytes?.(sizeBytes);
    };
    await append(buildSafetensorsHeader(rows, options.metadata ?? {}));
    const dataStart = sizeBytes;
    for (const row of rows) {
      for await (const values of byName.get(row.name)?.chunks() ?? []) {
        throwIfAborted(signal);
        await append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      }
      if (sizeBytes !== dataStart + row.end) throw new Error(`tensor ${row.name} came with a wrong length`);
    }
    throwIfAborted(signal);
    await handle.sync();
    await handle.close();
    handle = null;
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await handle?.close();
    await rm(temporary, { force: true });
    throw fileError(error, file);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
