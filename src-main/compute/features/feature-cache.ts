import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { knownFreeBytesAt } from '../../system/free-bytes.ts';
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
/** So much may be written, for so long, before the disk is asked again how much is free: others write there too. */
const grantBytes = reserveBytes / 4;
const grantMs = 1000;

const suffix = '.features';
const partSuffix = '.partial';
const lasting: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM']);

export function createFeatureCache(options: FeatureCacheOptions): FeatureCache {
  const { folder, limitBytes, now = Date.now, freeBytes = knownFreeBytesAt } = options;
  /** By the last look and what was written since; null: nobody looked yet. */
  let totalBytes: number | null = null;
  let writtenSinceLook = 0;
  let restUntilMs = 0;
  /** Granted by the last question to the disk and not used yet. */
  let grant = { bytes: 0, untilMs: 0 };
  /** Granted and not whole on the disk yet: it does not tell of these. */
  let underWayBytes = 0;
  let lastTurn: Promise<unknown> = Promise.resolve();

  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}${suffix}`);

  /** One after another, so that none counts on what another is just using or removing. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = lastTurn.then(work);
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async function look(toFreeBytes = 0): Promise<void> {
    writtenSinceLook = 0;
    totalBytes = await sweep({ folder, limitBytes, toFreeBytes, nowMs: now() });
  }

  /** Lists the folder at the first use, when the limit is reached, and now and then for what others wrote. */
  async function account(sizeBytes: number): Promise<void> {
    writtenSinceLook += sizeBytes;
    if (totalBytes !== null) totalBytes += sizeBytes;
    await inTurn(async () => {
      const isKnown = totalBytes !== null && totalBytes <= limitBytes;
      if (!isKnown || writtenSinceLook > limitBytes * lookAgainShare) await look();
    }).catch(() => undefined);
  }

  /** What may be written without touching the reserve; no end where nobody can tell. */
  async function spareBytes(): Promise<number> {
    const free = await freeBytes(folder);
    return free === null ? Infinity : free - underWayBytes - reserveBytes;
  }

  /** Takes room for a file, giving some back first where the disk is nearly full; false, and a rest, where that is not enough. */
  async function takeRoom(sizeBytes: number): Promise<boolean> {
    if (now() < restUntilMs) return false;
    if (grant.bytes < sizeBytes || now() >= grant.untilMs) {
      await mkdir(folder, { recursive: true });
      let spare = await spareBytes();
      if (spare < sizeBytes) {
        await look(sizeBytes - spare);
        spare = await spareBytes();
      }
      grant = { bytes: Math.min(spare, Math.max(grantBytes, sizeBytes)), untilMs: now() + grantMs };
    }
    const isEnough = grant.bytes >= sizeBytes;
    if (isEnough) {
      grant.bytes -= sizeBytes;
      underWayBytes += sizeBytes;
    } else restUntilMs = now() + restMs;
    return isEnough;
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
        if (!(await inTurn(() => takeRoom(sizeBytes)))) return;
        await writeBeside(pathOf(key), parts).finally(() => {
          underWayBytes -= sizeBytes;
        });
        await account(sizeBytes);
      } catch (thrown) {
        if (lasting.has((thrown as NodeJS.ErrnoException).code)) restUntilMs = now() + restMs;
      }
    },
  };
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

interface Sweep {
  readonly folder: string;
  readonly limitBytes: number;
  readonly toFreeBytes: number;
  readonly nowMs: number;
}

/**
 * Deletes what dead processes left, and what was not used for longest where there is more than the limit or so much has to go at
 * least; where even all of it would be too little, nothing goes for that. Returns the bytes left.
 */
async function sweep({ folder, limitBytes, toFreeBytes, nowMs }: Sweep): Promise<number> {
  let missingBytes = toFreeBytes;
  const entries: { path: string; sizeBytes: number; usedAtMs: number }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const facts = await stat(path).catch(() => null);
    if (facts === null) continue;
    if (entry.name.endsWith(partSuffix) && nowMs - facts.mtimeMs > abandonedMs) {
      await rm(path, { force: true }).catch(() => undefined);
      missingBytes -= facts.size;
    } else if (entry.name.endsWith(suffix))
      entries.push({ path, sizeBytes: facts.size, usedAtMs: facts.mtimeMs });
  }
  let total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const mayStay = missingBytes > 0 && missingBytes <= total ? total - missingBytes : total;
  if (total <= Math.min(limitBytes, mayStay)) return total;
  entries.sort((a, b) => a.usedAtMs - b.usedAtMs);
  for (const { path, sizeBytes } of entries) {
    if (total <= Math.min(limitBytes, mayStay) * keptShare) break;
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
