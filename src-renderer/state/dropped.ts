import { create } from 'zustand';

/** Something that was dropped on a window that is not told where it lies (a browser). */
export interface DroppedThing {
  readonly name: string;
  readonly kind: 'folder' | 'file';
  /** Names of some of what lies in the folder. */
  readonly entries: readonly string[];
}

interface DroppedState {
  readonly dropped: DroppedThing | null;
  /** How many other folders and files were dropped with the one that is looked into. */
  readonly leftOutCount: number;
  take(dropped: DroppedThing | null, leftOutCount: number): void;
}

/** What was dropped last and is still to be found, or found already. */
export const useDroppedStore = create<DroppedState>()((set) => ({
  dropped: null,
  leftOutCount: 0,
  take: (dropped, leftOutCount) => {
    set({ dropped, leftOutCount });
  },
}));

/** One of the things of a drop, as the page sees it. */
export interface DropEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Null where the host does not tell. */
  readonly path: string | null;
}

/** Files that name images: lists and annotations. */
export const tableName = /\.(csv|tsv|json)$/i;

export interface DropMeaning {
  /** A folder, or a table of images; null where the host did not tell where it lies. */
  readonly path: string | null;
  readonly meant: DropEntry;
  readonly leftOutCount: number;
}

/**
 * What a drop asks for: its first folder, else a table, else the folder of its first file. Files of one folder count as
 * one thing. Null for a drop of nothing.
 */
export function meaningOfDrop(entries: readonly DropEntry[]): DropMeaning | null {
  const meant =
    entries.find(({ isFolder }) => isFolder) ??
    entries.find(({ name }) => tableName.test(name)) ??
    entries[0];
  if (meant === undefined) return null;
  const isWhole = meant.isFolder || tableName.test(meant.name);
  const path = meant.path === null || isWhole ? meant.path : folderOf(meant.path);
  const others = entries.filter((each) => each !== meant);
  const leftOut = isWhole
    ? others
    : others.filter(({ path: other }) => other !== null && folderOf(other) !== path);
  return { path, meant, leftOutCount: leftOut.length };
}

/** The folder that a file lies in, whichever way its slashes lean. */
export function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  if (end <= 0) return '/';
  const folder = path.slice(0, end);
  return /^[a-z]:$/i.test(folder) ? `${folder}\\` : folder;
}
