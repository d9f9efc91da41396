import { join } from 'node:path';
import type { Problem } from '../../../src-shared/domain/dataset.ts';
import { defaultImageTools } from '../assets/default-image-tools.ts';
import type { ImageRecord } from '../db/images-repository.ts';
import { describeDuplicate, hashFile } from './find-duplicates.ts';
import type { LayoutEntry } from './layout.ts';
import { mapLimited } from './map-limited.ts';
import { probeEntry } from './probe-entry.ts';

/** While somebody waits, files are opened for so long, and compared for so long. */
const openingMs = 3000;
const comparingMs = 1500;
const filesAtOnce = 4;
/** Larger files are not compared before an import. */
const mostCompared = 64 * 1024 * 1024;

export interface PreviewFilesOptions {
  readonly root: string;
  readonly entries: readonly LayoutEntry[];
  /** What is found wrong is added here. */
  readonly problems: Problem[];
  readonly signal: AbortSignal;
  /** Called with the number of files opened so far. */
  readonly onOpened: (count: number) => void;
}

export interface PreviewFiles {
  readonly openedCount: number;
  /** By the paths of images that were opened and can be read. */
  readonly records: ReadonlyMap<string, ImageRecord>;
  /** Paths of images that were opened and cannot be used. */
  readonly unusable: ReadonlySet<string>;
}

/**
 * Opens images and masks as an import would, for a few seconds: all of a small folder, of a large one some from everywhere.
 * What their content tells (files that cannot be read, masks that mark nothing, the same content twice) is added to the
 * problems.
 */
export async function previewFiles(options: PreviewFilesOptions): Promise<PreviewFiles> {
  const { root, signal } = options;
  const problems: Problem[] = [];
  const endMs = performance.now() + openingMs;
  const records = new Map<string, ImageRecord>();
  const unusable = new Set<string>();
  let openedCount = 0;
  await mapLimited(spreadOut(options.entries), filesAtOnce, async (entry) => {
    if (performance.now() > endMs) return;
    signal.throwIfAborted();
    const { probe, probeMask } = defaultImageTools;
    const record = await probeEntry({ root, entry, known: undefined, probe, probeMask, problems });
    openedCount += 1;
    if (record === null) unusable.add(entry.path);
    else records.set(entry.path, record);
    options.onOpened(openedCount);
  });
  // Opened in a jumbled order; told as the folder is sorted.
  problems.sort((a, b) => (a.path < b.path ? -1 : 1));
  options.problems.push(...problems, ...(await findAlike(root, [...records.values()], signal)));
  return { openedCount, records, unusable };
}

/** The same entries, so that the first hundred come from everywhere: every 64th, then those after them, and so on. */
export function spreadOut<T>(items: readonly T[]): T[] {
  const stride = Math.max(1, Math.floor(items.length / 64));
  const spread: T[] = [];
  for (let first = 0; first < stride; first++) {
    for (let index = first; index < items.length; index += stride)
      spread.push(...items.slice(index, index + 1));
  }
  return spread;
}

/** Files of the same content among what was opened, from the second of each on. */
async function findAlike(
  root: string,
  records: readonly ImageRecord[],
  signal: AbortSignal,
): Promise<Problem[]> {
  const endMs = performance.now() + comparingMs;
  const byLength = new Map<number, ImageRecord[]>();
  const sorted = [...records].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const record of sorted) {
    // The halves of one file are not two files.
    if ((record.crop?.y ?? 0) > 0 || record.sizeBytes > mostCompared) continue;
    const alike = byLength.get(record.sizeBytes);
    if (alike === undefined) byLength.set(record.sizeBytes, [record]);
    else alike.push(record);
  }
  const problems: Problem[] = [];
  for (const [lengthBytes, group] of byLength) {
    if (group.length < 2 || performance.now() > endMs) continue;
    const first = new Map<string, ImageRecord>();
    for (const record of group) {
      signal.throwIfAborted();
      if (performance.now() > endMs) break;
      const hash = await hashFile(join(root, record.filePath ?? record.path), 'full', lengthBytes);
      if (hash === null) continue;
      const key = Buffer.from(hash).toString('hex');
      const before = first.get(key);
      if (before === undefined) first.set(key, record);
      else problems.push(describeDuplicate(before, record));
    }
  }
  return problems;
}
