import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** While somebody waits. */
const longestMs = 1000;
const deepest = 4;
const mostFound = 5;
/** Trees of programs, with ten thousands of folders and no pictures of anybody's. */
const passedOver = new Set([
  'node_modules',
  '__pycache__',
  'proc',
  'sys',
  'dev',
  'Library',
  'AppData',
  'Windows',
]);

export interface WantedFolder {
  readonly name: string;
  /** Names that lie in it. */
  readonly entries: readonly string[];
}

/**
 * Folders called `name` that hold at least one of the entries, best match first. Looks breadth first below `places`, four
 * levels deep and for a second.
 */
export async function findFolders(
  { name, entries }: WantedFolder,
  places: readonly string[],
): Promise<string[]> {
  const endMs = performance.now() + longestMs;
  const seen = new Set<string>();
  const found: { path: string; matches: number }[] = [];
  let level = [...places];
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const below: string[] = [];
    for (const folder of level) {
      if (performance.now() > endMs || found.length >= mostFound * 4) break;
      if (seen.has(folder)) continue;
      seen.add(folder);
      for (const child of await foldersIn(folder)) {
        const path = join(folder, child);
        if (child === name) {
          const matches = await countEntries(path, entries);
          if (matches > 0 || entries.length === 0) found.push({ path, matches });
        }
        if (!passedOver.has(child)) below.push(path);
      }
    }
    level = below;
  }
  return [...new Map(found.map((each) => [each.path, each])).values()]
    .sort((a, b) => b.matches - a.matches)
    .slice(0, mostFound)
    .map(({ path }) => path);
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const dirents = await readdir(folder, { withFileTypes: true });
    return dirents
      .filter((dirent) => dirent.isDirectory() && !dirent.name.startsWith('.'))
      .map(({ name }) => name);
  } catch {
    // Not for this user, or gone in the meantime.
    return [];
  }
}

async function countEntries(folder: string, entries: readonly string[]): Promise<number> {
  try {
    const names = new Set(await readdir(folder));
    return entries.filter((entry) => names.has(entry)).length;
  } catch {
    return 0;
  }
}

/** Where people keep folders of images: their own, drives, and beside the data sets that are known. */
export function usualPlaces(homeFolder: string, roots: readonly string[]): string[] {
  const own = ['Desktop', 'Downloads', 'Documents', 'Pictures'].map((name) => join(homeFolder, name));
  return [
    ...new Set([
      ...roots.map((root) => dirname(root)),
      ...own,
      homeFolder,
      '/media',
      '/mnt',
      '/Volumes',
      '/data',
    ]),
  ];
}
