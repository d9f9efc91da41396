import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { ErrorCode } from '../../src-shared/contract/errors.ts';
import type { Checkpoint } from '../../src-main/compute/checkpoints/checkpoint.ts';
import type { CheckpointFile } from '../../src-main/compute/checkpoints/checkpoint-file.ts';
import { corrupt } from '../../src-main/compute/checkpoints/checkpoint-file.ts';
import { openSafetensors } from '../../src-main/compute/checkpoints/open-safetensors.ts';
import { isFloatDtype, widenToFloat32 } from '../../src-main/compute/checkpoints/tensor-dtype.ts';

export const fixturesFolder = join(import.meta.dirname, 'fixtures');

/** A folder for one test file, gone afterwards. */
export function useScratchFolder(): {
  path(name?: string): string;
  write(name: string, bytes: Uint8Array | string): Promise<string>;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'workbench-checkpoints-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    path: (name = '') => join(folder, name),
    async write(name, bytes) {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    },
  };
}

/** Awaits the refusal: a WorkbenchError of one of these codes whose message holds `words`. Anything else fails the test. */
export async function expectRefusal(
  attempt: Promise<unknown>,
  codes: ErrorCode | readonly ErrorCode[],
  words: string | RegExp = '',
): Promise<WorkbenchError> {
  const thrown: unknown = await attempt.then(
    () => new Error('it was accepted'),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(WorkbenchError);
  const refusal = thrown as WorkbenchError;
  expect([codes].flat()).toContain(refusal.code);
  expect(refusal.message).toMatch(words);
  return refusal;
}

/** A file that exists only in memory, for thousands of damaged copies. */
export function memoryFile(bytes: Buffer, path = 'memory.pt'): CheckpointFile {
  const slice = (position: number, length: number): Buffer => {
    if (!(position >= 0 && length >= 0 && position + length <= bytes.length))
      throw corrupt(path, 'the file ends too early.');
    return bytes.subarray(position, position + length);
  };
  return {
    path,
    sizeBytes: bytes.length,
    read: async (position, length) => Buffer.from(slice(position, length)),
    async *readChunks(position, length) {
      yield slice(position, length);
    },
    close: async () => undefined,
  };
}

export async function readValues(checkpoint: Checkpoint, name: string): Promise<Float32Array> {
  const entry = checkpoint.tensors.get(name);
  if (!entry || !isFloatDtype(entry.dtype)) throw new Error(`no float tensor ${name}`);
  const values = new Float32Array(entry.elementCount);
  let done = 0;
  for await (const bytes of entry.readChunks())
    done += widenToFloat32(bytes, entry.dtype, values.subarray(done));
  expect(done).toBe(values.length);
  return values;
}

/** All fp32 tensors of a stored safetensors file. */
export async function readStored(
  file: string,
): Promise<Map<string, { shape: readonly number[]; values: Float32Array }>> {
  const checkpoint = await openSafetensors(file);
  const stored = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const { name, shape } of checkpoint.tensors.values()) {
    stored.set(name, { shape, values: await readValues(checkpoint, name) });
  }
  await checkpoint.close();
  return stored;
}

/** The fixtures' formula (fixtures/make-fixtures.py). */
export function fixtureValues(name: string, count: number): Float32Array {
  const seed = Buffer.from(name, 'utf8').reduce((a, b) => a + b, 0);
  return Float32Array.from({ length: count }, (_, k) => (((k * 7 + seed) % 64) - 32) / 64);
}

export function readFixture(name: string): Promise<Buffer> {
  return readFile(join(fixturesFolder, name));
}
