import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Problem } from '../../../src-shared/domain/dataset.ts';
import type { HashedFile } from '../db/images-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import type { JobContext } from '../jobs/job-kind.ts';
import { mapLimited } from './map-limited.ts';

export interface FindDuplicatesOptions {
  readonly repositories: Pick<Repositories, 'images'>;
  readonly datasetId: number;
  readonly root: string;
  readonly context: JobContext;
  /** Image paths by the length of their files, every file once. */
  readonly pathsByLength: ReadonlyMap<number, readonly string[]>;
}

/** So much of a file is read from its beginning, its middle and its end. */
const sampleBytes = 16_384;
const filesAtOnce = 400;
const readsAtOnce = 4;

/**
 * Files with the same content, from the second of each on. Only files of one length are compared, first by samples, and
 * what is read is kept as a hash: an import that finds nothing new reads nothing.
 */
export async function findDuplicates(options: FindDuplicatesOptions): Promise<Problem[]> {
  const problems: Problem[] = [];
  let step = 0;
  for (const [lengthBytes, paths] of options.pathsByLength) {
    if (paths.length < 2) continue;
    const alike = await groupFiles(options, paths, 'sample', lengthBytes);
    for (const group of alike) {
      const equal = lengthBytes <= 3 * sampleBytes ? [group] : await regroup(options, group, lengthBytes);
      for (const [first, ...others] of equal) {
        if (first === undefined) continue;
        for (const other of others) problems.push(describeDuplicate(first, other));
      }
    }
    step += 1;
    if (step % 50 === 0) await setImmediate();
  }
  return problems;
}

type NamedFile = Pick<HashedFile, 'path' | 'label' | 'className'>;

/** What is told of the second of two files with the same content. */
export function describeDuplicate(first: NamedFile, other: NamedFile): Problem {
  const differs =
    first.label !== other.label
      ? ', but has another label'
      : first.className !== other.className
        ? ', in another class'
        : '';
  return {
    path: other.path,
    code: 'duplicate',
    message: `It has the same content as ${first.path}${differs}. Both are kept; remove one of them if it is there by mistake.`,
  };
}

/** Groups of at least two files whose hashes agree. */
async function groupFiles(
  { repositories, datasetId, root, context }: FindDuplicatesOptions,
  paths: readonly string[],
  which: 'sample' | 'full',
  lengthBytes: number,
): Promise<HashedFile[][]> {
  const groups = new Map<string, HashedFile[]>();
  for (let start = 0; start < paths.length; start += filesAtOnce) {
    context.signal.throwIfAborted();
    const files = repositories.images.ofLength(datasetId, paths.slice(start, start + filesAtOnce));
    const hashes = await mapLimited(files, readsAtOnce, async (file) => {
      const stored = which === 'sample' ? file.sampleHash : file.fullHash;
      if (stored !== null) return { file, hash: stored, isNew: false };
      const hash = await hashFile(join(root, file.file), which, lengthBytes);
      return hash === null ? null : { file, hash, isNew: true };
    });
    context.store(() => {
      for (const found of hashes) {
        if (found?.isNew === true) repositories.images.setHash(found.file.id, which, found.hash);
      }
    });
    for (const found of hashes) {
      if (found === null) continue;
      const key = Buffer.from(found.hash).toString('hex');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [found.file]);
      else group.push(found.file);
    }
    await setImmediate();
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

async function regroup(
  options: FindDuplicatesOptions,
  group: readonly HashedFile[],
  lengthBytes: number,
): Promise<HashedFile[][]> {
  return await groupFiles(
    options,
    group.map((file) => file.path),
    'full',
    lengthBytes,
  );
}

/** 16 bytes; null for a file that cannot be read or changed its length just now: the next import looks again. */
export async function hashFile(
  file: string,
  which: 'sample' | 'full',
  lengthBytes: number,
): Promise<Uint8Array | null> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, 'r');
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(which === 'full' ? 1_048_576 : sampleBytes);
    const starts =
      which === 'full' || lengthBytes <= 3 * sampleBytes
        ? everyStep(lengthBytes, buffer.length)
        : [0, Math.floor(lengthBytes / 2), lengthBytes - sampleBytes];
    for (const start of starts) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      if (bytesRead < Math.min(buffer.length, lengthBytes - start)) return null;
      hash.update(buffer.subarray(0, bytesRead));
    }
    return hash.digest().subarray(0, 16);
  } catch {
    return null;
  } finally {
    await handle?.close();
  }
}

function everyStep(lengthBytes: number, stepBytes: number): number[] {
  return Array.from({ length: Math.ceil(lengthBytes / stepBytes) }, (_, i) => i * stepBytes);
}
