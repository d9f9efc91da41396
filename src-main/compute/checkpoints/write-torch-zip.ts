import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, throwIfAborted } from './checkpoint-file.ts';
import { storedZip, type ZipRecord } from './stored-zip.ts';
import { ownTextsKey } from './torch-texts.ts';
import { writePickle, type PickledTensor } from './write-pickle.ts';
import type { WrittenFile } from './write-safetensors.ts';

/** A tensor in memory, row-major. Tensors with the same `data` object share one record. */
export interface TorchTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

export interface WriteTorchZipOptions {
  readonly file: string;
  /** The key of the outer dictionary that the tensors lie under. */
  readonly root: string;
  readonly tensors: readonly TorchTensor[];
  /** What the file says of itself, under a key of our own (`Checkpoint.metadata`); empty: no such key. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Folder inside the zip; torch.save takes the file's name, torch.load any. */
const archive = 'archive';
/** PyTorch's kProducedFileFormatVersion. */
const formatVersion = '3\n';

function dtypeOf(data: TorchTensor['data']): PickledTensor['dtype'] {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'I64';
}

/**
 * Writes `{root: state_dict}` as torch.save does (torch.load takes it, with weights_only too): beside its place, synced, then renamed.
 * Throws `disk-full`, `forbidden`, `cancelled`, …; `file` is then as it was. Held in memory: learned prompts are a few dozen MB.
 */
export async function writeTorchZip({
  file,
  root,
  tensors,
  metadata = {},
  signal,
}: WriteTorchZipOptions): Promise<WrittenFile> {
  const storages = [...new Set(tensors.map(({ data }) => data))];
  const pickled = tensors.map(({ name, shape, data }): PickledTensor => {
    if (shape.reduce((product, size) => product * size, 1) !== data.length)
      throw new RangeError(`tensor ${name} has ${data.length} values, not as many as its shape says`);
    return { name, shape, dtype: dtypeOf(data), storage: storages.indexOf(data) };
  });
  const text = (name: string, content: string): ZipRecord => ({
    name: `${archive}/${name}`,
    data: Buffer.from(content, 'latin1'),
  });
  const texts = new Map(Object.entries(metadata));
  const beside = texts.size === 0 ? null : { name: ownTextsKey, texts };
  const bytes = storedZip([
    { name: `${archive}/data.pkl`, data: writePickle(root, pickled, beside) },
    text('byteorder', 'little'),
    ...storages.map((data, index) => ({
      name: `${archive}/data/${index}`,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
    text('version', formatVersion),
  ]);
  await writeWhole(file, bytes, signal);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
}

async function writeWhole(file: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  const temporary = join(
    dirname(file),
    `.${basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}`,
  );
  try {
    throwIfAborted(signal);
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    throwIfAborted(signal);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(error, file);
  }
}
