import { readdirSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';
import { freeBytesAt } from '../system/free-bytes.ts';
import type { Database } from './db/database.ts';
import { databaseFileName } from './db/open-database.ts';
import { fromSystemError, systemErrorCode } from './error-report.ts';
import { isWithin } from './is-inside.ts';
import { sizeOf } from './library/disk-use.ts';
import { makeFolder } from './make-folder.ts';

/** Made again by themselves, or of this start only: thumbnails, features, the log, the files of Electron's window. */
const leftBehind: ReadonlySet<string> = new Set(['thumbnails', 'cache', 'logs', 'window']);

/** What a folder that was chosen as the next data folder holds: nothing yet, or data of the workbench. */
export type DataFolderContent = 'empty' | 'data';

/**
 * Throws `bad-request` for a folder inside the present data folder, or one that holds other things; nothing is made.
 */
export function lookAtDataFolder(present: string, wanted: string): DataFolderContent {
  const folder = resolve(wanted);
  if (folder !== present && isWithin(present, folder))
    throw new WorkbenchError(
      'bad-request',
      `${folder} lies inside the present data folder. Choose a folder outside of it.`,
    );
  const names = namesIn(folder);
  if (names.length === 0) return 'empty';
  if (names.includes(databaseFileName)) return 'data';
  throw new WorkbenchError(
    'bad-request',
    `${folder} holds other things and no data of the workbench. Choose an empty folder, or one that was a data folder.`,
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return [];
    throw fromSystemError(thrown, folder);
  }
}

/** What a copy of a data folder takes, in bytes: everything but what is left behind. */
export async function copySizeBytes(dataFolder: string): Promise<number> {
  const names = await readdir(dataFolder);
  const sizes = await Promise.all(
    names.filter((name) => !leftBehind.has(name)).map((name) => sizeOf(join(dataFolder, name))),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Free on the disk that `folder` lies on, or will. */
export async function freeBytesFor(folder: string): Promise<number> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      return await freeBytesAt(at);
    } catch (thrown) {
      if (systemErrorCode(thrown) !== 'ENOENT' || dirname(at) === at)
        throw fromSystemError(thrown, `the data folder ${folder}`);
    }
  }
}

interface CopyOptions {
  readonly database: Pick<Database, 'copyTo' | 'filePath'>;
  readonly dataFolder: string;
  /** Where there is nothing yet, or an empty folder. */
  readonly target: string;
  readonly signal: AbortSignal;
}

/**
 * Copies a data folder that is in use: the database as SQLite backs it up, at one moment, then the files that belong to it.
 * All of it is written beside the target and gets its name at the end, so a copy that fails, or is stopped, leaves nothing;
 * the present folder is only read. Throws `bad-request`, `disk-full` (before anything is written where it is known then),
 * `forbidden`, `cancelled` or `in-use` where the target cannot be replaced.
 */
export async function copyDataFolder({ database, dataFolder, target, signal }: CopyOptions): Promise<void> {
  const folder = resolve(target);
  if (lookAtDataFolder(dataFolder, folder) !== 'empty')
    throw new WorkbenchError(
      'bad-request',
      `${folder} holds data of the workbench already; nothing is written over it. Choose an empty folder.`,
    );
  const [needed, free] = await Promise.all([copySizeBytes(dataFolder), freeBytesFor(folder)]);
  if (needed > free)
    throw new WorkbenchError(
      'disk-full',
      `The copy takes ${formatSize(needed)}, and ${formatSize(free)} are free on the disk of ${folder}. Make room there, or choose another disk. Nothing was copied.`,
    );
  makeFolder(dirname(folder), 'the data folder');
  const part = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  try {
    await mkdir(part);
    await database.copyTo(join(part, databaseFileName));
    for (const name of await readdir(dataFolder)) {
      if (leftBehind.has(name) || name.startsWith(databaseFileName)) continue;
      await copyEntry(join(dataFolder, name), join(part, name), signal);
    }
    signal.throwIfAborted();
    await takeName(part, folder);
  } catch (thrown) {
    await rm(part, { recursive: true, force: true });
    throw fromSystemError(thrown, `the copy ${folder}`);
  }
}

/** Files and folders; links are not followed and nothing of the workbench is one. */
async function copyEntry(from: string, to: string, signal: AbortSignal): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((thrown: unknown) => {
    if (systemErrorCode(thrown) === 'ENOTDIR') return null;
    throw thrown;
  });
  signal.throwIfAborted();
  if (entries === null) {
    await copyFile(from, to);
    return;
  }
  await mkdir(to);
  for (const entry of entries)
    if (entry.isDirectory() || entry.isFile())
      await copyEntry(join(from, entry.name), join(to, entry.name), signal);
}

async function takeName(part: string, folder: string): Promise<void> {
  try {
    // Only an empty folder goes; Windows renames nothing over one.
    await rmdir(folder);
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'ENOENT')
      throw new WorkbenchError(
        'in-use',
        `${folder} cannot be replaced by the copy: it is a disk of its own, in use, or no longer empty. Choose a new folder inside it.`,
        { cause: thrown },
      );
  }
  await rename(part, folder);
}
