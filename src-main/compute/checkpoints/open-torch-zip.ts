import { crc32 } from 'node:zlib';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { chunkBytes, maxTensorElements } from './checkpoint.ts';
import type { Checkpoint, TensorEntry } from './checkpoint.ts';
import { corrupt, throwIfAborted } from './checkpoint-file.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { collectTensors } from './collect-tensors.ts';
import { pickleLimits, readPickle } from './pickle-machine.ts';
import { PickleRecord } from './pickle-values.ts';
import type { PickleTensor } from './pickle-values.ts';
import { checkStridedView, gatherStrided } from './strided-view.ts';
import type { StridedView } from './strided-view.ts';
import { dtypeSizeBytes } from './tensor-dtype.ts';
import { ownTexts } from './torch-texts.ts';
import { readZipDirectory } from './zip-directory.ts';
import type { ZipDirectory, ZipEntry } from './zip-directory.ts';

/** `<archive>/` before `data.pkl`; torch.save and torch.jit.save put everything into one folder. */
function findArchivePrefix(zip: ZipDirectory, path: string): string {
  const pickles = [...zip.entries.keys()].filter((name) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: a zip, but not one that PyTorch wrote (no data.pkl inside).`,
    );
  }
  if (pickles.length > 1) throw corrupt(path, 'it holds several checkpoints in one zip.');
  return pickle.slice(0, -'data.pkl'.length);
}

async function checkByteOrder(zip: ZipDirectory, prefix: string, path: string): Promise<void> {
  const entry = zip.entries.get(`${prefix}byteorder`);
  if (entry === undefined) return;
  const order = (await zip.readEntry(entry, 64)).toString('latin1').trim();
  if (order !== 'little') {
    throw new WorkbenchError(
      'unsupported',
      `${path}: its numbers are stored ${order === 'big' ? 'big-endian' : 'in an unknown byte order'}. Save it again on an ordinary PC.`,
    );
  }
}

/** The archive's record of a tensor's storage, checked to be long enough and not packed. */
function findRecord(zip: ZipDirectory, prefix: string, tensor: PickleTensor, path: string): ZipEntry {
  const { storage } = tensor;
  const record = zip.entries.get(`${prefix}data/${storage.key}`);
  if (record === undefined) throw corrupt(path, `the data record ${storage.key.slice(0, 80)} is missing.`);
  if (record.compressed) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: its weights were packed again. Save it anew with torch.save, which leaves them as they are.`,
    );
  }
  if (!(storage.elementCount * dtypeSizeBytes[storage.dtype] <= record.sizeBytes)) {
    throw corrupt(path, `the data record ${storage.key.slice(0, 80)} is too short.`);
  }
  return record;
}

/** Opens the torch zip in `file` (torch.save since 1.6, torch.jit.save). The checkpoint owns `file` from then on. */
export async function readTorchZip(file: CheckpointFile): Promise<Checkpoint> {
  const { path } = file;
  const zip = await readZipDirectory(file);
  const prefix = findArchivePrefix(zip, path);
  await checkByteOrder(zip, prefix, path);
  const pickle = zip.entries.get(`${prefix}data.pkl`);
  if (pickle === undefined) throw corrupt(path, 'data.pkl is missing.');
  const root = readPickle(await zip.readEntry(pickle, pickleLimits.bytes), path);
  const collected = collectTensors(root, path);
  if (collected.tensors.size === 0) {
    throw new WorkbenchError('unsupported', `${path}: it holds no table of tensors.`);
  }

  const metadata = ownTexts(root, path);

  async function* readData(
    tensor: PickleTensor,
    view: StridedView,
    record: ZipEntry,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const itemBytes = dtypeSizeBytes[tensor.storage.dtype];
    const start = (await zip.dataOffset(record)) + view.offset * itemBytes;
    const spanBytes = view.span * itemBytes;
    // The checksum covers the whole record, so only a tensor that is the whole record can be checked by it.
    const checked = record.crc32 !== 0 && spanBytes === record.sizeBytes;
    let checksum = 0;
    if (view.contiguous) {
      for await (const chunk of file.readChunks(start, spanBytes, signal)) {
        if (checked) checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } else {
      const span = await file.read(start, spanBytes);
      if (checked) checksum = crc32(span);
      const dense = gatherStrided(span, itemBytes, tensor.shape, tensor.strides, view.count);
      for (let at = 0; at < dense.length; at += chunkBytes) {
        throwIfAborted(signal);
        yield dense.subarray(at, Math.min(dense.length, at + chunkBytes));
      }
    }
    if (checked && checksum !== record.crc32) {
      throw corrupt(path, `the data record ${record.name} is damaged (its checksum is wrong).`);
    }
  }

  const tensors = new Map<string, TensorEntry>();
  for (const [name, tensor] of collected.tensors) {
    const record = findRecord(zip, prefix, tensor, path);
    let view: StridedView;
    try {
      view = checkStridedView(tensor);
    } catch (error) {
      throw corrupt(path, `the tensor ${name} is damaged: ${(error as Error).message}.`);
    }
    if (view.count > maxTensorElements) {
      throw new WorkbenchError('too-large', `${path}: the tensor ${name} is far too large.`);
    }
    tensors.set(name, {
      name,
      dtype: tensor.storage.dtype,
      shape: tensor.shape,
      elementCount: view.count,
      readChunks: (signal) => readData(tensor, view, record, signal),
    });
  }
  return {
    path,
    container: root instanceof PickleRecord ? 'torchscript' : 'torch-zip',
    sizeBytes: file.sizeBytes,
    tensors,
    numbers: collected.numbers,
    metadata,
    rootClass: root instanceof PickleRecord ? root.className : null,
    close: () => file.close(),
  };
}
