import type { ProblemCode } from '../../../src-shared/domain/dataset.ts';
import type { TreeReader } from './read-folder.ts';
import type { FoundPath, TreeIndex } from './tree-index.ts';

export type ResolvedPath =
  | { readonly kind: 'found'; readonly found: FoundPath; readonly isReRooted: boolean }
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly message: string };

const longestPath = 4096;

/**
 * Finds files that a table names. Relative paths are looked for from the root on, then from the
 * folders `besides`; a bare name also anywhere in the tree, where it is the only one. Absolute paths of another machine are read by their end: the
 * longest end of at least a folder and a name (or what follows the root folder's own name) that is a file here. Nothing
 * outside the root is ever looked at.
 */
export function createPathResolver(
  tree: Pick<TreeReader, 'root'>,
  index: Pick<TreeIndex, 'find' | 'findByName'>,
  besides: readonly string[],
) {
  const root = tree.root.replaceAll('\\', '/').replace(/\/$/, '');
  const rootName = root.slice(root.lastIndexOf('/') + 1);
  /** How many leading parts the last absolute path lost: the next one most likely loses as many. */
  let lastDropped: number | null = null;

  async function fromEnd(parts: readonly string[]): Promise<FoundPath | null> {
    const fewest = parts.lastIndexOf(rootName) === parts.length - 2 ? 1 : 2;
    const tries = [...parts.keys()].filter((dropped) => parts.length - dropped >= fewest);
    if (lastDropped !== null && tries.includes(lastDropped)) tries.unshift(lastDropped);
    for (const dropped of tries) {
      const found = await index.find(parts.slice(dropped).join('/'));
      if (found?.kind === 'file') {
        lastDropped = dropped;
        return found;
      }
    }
    return null;
  }

  async function relative(parts: readonly string[]): Promise<FoundPath | null> {
    const found = await index.find(parts.join('/'));
    if (found !== null) return found;
    for (const folder of besides) {
      const beside = await index.find([...folder.split('/'), ...parts].join('/'));
      if (beside !== null) return beside;
    }
    const [name] = parts;
    const byName = parts.length === 1 && name !== undefined ? await index.findByName(name) : null;
    return byName === null ? null : { path: byName, kind: 'file', isExact: true };
  }

  return async (raw: string): Promise<ResolvedPath> => {
    const refused = (code: ProblemCode, message: string) => ({ kind: 'refused', code, message }) as const;
    if (raw.length > longestPath) return refused('bad-row', `A path of ${raw.length} characters is none.`);
    if (raw.includes('\0')) return refused('bad-row', 'A path cannot hold a NUL character.');
    const path = raw.replaceAll('\\', '/').replace(/^file:\/\//i, '');
    const isAbsolute = /^(\/|[a-z]:\/)/i.test(path);
    if (isAbsolute && !path.startsWith(`${root}/`)) {
      const parts = withoutDots(path.replace(/^[a-z]:/i, '').split('/'));
      const found = parts === null ? null : await fromEnd(parts);
      if (found !== null) return { kind: 'found', found, isReRooted: true };
      return refused(
        'outside-root',
        'This path lies outside the data set’s folder, and no file in the folder has the same end. It is not read.',
      );
    }
    const parts = withoutDots((isAbsolute ? path.slice(root.length) : path).split('/'));
    if (parts === null) {
      return refused('outside-root', 'This path leads out of the data set’s folder. It is not read.');
    }
    if (parts.length === 0) return refused('bad-row', 'This names the folder itself, not a file.');
    const found = await relative(parts);
    if (found === null) {
      return refused('file-missing', 'There is no such file in the data set’s folder.');
    }
    return { kind: 'found', found, isReRooted: false };
  };
}

/** The parts of a path with `.` and `..` worked out; null where they lead out. */
function withoutDots(parts: readonly string[]): string[] | null {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) return null;
  }
  return kept;
}
