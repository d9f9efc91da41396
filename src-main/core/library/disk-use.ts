import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../error-report.ts';
import type { LibraryFolders } from './library-folders.ts';

/** Entries that are looked at at once. */
const atOnce = 32;

/**
 * Bytes of a file, or of every file below a folder; links count as themselves. What vanishes while it is counted, or may
 * not be looked at, counts nothing.
 */
export async function sizeOf(path: string): Promise<number> {
  let facts;
  try {
    facts = await lstat(path);
  } catch (thrown) {
    if (isOutOfReach(thrown)) return 0;
    throw thrown;
  }
  if (!facts.isDirectory()) return facts.size;
  let total = 0;
  const names = await namesIn(path);
  for (let first = 0; first < names.length; first += atOnce) {
    const sizes = await Promise.all(
      names.slice(first, first + atOnce).map((name) => sizeOf(join(path, name))),
    );
    for (const size of sizes) total += size;
  }
  return total;
}

/** Names in a folder; none where it is not there. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (isOutOfReach(thrown)) return [];
    throw thrown;
  }
}

function isOutOfReach(thrown: unknown): boolean {
  const code = systemErrorCode(thrown);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM';
}

const kinds = {
  models: 'models',
  prompts: 'prompts',
  trainings: 'checkpoints of trainings',
  downloads: 'downloads',
  thumbnails: 'thumbnails',
  cache: 'features of images',
  backups: 'backups of the database',
  window: "the window's own files",
  logs: 'logs',
} as const;

/** What lies in a data folder by kind, largest first; kinds of which there is nothing are left out. */
export async function dataFolderUse(
  { dataFolder }: Pick<LibraryFolders, 'dataFolder'>,
  databaseFile: string,
): Promise<{ readonly kind: string; readonly sizeBytes: number }[]> {
  const uses = new Map<string, number>();
  for (const name of await namesIn(dataFolder)) {
    const path = join(dataFolder, name);
    const kind = path.startsWith(databaseFile)
      ? 'database'
      : Object.hasOwn(kinds, name)
        ? kinds[name as keyof typeof kinds]
        : 'other files';
    uses.set(kind, (uses.get(kind) ?? 0) + (await sizeOf(path)));
  }
  return [...uses]
    .map(([kind, sizeBytes]) => ({ kind, sizeBytes }))
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
}
