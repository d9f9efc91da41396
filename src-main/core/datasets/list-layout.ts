import type { Label } from '../../../src-shared/domain/dataset.ts';
import { classifyFileName } from './image-names.ts';
import { labelOfCell } from './label-words.ts';
import type { LayoutEntry, LayoutImporter, ReadingOptions } from './layout.ts';
import { guessDelimiter, parseDelimited, type DelimitedRow } from './parse-delimited.ts';
import { readFolder, type TreeReader } from './read-folder.ts';
import { readText, readTextHead } from './read-text.ts';
import { missingTable } from './require-table.ts';
import { entriesOfRows, shown, splitOfWord, type TableRow } from './table-entries.ts';
import { createTreeIndex } from './tree-index.ts';

/** Words that a column may bear, in plain small letters; the first column with one of them counts. */
const headerWords = {
  image: 'path image imagepath imgpath imagefile img file filename filepath imagename name'.split(' '),
  label:
    'label anomaly isanomaly isanomalous anomalous target defective isdefective y groundtruthlabel'.split(
      ' ',
    ),
  className: 'class classname category object clsname product part type'.split(' '),
  mask: 'mask maskpath maskfile segmentation segmentationpath groundtruth gt gtpath maskname'.split(' '),
  split: 'split set subset fold'.split(' '),
  defect: 'defect defecttype speciename anomalytype defectclass'.split(' '),
} as const;
type Role = keyof typeof headerWords;
type Roles = { readonly [R in Role]?: number };

/**
 * A table of images (CSV; commas, semicolons, tabs or bars): a column of paths, and any of label, class, mask, split and
 * defect, found by their headings, or by what is in them where there are none.
 */
export const listLayout: LayoutImporter = {
  layout: 'list',
  async matches(tree) {
    return (await findTable(tree)) !== null;
  },
  async *entries(tree, options) {
    const table =
      options.layoutOptions.table ?? (await findTable(tree)) ?? missingTable(tree, 'CSV table of images');
    yield* readTable(tree, table, options);
  },
};

async function findTable(tree: TreeReader): Promise<string | null> {
  const top = await readFolder(tree, '');
  const tables = top
    .filter((entry) => entry.kind === 'file' && /\.(csv|tsv)$/i.test(entry.name))
    .slice(0, 20);
  for (const { name } of tables) {
    const head = await readTextHead(tree, name, 16_384);
    const complete = head.slice(0, Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) + 1) || head;
    const rows = await firstRows(tree, name, complete);
    const { roles } = understandColumns(rows);
    const says = roles.label ?? roles.mask ?? roles.className;
    if (roles.image !== undefined && says !== undefined && rows.length > 1) return name;
  }
  return null;
}

async function firstRows(tree: TreeReader, name: string, text: string): Promise<DelimitedRow[]> {
  try {
    const { signal } = tree;
    return await parseDelimited(name, text, { delimiter: guessDelimiter(text), maxRows: 5000, signal });
  } catch {
    tree.signal.throwIfAborted();
    return [];
  }
}

/** Which column is what, and whether the first row is a heading. */
function understandColumns(rows: readonly DelimitedRow[]): { roles: Roles; hasHeader: boolean } {
  const header = (rows[0]?.cells ?? []).map((cell) => cell.toLowerCase().replaceAll(/[^a-z]/g, ''));
  const roles: { [R in Role]?: number } = {};
  for (const role of Object.keys(headerWords) as Role[]) {
    const at = header.findIndex((word) => (headerWords[role] as readonly string[]).includes(word));
    if (at !== -1) roles[role] = at;
  }
  if (roles.image !== undefined) return { roles, hasHeader: true };
  if (rows.length === 0) return { roles: {}, hasHeader: false };
  return { roles: guessRoles(rows.slice(0, 50)), hasHeader: false };
}

function guessRoles(rows: readonly DelimitedRow[]): Roles {
  const roles: { [R in Role]?: number } = {};
  const width = rows[0]?.cells.length ?? 0;
  for (let column = 0; column < width; column++) {
    const cells = rows.map((row) => row.cells[column] ?? '').filter((cell) => cell !== '');
    if (cells.length === 0) continue;
    if (cells.every((cell) => classifyFileName(cell) === 'image')) {
      if (roles.image === undefined) roles.image = column;
      else roles.mask ??= column;
    } else if (cells.every((cell) => labelOfCell(cell) !== undefined)) roles.label ??= column;
    else if (cells.every((cell) => /^(train|test|val|valid|validation)$/i.test(cell))) roles.split ??= column;
    else roles.className ??= column;
  }
  return roles;
}

async function* readTable(
  tree: TreeReader,
  table: string,
  { datasetName }: ReadingOptions,
): AsyncGenerator<LayoutEntry> {
  const index = createTreeIndex(tree);
  if ((await index.find(table))?.kind !== 'file') missingTable(tree, table);
  const text = await readText(tree, table);
  const rows = await parseDelimited(table, text, {
    delimiter: guessDelimiter(text),
    maxRows: tree.limits.entries,
    signal: tree.signal,
  });
  const { roles, hasHeader } = understandColumns(rows);
  if (roles.image === undefined) {
    tree.problems.push({
      path: table,
      code: 'unreadable-table',
      message: 'No column holds paths of images. Give it a heading: path, label, class, mask.',
    });
    return;
  }
  const width = rows[0]?.cells.length ?? 0;
  yield* entriesOfRows(tree, { table, index }, toRows());

  function* toRows(): Generator<TableRow> {
    for (const { line, cells } of hasHeader ? rows.slice(1) : rows) {
      const cell = (role: Role) => (roles[role] === undefined ? undefined : cells[roles[role]]);
      const where = `line ${line}`;
      if (cells.length !== width) {
        tell(
          `${where}: ${cells.length} cells where the first line has ${width}; the row is read as far as it goes.`,
        );
      }
      const image = cell('image');
      const className = cell('className');
      const mask = cell('mask');
      yield {
        where,
        image,
        ...(mask === undefined ? {} : { mask }),
        className: className === undefined || className === '' ? datasetName : shown(className),
        split: splitOfWord(cell('split') ?? ''),
        defect: shown(cell('defect') ?? '') || null,
        label: labelOf(cell('label'), where),
      };
    }
  }

  function labelOf(cell: string | undefined, where: string): Label | null {
    if (cell === undefined) return null;
    const label = labelOfCell(cell);
    if (label === undefined)
      tell(`${where}: «${shown(cell)}» says neither good nor anomalous; the image has no label.`);
    return label ?? null;
  }

  function tell(message: string): void {
    tree.problems.push({ path: table, code: 'bad-row', message });
  }
}
