import { posix } from 'node:path';
import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { labelOfCell } from './label-words.ts';
import { parseDelimited, type DelimitedRow } from './parse-delimited.ts';
import { readFolder, type TreeReader } from './read-folder.ts';
import { readText } from './read-text.ts';
import { missingTable } from './require-table.ts';
import { entriesOfRows, shown, splitOfWord, type TableRow } from './table-entries.ts';
import { createTreeIndex, type TreeIndex } from './tree-index.ts';

const tableFolder = 'split_csv';
const usualTable = '1cls.csv';
const columns = ['object', 'split', 'label', 'image', 'mask'] as const;

/**
 * VisA: `split_csv/1cls.csv` (or another table of that folder, by choice) with the columns object, split, label, image,
 * mask. What is wrong with an anomalous image is in each object's `image_anno.csv`, where that is there. Masks hold the
 * number of the defect: every grey above 0.
 */
export const visaLayout: LayoutImporter = {
  layout: 'visa',
  async matches(tree) {
    return (await findTables(tree)).length > 0;
  },
  async *entries(tree, { layoutOptions }) {
    const tables = await findTables(tree);
    const table =
      layoutOptions.table ??
      tables.find((path) => posix.basename(path) === usualTable) ??
      tables[0] ??
      missingTable(tree, `${tableFolder}/${usualTable}`);
    const index = createTreeIndex(tree);
    if ((await index.find(table))?.kind !== 'file') missingTable(tree, table);
    yield* readTable(tree, index, table);
  },
};

async function findTables(tree: TreeReader): Promise<string[]> {
  const top = await readFolder(tree, '');
  if (!top.some((entry) => entry.kind === 'folder' && entry.name === tableFolder)) return [];
  return (await readFolder(tree, tableFolder))
    .filter((entry) => entry.kind === 'file' && entry.name.toLowerCase().endsWith('.csv'))
    .map((entry) => `${tableFolder}/${entry.name}`);
}

async function* readTable(tree: TreeReader, index: TreeIndex, table: string): AsyncGenerator<LayoutEntry> {
  const { signal, limits } = tree;
  const [head, ...rows] = await parseDelimited(table, await readText(tree, table), {
    delimiter: ',',
    maxRows: limits.entries,
    signal,
  });
  const names = (head?.cells ?? []).map((cell) => cell.toLowerCase());
  const at = Object.fromEntries(columns.map((column) => [column, names.indexOf(column)]));
  const missing = columns.filter((column) => column !== 'mask' && at[column] === -1);
  if (missing.length > 0) {
    tree.problems.push({
      path: table,
      code: 'unreadable-table',
      message: `It has no column ${missing.map((name) => `«${name}»`).join(', ')}; VisA's tables have ${columns.join(', ')}.`,
    });
    return;
  }
  const cell = (row: DelimitedRow, column: (typeof columns)[number]) => row.cells[at[column] ?? -1] ?? '';
  const defects = new Map<string, ReadonlyMap<string, string>>();
  for (const object of new Set(rows.map((row) => cell(row, 'object')))) {
    defects.set(object, await readDefects(tree, index, object));
  }
  yield* entriesOfRows(tree, { table, index }, toRows());

  function* toRows(): Generator<TableRow> {
    for (const row of rows) {
      const object = cell(row, 'object');
      const word = cell(row, 'label');
      const label = labelOfCell(word);
      if (label === undefined) {
        tree.problems.push({
          path: table,
          code: 'bad-row',
          message: `line ${row.line}: «${shown(word)}» is neither normal nor anomaly; the image has no label.`,
        });
      }
      const image = cell(row, 'image');
      yield {
        where: `line ${row.line}`,
        image,
        mask: cell(row, 'mask'),
        className: object === '' ? 'unnamed' : object,
        split: splitOfWord(cell(row, 'split')),
        defect:
          label === 'good' ? 'good' : (defects.get(object)?.get(posix.basename(image)) ?? (word || null)),
        label: label ?? null,
      };
    }
  }
}

/** What `image_anno.csv` says of each anomalous image, by its file name. Without the file nothing is lost but words. */
async function readDefects(
  tree: TreeReader,
  index: TreeIndex,
  object: string,
): Promise<ReadonlyMap<string, string>> {
  const defects = new Map<string, string>();
  const found = object.includes('/') || object === '' ? null : await index.find(`${object}/image_anno.csv`);
  if (found?.kind !== 'file') return defects;
  try {
    const [, ...rows] = await parseDelimited(found.path, await readText(tree, found.path), {
      delimiter: ',',
      maxRows: tree.limits.entries,
      signal: tree.signal,
    });
    for (const { cells } of rows) {
      const [image, defect] = cells;
      const isAnomalous = image?.includes('Anomaly/') === true;
      if (image !== undefined && defect !== undefined && defect !== '' && isAnomalous) {
        defects.set(posix.basename(image), defect);
      }
    }
  } catch (thrown) {
    tree.signal.throwIfAborted();
    tree.problems.push({
      path: found.path,
      code: 'unreadable-table',
      message: `The names of defects are not read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    });
  }
  return defects;
}
