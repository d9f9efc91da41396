import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Problem } from '../../../src-shared/domain/dataset.ts';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fromSystemError } from '../error-report.ts';
import { isInside } from '../is-inside.ts';
import { isHidden } from './image-names.ts';

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** What reading a tree shares: its root, what was found wrong, and when to stop. */
export interface TreeReader {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly problems: Problem[];
  readonly signal: AbortSignal;
  readonly limits: TreeLimits;
  /** Absolute folders that are passed over (the workbench's own data folder). */
  readonly excluded: readonly string[];
  /** Directory entries looked at so far, against `limits.entries`. */
  entriesSeen: number;
  /** Set when a limit ended the reading early. */
  truncated: boolean;
  /** Every folder that was listed, relative to the root, '' for the root itself. */
  readonly foldersRead: Set<string>;
}

export interface TreeLimits {
  readonly entries: number;
  readonly depth: number;
}

export const importLimits: TreeLimits = { entries: 2_000_000, depth: 64 };
/** An inspection answers while somebody waits; what lies beyond is told as «more than». */
export const inspectLimits: TreeLimits = { entries: 200_000, depth: 64 };

export function createTreeReader(
  root: string,
  options: { signal: AbortSignal; limits: TreeLimits; excluded?: readonly string[] },
): TreeReader {
  return {
    root,
    problems: [],
    excluded: [],
    ...options,
    entriesSeen: 0,
    truncated: false,
    foldersRead: new Set(),
  };
}

/**
 * Files and folders of one folder (`path` relative to the root, '' for the root itself), sorted by name, hidden ones left
 * out. Links are followed only to files inside the root; others are listed as problems, as is a folder that cannot be
 * read. The root itself must be readable: its error is thrown.
 */
export async function readFolder(tree: TreeReader, path: string): Promise<FolderEntry[]> {
  tree.signal.throwIfAborted();
  const absolute = join(tree.root, path);
  if (tree.excluded.includes(absolute) || tree.truncated) return [];
  tree.foldersRead.add(path);
  let dirents: Dirent[];
  try {
    dirents = await readdir(absolute, { withFileTypes: true });
  } catch (thrown) {
    const known = fromSystemError(thrown, absolute);
    if (path === '') throw known;
    tree.problems.push({ path, code: 'unreadable-folder', message: toErrorShape(known).message });
    return [];
  }
  const visible = dirents.filter((dirent) => !isHidden(dirent.name));
  tree.entriesSeen += visible.length;
  if (tree.entriesSeen > tree.limits.entries) {
    tree.truncated = true;
    tree.problems.push({
      path,
      code: 'too-many-files',
      message: `More than ${tree.limits.entries} files: what comes after this folder was not looked at. Choose a smaller folder.`,
    });
  }
  // By code unit, as the database sorts paths; a collator takes a second over 200,000 names.
  visible.sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries: FolderEntry[] = [];
  for (const dirent of visible) {
    if (dirent.isFile()) entries.push({ name: dirent.name, kind: 'file' });
    else if (dirent.isDirectory()) entries.push({ name: dirent.name, kind: 'folder' });
    else if (dirent.isSymbolicLink()) {
      if (await leadsToFileInside(tree, join(absolute, dirent.name))) {
        entries.push({ name: dirent.name, kind: 'file' });
      } else {
        tree.problems.push({
          path: joinPath(path, dirent.name),
          code: 'link-skipped',
          message:
            'A link to a folder or to something outside the data set is not followed. Put the files themselves here.',
        });
      }
    }
  }
  return entries;
}

async function leadsToFileInside(tree: TreeReader, link: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return isInside(tree.root, target) && (await stat(target)).isFile();
  } catch {
    // A link into nowhere.
    return false;
  }
}

/** Relative paths are kept with forward slashes on every system. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder a user named, with links resolved. Throws `not-found`, `forbidden`, or `bad-request` for what is no folder. */
export async function resolveFolder(path: string): Promise<string> {
  if (!isAbsolute(path)) {
    throw new WorkbenchError('bad-request', `${path} is not a full path. Name the folder from the root on.`);
  }
  try {
    const resolved = await realpath(path);
    if ((await stat(resolved)).isDirectory()) return resolved;
  } catch (thrown) {
    const known = fromSystemError(thrown, path);
    if (!(known instanceof WorkbenchError) || known.code !== 'not-found') throw known;
    const advice = 'Check how it is written, or connect the drive that it lies on.';
    throw new WorkbenchError('not-found', `${known.message} ${advice}`, { cause: thrown });
  }
  throw new WorkbenchError('bad-request', `${path} is a file, not a folder. Choose the folder it lies in.`);
}
