import { classifyFileName } from './image-names.ts';
import { joinPath, readFolder, type TreeReader } from './read-folder.ts';

export interface FoundPath {
  /** As it is written on the disk, relative to the root. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** False where only case or the form of accents was overlooked. */
  readonly isExact: boolean;
}

export type TreeIndex = ReturnType<typeof createTreeIndex>;

/**
 * Looks paths up in the listings of a tree, each folder listed once. What is not listed (outside the root, behind a link
 * that leads out, hidden) is not found, so a table cannot name its way out.
 */
export function createTreeIndex(tree: TreeReader) {
  const folders = new Map<string, Promise<Map<string, 'file' | 'folder'>>>();
  const looseNames = new Map<string, Map<string, string | null>>();
  let everyName: Promise<Map<string, string | null>> | null = null;

  function list(folder: string): Promise<Map<string, 'file' | 'folder'>> {
    let listed = folders.get(folder);
    if (listed === undefined) {
      listed = readFolder(tree, folder).then(
        (entries) => new Map(entries.map((entry) => [entry.name, entry.kind])),
      );
      folders.set(folder, listed);
    }
    return listed;
  }

  /** The one name that agrees but for case and accents' form, null where two do. */
  async function loosely(folder: string, name: string): Promise<string | null> {
    let names = looseNames.get(folder);
    if (names === undefined) {
      names = new Map();
      for (const listed of (await list(folder)).keys()) {
        const key = looseName(listed);
        names.set(key, names.has(key) ? null : listed);
      }
      looseNames.set(folder, names);
    }
    return names.get(looseName(name)) ?? null;
  }

  /** `path`: relative, with forward slashes, without `.` and `..`. */
  async function find(path: string): Promise<FoundPath | null> {
    const parts = path.split('/');
    let folder = '';
    let isExact = true;
    for (const [i, part] of parts.entries()) {
      const entries = await list(folder);
      let name: string | null = part;
      if (!entries.has(part)) {
        name = await loosely(folder, part);
        isExact = false;
      }
      const kind = name === null ? undefined : entries.get(name);
      if (name === null || kind === undefined) return null;
      const found = joinPath(folder, name);
      if (i === parts.length - 1) return { path: found, kind, isExact };
      if (kind === 'file') return null;
      folder = found;
    }
    return null;
  }

  async function walk(folder: string, depth: number, names: Map<string, string | null>): Promise<void> {
    for (const [name, kind] of await list(folder)) {
      const path = joinPath(folder, name);
      if (kind === 'folder') {
        if (depth < tree.limits.depth) await walk(path, depth + 1, names);
      } else if (classifyFileName(name) === 'image') {
        names.set(name, names.has(name) ? null : path);
      }
    }
  }

  return {
    list,
    find,
    /** The one image of this name anywhere in the tree; null where there is none, or more than one. Lists every folder. */
    async findByName(name: string): Promise<string | null> {
      everyName ??= (async () => {
        const names = new Map<string, string | null>();
        await walk('', 0, names);
        return names;
      })();
      return (await everyName).get(name) ?? null;
    },
    /** The folders that were listed so far with what lies in them. */
    async listed(): Promise<[folder: string, entries: Map<string, 'file' | 'folder'>][]> {
      return await Promise.all(
        [...folders].map(async ([folder, entries]) => [folder, await entries] as const),
      ).then((all) => all.map(([folder, entries]) => [folder, entries]));
    },
  };
}

export function looseName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
