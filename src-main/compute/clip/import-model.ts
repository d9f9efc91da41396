import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type {
  CheckpointFormat,
  ClipConfig,
  ModelAnswers,
  TensorDtype,
} from '../../../src-shared/domain/model.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { freeBytesAt } from '../../system/free-bytes.ts';
import { isProcessAlive } from '../../system/process-alive.ts';
import { elementCount } from '../checkpoints/tensor-dtype.ts';
import { fileError, throwIfAborted } from '../checkpoints/checkpoint-file.ts';
import { writeSafetensors } from '../checkpoints/write-safetensors.ts';
import { writeDefaultGraphs } from '../runtime/write-default-graphs.ts';
import { convertTensor } from './convert-tensor.ts';
import { weightsFileName } from './model-weights.ts';
import { understandCheckpoint } from './understand-checkpoint.ts';
import type { UnderstoodCheckpoint } from './understand-checkpoint.ts';

export interface ImportModelOptions {
  /** A checkpoint file, or a folder that holds one. */
  readonly path: string;
  readonly answers: ModelAnswers;
  /** Absolute; must not exist. The folder above it is made where it is missing. */
  readonly targetFolder: string;
  /** Bytes of the stored file. */
  readonly onProgress?: (progress: { done: number; total: number; message: string }) => void;
  readonly signal?: AbortSignal;
  /** Free bytes on the disk of a folder; for tests of a full disk. */
  readonly freeBytesAt?: (folder: string) => Promise<number>;
}

export interface ImportedModel {
  readonly config: ClipConfig;
  readonly format: CheckpointFormat;
  readonly sourceDtype: TensorDtype;
  /** SHA-256 of the stored `model.safetensors`, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

/** Room for graphs and `model.json` beside the weights, and for the disk not to be filled to the last byte. */
const reserveBytes = 64 * 1024 * 1024;

/** Removes what an import left that was killed in the middle: `.importing-<process id>-…` of processes that are gone. */
async function sweepAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const processId = /^\.importing-(\d{1,10})-[0-9a-f]{8}$/.exec(name)?.[1];
    if (processId !== undefined && !isProcessAlive(Number(processId))) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

async function prepareParent(targetFolder: string): Promise<string> {
  const parent = dirname(targetFolder);
  await mkdir(parent, { recursive: true });
  const present = await lstat(targetFolder).catch(() => null);
  if (present !== null) {
    throw new WorkbenchError(
      'already-exists',
      `${targetFolder} exists already. Choose another name for the model.`,
    );
  }
  await sweepAbandoned(parent);
  return parent;
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function openQuestions({ checkpoint, questions }: UnderstoodCheckpoint): WorkbenchError {
  const asked = questions.map(({ field, message }) => `${field}: ${message}`).join(' ');
  return new WorkbenchError(
    'needs-choice',
    `${checkpoint.path}: some things have to be said first. ${asked}`,
  );
}

async function writeModelFolder(
  folder: string,
  understood: UnderstoodCheckpoint,
  config: ClipConfig,
  totalBytes: number,
  { onProgress, signal }: ImportModelOptions,
): Promise<ImportedModel> {
  const { checkpoint, source, format, sourceDtype, warnings, tensors } = understood;
  const message = `Converting ${basename(source.weightsFile)}`;
  const written = await writeSafetensors({
    file: join(folder, weightsFileName),
    tensors: tensors.map((tensor) => ({
      name: tensor.name,
      shape: tensor.shape,
      chunks: () => convertTensor(checkpoint.path, tensor, signal),
    })),
    // transformers refuses a file that does not name a framework here.
    metadata: { format: 'pt', made_by: 'anomaly-workbench' },
    ...(signal ? { signal } : {}),
    onBytes: (done) => onProgress?.({ done: Math.min(done, totalBytes), total: totalBytes, message }),
  });
  const imported: ImportedModel = { config, format, sourceDtype, ...written, warnings };
  const provenance = {
    format,
    sourceFile: basename(source.weightsFile),
    sourceSizeBytes: checkpoint.sizeBytes,
    sourceDtype,
    sha256: written.sha256,
    sizeBytes: written.sizeBytes,
    importedAtMs: Date.now(),
    warnings,
  };
  await writeDurably(
    join(folder, 'model.json'),
    `${JSON.stringify({ version: 1, config, provenance }, null, 2)}\n`,
  );
  throwIfAborted(signal);
  await writeDefaultGraphs({ folder, config });
  throwIfAborted(signal);
  return imported;
}

/** Errors of the disk name the place that the user knows, not the temporary folder beside it. */
function atTarget(thrown: unknown, targetFolder: string): unknown {
  const system = thrown instanceof WorkbenchError && thrown.code === 'disk-full' && thrown.cause;
  return fileError(system instanceof Error ? system : thrown, targetFolder);
}

/**
 * Imports a CLIP checkpoint: writes `model.safetensors` (fp32, OpenAI's names), `model.json` and graphs at `targetFolder`, all or
 * nothing. Errors beside those of `understandCheckpoint`: `needs-choice` while questions are open, `already-exists`, `disk-full`,
 * `cancelled`. Memory: a few pieces of 4 MiB, and the largest tensor that is stored with strides or transposed.
 */
export async function importModel(options: ImportModelOptions): Promise<ImportedModel> {
  const { path, answers, targetFolder, signal } = options;
  throwIfAborted(signal);
  const understood = await understandCheckpoint(path, answers);
  const { checkpoint, config, tensors } = understood;
  let temporary: string | null = null;
  try {
    if (config === null) throw openQuestions(understood);
    const parent = await prepareParent(targetFolder);
    const totalBytes = tensors.reduce((sum, { shape }) => sum + 4 * (elementCount(shape) ?? 0), 0);
    const free = await (options.freeBytesAt ?? freeBytesAt)(parent);
    if (free < totalBytes + reserveBytes) {
      const needed = formatSize(totalBytes + reserveBytes);
      throw new WorkbenchError(
        'disk-full',
        `${parent}: the model needs ${needed} and ${formatSize(free)} are free. Free some space and try again.`,
      );
    }
    temporary = join(parent, `.importing-${process.pid}-${randomBytes(4).toString('hex')}`);
    await mkdir(temporary);
    const imported = await writeModelFolder(temporary, understood, config, totalBytes, options);
    await rename(temporary, targetFolder);
    return imported;
  } catch (error) {
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
    throw atTarget(error, targetFolder);
  } finally {
    await checkpoint.close();
  }
}
