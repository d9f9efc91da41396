import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';

const settingKey = 'thumbnails.limitBytes';
const usualLimitBytes = 2_000_000_000;
/** Thumbnails made between two looks (some 10 kB each). */
const lookEvery = 2000;

/** Keeps the folder of thumbnails below the size that was set. */
export interface ThumbnailLimit {
  limitBytes(): number;
  setLimit(limitBytes: number): Promise<void>;
  /** Deletes all. */
  clear(): Promise<void>;
  /** A thumbnail was made. */
  made(): void;
  /** Ends with what is under way. */
  settled(): Promise<void>;
}

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/** Looks once at the beginning, and after every `lookEvery` new thumbnails. */
export function createThumbnailLimit(
  folder: string,
  { settings }: Pick<Repositories, 'settings'>,
  log: Log,
): ThumbnailLimit {
  let sinceLook = 0;
  let work: Promise<void> = Promise.resolve();

  const limitBytes = () => {
    const stored = settings.all()[settingKey];
    return typeof stored === 'number' && stored > 0 ? stored : usualLimitBytes;
  };
  const look = (bytes?: number) => {
    sinceLook = 0;
    work = work
      .then(() => pruneFolder(folder, bytes ?? limitBytes()))
      .catch((thrown: unknown) => {
        log('warn', `Thumbnails in ${folder} could not be cleared away: ${String(thrown)}`);
      });
    return work;
  };
  void look();
  return {
    limitBytes,
    async setLimit(bytes) {
      // Room first: on a full disk the setting can be stored only then.
      await look(bytes);
      settings.set(settingKey, bytes);
    },
    async clear() {
      work = work.then(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
      await work;
    },
    made() {
      sinceLook += 1;
      if (sinceLook >= lookEvery) void look();
    },
    settled: () => work,
  };
}

/** Deletes those that were not read for longest until nine tenths of the limit are left. Does nothing below the limit. */
export async function pruneFolder(folder: string, limitBytes: number): Promise<void> {
  const entries = await listFiles(folder);
  let total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total <= limitBytes) return;
  entries.sort((a, b) => a.usedAtMs - b.usedAtMs);
  for (const { path, sizeBytes } of entries) {
    if (total <= limitBytes * 0.9) return;
    await rm(path, { force: true });
    total -= sizeBytes;
  }
}

async function listFiles(folder: string): Promise<Entry[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const entries: Entry[] = [];
  for (const name of names) {
    if (!name.isFile()) continue;
    const path = join(name.parentPath, name.name);
    const facts = await stat(path).catch(() => null);
    // Many systems note when a file was read only now and then, and some never: written counts as well.
    if (facts)
      entries.push({ path, sizeBytes: facts.size, usedAtMs: Math.max(facts.atimeMs, facts.mtimeMs) });
  }
  return entries;
}
