import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { featureFileParts, readFeatureFile } from './feature-file.ts';
import { createFileHashes, type FileHashes } from './feature-key.ts';
import type { FeatureLayout } from './feature-layout.ts';

/** Features of images in a folder. Whatever goes wrong with it, work goes on without: no method throws. */
export interface FeatureCache {
  /** Of image files and models, remembered for the cache's life. */
  readonly hashes: FileHashes;
  /** The values in the layout's order, or null where they have to be made. */
  read(key: string, layout: FeatureLayout): Promise<Uint16Array<ArrayBuffer> | null>;
  write(key: string, layout: FeatureLayout, bits: Uint16Array): Promise<void>;
}

export interface FeatureCacheOptions {
  readonly folder: string;
  /** Files that were not used for longest go when there is more; 0: nothing is kept. */
  readonly limitBytes: number;
  /** For tests. */
  readonly now?: () => number;
  /** For tests: bytes that may still be written where a folder lies; null where nobody can tell. */
  readonly freeBytes?: (folder: string) => Promise<number | null>;
}

/** After files went, so much of the limit is left. */
const keptShare = 0.9;
/** Another process may fill the same folder: it is looked at again when so much of the limit was written. */
const lookAgainShare = 0.1;
/** A full or read-only disk is asked again after so long. */
const restMs = 60_000;
/** What is being written for longer was left by a process that died. */
const abandonedMs = 3_600_000;

/** What can be made again leaves this much of the disk to what cannot: the database, checkpoints, verdicts. */
const reserveBytes = 64 * 2 ** 20;

const suffix = '.features';
const partSuffix = '.partial';
const lasting: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM']);

export function createFeatureCache(options: FeatureCacheOptions): FeatureCache {
  const { folder, limitBytes, now = Date.now, freeBytes = freeBytesOf } = options;
  /** By the last look and what was written since; null: nobody looked yet. */
  let totalBytes: number | null = null;
  let writtenSinceLook = 0;
  let restUntilMs = 0;
  let looking: Promise<void> | null = null;

  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}${suffix}`);

  async function look(): Promise<void> {
    writtenSinceLook = 0;
    totalBytes = await sweep(folder, limitBytes, now());
  }

  /** Lists the folder at the first use, when the limit is reached, and now and then for what others wrote. */
  async function account(sizeBytes: number): Promise<void> {
    writtenSinceLook += sizeBytes;
    if (totalBytes !== null) totalBytes += sizeBytes;
    if (totalBytes !== null && totalBytes <= limitBytes && writtenSinceLook <= limitBytes * lookAgainShare)
      return;
    looking ??= look()
      .catch(() => undefined)
      .finally(() => {
        looking = null;
      });
    await looking;
  }

  /** Gives room back where the disk is nearly full; false where that is not enough. */
  async function hasRoom(sizeBytes: number): Promise<boolean> {
    const isEnough = (free: number | null) => free === null || free - sizeBytes >= reserveBytes;
    const free = await freeBytes(folder);
    if (free === null || isEnough(free)) return true;
    const held = await sweep(folder, limitBytes, now());
    totalBytes = await sweep(folder, Math.max(0, held - (reserveBytes + sizeBytes - free)), now());
    return isEnough(await freeBytes(folder));
  }

  return {
    hashes: createFileHashes(),
    read: (key, layout) =>
      limitBytes > 0 ? readFeatureFile(pathOf(key), key, layout) : Promise.resolve(null),
    async write(key, layout, bits) {
      if (now() < restUntilMs) return;
      const parts = featureFileParts(key, layout, bits);
      const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
      if (sizeBytes > limitBytes) return;
      try {
        await mkdir(folder, { recursive: true });
        if (!(await hasRoom(sizeBytes))) {
          restUntilMs = now() + restMs;
          return;
        }
        await writeBeside(pathOf(key), parts);
        await account(sizeBytes);
      } catch (thrown) {
        if (lasting.has((thrown as NodeJS.ErrnoException).code)) restUntilMs = now() + restMs;
      }
    },
  };
}

async function freeBytesOf(folder: string): Promise<number | null> {
  const facts = await statfs(folder).catch(() => null);
  return facts === null ? null : facts.bavail * facts.bsize;
}

/** Writes a file beside its place and moves it there, so that nobody ever reads half of it. Leaves nothing where it fails. */
async function writeBeside(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}${partSuffix}`;
  try {
    const file = await open(beside, 'wx');
    try {
      for (const part of parts) await file.writeFile(part);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Deletes what was not used for longest where there is more than the limit, and what dead processes left. Returns the bytes left. */
async function sweep(folder: string, limitBytes: number, nowMs: number): Promise<number> {
  const entries: { path: string; sizeBytes: number; usedAtMs: number }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const facts = await stat(path).catch(() => null);
    if (facts === null) continue;
    if (entry.name.endsWith(partSuffix) && nowMs - facts.mtimeMs > abandonedMs)
      await rm(path, { force: true }).catch(() => undefined);
    else if (entry.name.endsWith(suffix))
      entries.push({ path, sizeBytes: facts.size, usedAtMs: facts.mtimeMs });
  }
  let total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total <= limitBytes) return total;
  entries.sort((a, b) => a.usedAtMs - b.usedAtMs);
  for (const { path, sizeBytes } of entries) {
    if (total <= limitBytes * keptShare) break;
    await rm(path, { force: true }).catch(() => undefined);
    total -= sizeBytes;
  }
  return total;
}

/** The caches of a process, one for each folder and limit, so that sessions share what they know of a folder. */
export type FeatureCaches = (place: FeatureCacheOptions | undefined) => FeatureCache | null;

export function createFeatureCaches(): FeatureCaches {
  const caches = new Map<string, FeatureCache>();
  return (place) => {
    if (place === undefined || place.limitBytes <= 0) return null;
    const name = JSON.stringify([place.folder, place.limitBytes]);
    const cache = caches.get(name) ?? createFeatureCache(place);
    caches.set(name, cache);
    return cache;
  };
}
