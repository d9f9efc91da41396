import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Label, ProblemCode, Split } from '../../../src-shared/domain/dataset.ts';
import { classifyFileName } from './image-names.ts';
import type { DrawnMask, LayoutEntry } from './layout.ts';
import { joinPath, type TreeReader } from './read-folder.ts';
import { reportUnsupported } from './report-unsupported.ts';
import { createPathResolver } from './resolve-path.ts';
import type { FoundPath, TreeIndex } from './tree-index.ts';

/** A row of a table that names an image; cells as they stand there, of any type. */
export interface TableRow {
  /** For messages: `line 7`, `test, bottle, entry 3`. */
  readonly where: string;
  readonly image: unknown;
  /** Absent where the table has no masks. */
  readonly mask?: unknown;
  readonly className: string;
  readonly split: Split | null;
  readonly defect: string | null;
  readonly label: Label | null;
  /** A mask that the table itself holds, and the name to show for it. */
  readonly drawn?: { readonly name: string; readonly mask: DrawnMask };
}

export interface TableOptions {
  /** The table, relative to the root. */
  readonly table: string;
  readonly index: TreeIndex;
  /** Folders (relative to the root) that paths may begin from; absent: the table's own. */
  readonly besides?: readonly string[];
  /** Files that tables read before this one name; what this one names is added. */
  readonly used?: Set<string>;
  /** False where more tables follow: images that none names are told after the last. */
  readonly isLast?: boolean;
}

const rowsBetweenYields = 500;
/** Images of one folder that no row names are told one by one up to here. */
const unlistedShown = 200;
const longestShown = 300;

/** What a table's rows say of the images of a tree. Whatever cannot be used is told with the row and the file it names. */
export async function* entriesOfRows(
  tree: TreeReader,
  { table, index, besides, used = new Set(), isLast = true }: TableOptions,
  rows: Iterable<TableRow>,
): AsyncGenerator<LayoutEntry> {
  const folder = posix.dirname(table);
  const resolve = createPathResolver(tree, index, besides ?? (folder === '.' ? [] : [folder]));
  const tell = (path: string, code: ProblemCode, message: string) =>
    tree.problems.push({ path, code, message });
  const reRooted = new Set<string>();
  const classes = new Map<string, MissingMasks>();
  let count = 0;

  async function look(row: TableRow, raw: string): Promise<FoundPath | null> {
    const resolved = await resolve(raw);
    if (resolved.kind === 'refused') {
      tell(shown(raw), resolved.code, `${table}, ${row.where}: ${resolved.message}`);
      return null;
    }
    const { found, isReRooted } = resolved;
    if (isReRooted) {
      const prefix = raw.slice(0, Math.max(0, raw.length - found.path.length));
      if (reRooted.size < 20 && !reRooted.has(prefix)) {
        reRooted.add(prefix);
        tell(
          table,
          'outside-root',
          `It names files below ${shown(prefix)}, which is not this folder. They are read from here by the ends of their paths, for example ${found.path}.`,
        );
      }
    } else if (!found.isExact) {
      tell(
        found.path,
        'name-differs',
        `${table}, ${row.where}, writes «${shown(raw)}»; this file was taken for it.`,
      );
    }
    return found;
  }

  for (const row of rows) {
    if (++count % rowsBetweenYields === 0) {
      await setImmediate();
      tree.signal.throwIfAborted();
    }
    if (count > tree.limits.entries) {
      tree.truncated = true;
      tell(table, 'too-many-files', `More than ${tree.limits.entries} rows: what follows was not looked at.`);
      break;
    }
    if (typeof row.image !== 'string' || row.image.trim() === '') {
      tell(
        table,
        'bad-row',
        `${row.where}: ${describeValue(row.image)} is no path of an image; the row is left out.`,
      );
      continue;
    }
    const image = await look(row, row.image);
    if (image === null) continue;
    if (image.kind === 'folder') {
      tell(image.path, 'bad-row', `${table}, ${row.where}: this is a folder, not an image.`);
      continue;
    }
    if (classifyFileName(image.path) === 'unsupported-image') {
      reportUnsupported(tree, image.path);
      continue;
    }
    if (used.has(image.path)) {
      tell(
        image.path,
        'bad-row',
        `${table}, ${row.where}: this image was listed before; the first row counts.`,
      );
      continue;
    }
    used.add(image.path);
    const { className, split, defect, label } = row;
    const entry = { path: image.path, className, split, defect, label, maskPath: null };
    if (row.drawn !== undefined) {
      yield { ...entry, maskPath: row.drawn.name, drawn: row.drawn.mask };
      continue;
    }
    const mask = await readMaskCell(row, image.path);
    if (mask === null) {
      yield entry;
      continue;
    }
    used.add(mask);
    // Only a mask says something of an image that the table gives no label.
    yield label === null
      ? { ...entry, label: 'anomalous', maskPath: mask, emptyMask: 'unknown' }
      : { ...entry, maskPath: mask };
  }
  for (const [className, missing] of classes) reportMissing(tree, className, missing);
  if (isLast) await reportUnlisted(tree, table, index, used);

  async function readMaskCell(row: TableRow, imagePath: string): Promise<string | null> {
    const missing = classes.get(row.className) ?? { paths: [], masks: 0 };
    classes.set(row.className, missing);
    const isEmpty =
      row.mask === undefined ||
      row.mask === null ||
      (typeof row.mask === 'string' && /^\s*(nan|none|null)?\s*$/i.test(row.mask)) ||
      (typeof row.mask === 'number' && Number.isNaN(row.mask));
    if (isEmpty) {
      if (row.label === 'anomalous' && row.mask !== undefined) missing.paths.push(imagePath);
      return null;
    }
    const without = (message: string) => {
      if (row.label === 'anomalous') {
        tell(imagePath, 'mask-missing', `${message} The image counts for image metrics only.`);
      }
    };
    if (typeof row.mask !== 'string') {
      tell(imagePath, 'bad-row', `${table}, ${row.where}: ${describeValue(row.mask)} is no path of a mask.`);
      return null;
    }
    const mask = await look(row, row.mask);
    if (mask === null) {
      without(`Its mask «${shown(row.mask)}» is not there.`);
      return null;
    }
    if (mask.kind === 'folder') {
      without(`${table}, ${row.where}, names the folder «${shown(row.mask)}» as its mask.`);
      return null;
    }
    missing.masks += 1;
    return mask.path;
  }
}

interface MissingMasks {
  /** Anomalous images whose row names no mask. */
  readonly paths: string[];
  masks: number;
}

/** Of a class without any masks one note is enough. */
function reportMissing(tree: TreeReader, className: string, { paths, masks }: MissingMasks): void {
  if (paths.length === 0) return;
  if (masks === 0) {
    tree.problems.push({
      path: '.',
      code: 'no-ground-truth',
      message: `Class «${className}» has labels but no masks.`,
    });
    return;
  }
  for (const path of paths) {
    tree.problems.push({
      path,
      code: 'mask-missing',
      message: 'Its row names no mask; the image counts for image metrics only.',
    });
  }
}

/** Images beside the listed ones that no row names. */
async function reportUnlisted(
  tree: TreeReader,
  table: string,
  index: TreeIndex,
  used: ReadonlySet<string>,
): Promise<void> {
  for (const [folder, entries] of await index.listed()) {
    const unlisted = [...entries]
      .filter(([name, kind]) => kind === 'file' && classifyFileName(name) === 'image')
      .map(([name]) => joinPath(folder, name))
      .filter((path) => !used.has(path));
    for (const path of unlisted.slice(0, unlistedShown)) {
      tree.problems.push({
        path,
        code: 'outside-layout',
        message: `${table} does not list this image; it is not read.`,
      });
    }
    if (unlisted.length > unlistedShown) {
      tree.problems.push({
        path: folder === '' ? '.' : folder,
        code: 'outside-layout',
        message: `${unlisted.length - unlistedShown} more images of this folder are not listed in ${table} and not read.`,
      });
    }
    await setImmediate();
  }
}

/** Text out of a file as it may stand in a message: without line ends, not too long. */
export function shown(text: string): string {
  const plain = text.replaceAll(/[\u0000-\u001f\u007f]/g, '�');
  return plain.length > longestShown ? `${plain.slice(0, longestShown)}…` : plain;
}

export function describeValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'string') return `«${shown(value)}»`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** The split that a word names; validation images count like test images, without a name of their own. */
export function splitOfWord(word: string): Split | null {
  const plain = word.trim().toLowerCase();
  if (plain === 'train' || plain === 'training') return 'train';
  return plain === 'test' || plain === 'testing' ? 'test' : null;
}
