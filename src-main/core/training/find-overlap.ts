import { join } from 'node:path';
import { hashFile } from '../datasets/find-duplicates.ts';
import type { ComparedSet } from '../db/labelled-files-repository.ts';
import type { Repositories } from '../db/repositories.ts';

/** Sets of many equally long files (raw formats) are compared as far as this goes. */
const mostPairs = 200_000;

export interface Overlap {
  /** Images of the first set that the other has too. */
  readonly count: number;
  /** File of the first of them, relative to its set. */
  readonly example: string | null;
}

export interface OverlapOptions {
  readonly repositories: Pick<Repositories, 'datasets' | 'labelledFiles'>;
  readonly signal: AbortSignal;
}

/**
 * Images of one set whose file the other set holds too, by content. Only files of one length are read, whole: a few kept
 * hashes of an import would not be enough, and what a warning says must be true.
 */
export async function findOverlap(
  { repositories, signal }: OverlapOptions,
  one: ComparedSet,
  other: ComparedSet,
): Promise<Overlap> {
  const root = repositories.datasets.getCore(one.datasetId)?.root;
  const otherRoot = repositories.datasets.getCore(other.datasetId)?.root;
  if (root === undefined || otherRoot === undefined) return { count: 0, example: null };
  const known = new Map<string, Promise<string | null>>();
  const hashOf = (file: string, sizeBytes: number) => {
    const hash =
      known.get(file) ??
      hashFile(file, 'full', sizeBytes).then((bytes) =>
        bytes === null ? null : Buffer.from(bytes).toString('hex'),
      );
    known.set(file, hash);
    return hash;
  };
  const found = new Map<number, string>();
  for (const pair of repositories.labelledFiles.sameLength(one, other, mostPairs)) {
    signal.throwIfAborted();
    if (found.has(pair.imageId)) continue;
    const file = join(root, pair.file);
    const otherFile = join(otherRoot, pair.otherFile);
    if (file === otherFile) {
      found.set(pair.imageId, pair.file);
      continue;
    }
    const hash = await hashOf(file, pair.sizeBytes);
    if (hash !== null && hash === (await hashOf(otherFile, pair.sizeBytes)))
      found.set(pair.imageId, pair.file);
  }
  return { count: found.size, example: found.values().next().value ?? null };
}
