import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { parseJson, type JsonObject, type JsonValue } from './parse-json.ts';
import { readFolder, type TreeReader } from './read-folder.ts';
import { readText, readTextHead } from './read-text.ts';
import { missingTable } from './require-table.ts';
import { describeValue, entriesOfRows, shown, splitOfWord, type TableRow } from './table-entries.ts';
import { createTreeIndex } from './tree-index.ts';

const usualTable = 'meta.json';

/**
 * AnomalyCLIP's `meta.json`: split → class → list of { img_path, mask_path, cls_name, specie_name, anomaly }. Paths are
 * relative to the folder, or absolute ones of the machine that wrote the file.
 */
export const anomalyClipLayout: LayoutImporter = {
  layout: 'anomalyclip',
  async matches(tree) {
    const top = await readFolder(tree, '');
    if (!top.some((entry) => entry.kind === 'file' && entry.name === usualTable)) return false;
    return /^\s*\{\s*"(train|test|val\w*)"\s*:\s*\{/.test(await readTextHead(tree, usualTable, 4096));
  },
  async *entries(tree, { layoutOptions }) {
    const table = layoutOptions.table ?? usualTable;
    const index = createTreeIndex(tree);
    if ((await index.find(table))?.kind !== 'file') missingTable(tree, table);
    yield* readMeta(tree, table, index);
  },
};

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function* readMeta(
  tree: TreeReader,
  table: string,
  index: ReturnType<typeof createTreeIndex>,
): AsyncGenerator<LayoutEntry> {
  const { value, repeatedKeys } = await parseJson(table, await readText(tree, table), tree.signal);
  for (const key of repeatedKeys) {
    tree.problems.push({
      path: table,
      code: 'bad-row',
      message: `«${shown(key)}» comes twice in one place; only the last one is read.`,
    });
  }
  if (!isObject(value)) {
    throw new WorkbenchError(
      'corrupt-file',
      `${table} is no list of images: it has to begin with the splits («train», «test»), each with its classes.`,
    );
  }
  yield* entriesOfRows(tree, { table, index }, toRows(tree, table, value));
}

function* toRows(tree: TreeReader, table: string, meta: JsonObject): Generator<TableRow> {
  const tell = (message: string) => tree.problems.push({ path: table, code: 'bad-row', message });
  for (const [splitName, classes] of Object.entries(meta)) {
    if (!isObject(classes)) {
      tell(`«${shown(splitName)}» holds ${describeValue(classes)} in place of classes; it is left out.`);
      continue;
    }
    for (const [key, list] of Object.entries(classes)) {
      const place = `${shown(splitName)}, ${shown(key)}`;
      if (!Array.isArray(list)) {
        tell(`${place}: ${describeValue(list)} in place of a list of images; it is left out.`);
        continue;
      }
      for (const [i, item] of list.entries()) {
        const where = `${place}, entry ${i + 1}`;
        if (!isObject(item)) {
          tell(`${where}: ${describeValue(item)} in place of an image; it is left out.`);
          continue;
        }
        const label = labelOf(item['anomaly']);
        if (label === undefined) {
          tell(`${where}: anomaly is ${describeValue(item['anomaly'])}, not 0 or 1; the image has no label.`);
        }
        yield {
          where,
          image: item['img_path'],
          mask: item['mask_path'],
          className: nameOf(item['cls_name']) ?? key,
          split: splitOfWord(splitName),
          defect: nameOf(item['specie_name']),
          label: label ?? null,
        };
      }
    }
  }
}

function nameOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? shown(value) : null;
}

function labelOf(value: JsonValue | undefined): Label | undefined {
  if (value === 0 || value === false || value === '0') return 'good';
  return value === 1 || value === true || value === '1' ? 'anomalous' : undefined;
}
