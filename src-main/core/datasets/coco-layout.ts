import { posix } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { drawAnnotations, hasOutline } from './draw-annotations.ts';
import { labelOfCell } from './label-words.ts';
import type { LayoutImporter } from './layout.ts';
import { parseJson, type JsonObject, type JsonValue } from './parse-json.ts';
import { joinPath, readFolder, type TreeReader } from './read-folder.ts';
import { readText, readTextHead } from './read-text.ts';
import { missingTable } from './require-table.ts';
import { describeValue, entriesOfRows, shown, splitOfWord, type TableRow } from './table-entries.ts';
import { createTreeIndex } from './tree-index.ts';

const tableFolders = /^(annotations?|train|training|val|valid|validation|test|testing)\w*$/i;
/** What a file of COCO annotations begins with, among other things. */
export const cocoHead = /"(images|annotations|categories)"\s*:\s*\[|"(info|licenses)"\s*:\s*[[{]/;

/**
 * COCO: JSON files with images, annotations and categories, at the root, in `annotations/`, or beside the images of a
 * split. Polygons and run lengths (compressed or not) of all annotations of an image together are its mask; categories
 * are defects. An image without annotations is good, as long as the file annotates any.
 */
export const cocoLayout: LayoutImporter = {
  layout: 'coco',
  async matches(tree) {
    return (await findTables(tree)).length > 0;
  },
  async *entries(tree, { datasetName, layoutOptions }) {
    const index = createTreeIndex(tree);
    const tables = layoutOptions.table === undefined ? await findTables(tree) : [layoutOptions.table];
    if (tables.length === 0) missingTable(tree, 'JSON file of COCO annotations');
    const used = new Set<string>();
    for (const [i, table] of tables.entries()) {
      if ((await index.find(table))?.kind !== 'file') missingTable(tree, table);
      const isLast = i === tables.length - 1;
      const rows = toRows(tree, table, datasetName, await readCoco(tree, table));
      yield* entriesOfRows(tree, { table, index, besides: foldersOf(table), used, isLast }, rows);
    }
  },
};

async function findTables(tree: TreeReader): Promise<string[]> {
  const top = await readFolder(tree, '');
  const places = [
    '',
    ...top.filter((e) => e.kind === 'folder' && tableFolders.test(e.name)).map((e) => e.name),
  ];
  const tables: string[] = [];
  for (const place of places) {
    const entries = place === '' ? top : await readFolder(tree, place);
    const files = entries.filter((entry) => entry.kind === 'file' && /\.json$/i.test(entry.name));
    for (const { name } of files.slice(0, 50)) {
      const path = joinPath(place, name);
      if (cocoHead.test(await readTextHead(tree, path))) tables.push(path);
    }
  }
  // COCO's own download has captions and key points of the same images beside the outlines.
  const instances = tables.filter((path) => posix.basename(path).startsWith('instances'));
  return instances.length > 0 ? instances : tables;
}

/** A number or a word that images and categories are told apart by; empty for anything else, which is nobody's id. */
function idOf(value: JsonValue | undefined): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

/** Where the images of a file of annotations may lie: beside it, or in the folder that its name ends with. */
function foldersOf(table: string): string[] {
  const folder = posix.dirname(table);
  const name = posix
    .basename(table)
    .replace(/\.json$/i, '')
    .replace(/^[a-z]+_/i, '');
  const own = folder === '.' ? [] : [folder];
  return [...own, name, `images/${name}`, 'images', ...own.map((one) => `images/${one}`)];
}

interface Coco {
  readonly images: readonly JsonValue[];
  readonly byImage: ReadonlyMap<string, readonly JsonObject[]>;
  readonly categories: ReadonlyMap<string, string>;
  readonly annotationCount: number;
}

async function readCoco(tree: TreeReader, table: string): Promise<Coco> {
  const tell = (message: string) => tree.problems.push({ path: table, code: 'bad-row', message });
  const { value, repeatedKeys } = await parseJson(table, await readText(tree, table), tree.signal);
  for (const key of repeatedKeys)
    tell(`«${shown(key)}» comes twice in one place; only the last one is read.`);
  const images = isObject(value) ? value['images'] : undefined;
  if (!isObject(value) || !Array.isArray(images)) {
    throw new WorkbenchError(
      'corrupt-file',
      `${table} holds no COCO annotations: there is no list «images» in it.`,
    );
  }
  const categories = new Map<string, string>();
  for (const category of listOf(value['categories'])) {
    if (isObject(category) && typeof category['name'] === 'string') {
      categories.set(idOf(category['id']), shown(category['name']));
    }
  }
  const byImage = new Map<string, JsonObject[]>();
  const known = new Set(images.map((image) => (isObject(image) ? idOf(image['id']) : '')));
  const annotations = listOf(value['annotations']);
  for (const [i, annotation] of annotations.entries()) {
    const imageId = isObject(annotation) ? idOf(annotation['image_id']) : '';
    if (!isObject(annotation) || !known.has(imageId)) {
      tell(`annotation ${i + 1}: there is no image ${shown(imageId)}; it is left out.`);
      continue;
    }
    const list = byImage.get(imageId);
    if (list === undefined) byImage.set(imageId, [annotation]);
    else list.push(annotation);
  }
  return { images, byImage, categories, annotationCount: annotations.length };
}

function* toRows(tree: TreeReader, table: string, className: string, coco: Coco): Generator<TableRow> {
  const split =
    table
      .split(/[^a-zA-Z]+/)
      .map(splitOfWord)
      .find((one) => one !== null) ?? null;
  const ids = new Set<string>();
  for (const [i, image] of coco.images.entries()) {
    if (!isObject(image)) {
      const message = `image ${i + 1}: ${describeValue(image)} in place of an image; it is left out.`;
      tree.problems.push({ path: table, code: 'bad-row', message });
      continue;
    }
    const id = idOf(image['id']);
    if (ids.has(id)) {
      const message = `image ${i + 1}: the number ${shown(id)} is taken already; its annotations are the first one's.`;
      tree.problems.push({ path: table, code: 'bad-row', message });
      continue;
    }
    ids.add(id);
    const name = (annotation: JsonObject) =>
      coco.categories.get(idOf(annotation['category_id'])) ?? 'anomaly';
    const marked = (coco.byImage.get(id) ?? []).filter(
      (annotation) => labelOfCell(name(annotation)) !== 'good',
    );
    const row = { where: `image ${shown(id)}`, image: image['file_name'], className, split };
    if (marked.length === 0) {
      yield { ...row, defect: null, label: coco.annotationCount === 0 ? null : 'good' };
      continue;
    }
    const said = { width: image['width'], height: image['height'] };
    const outlines = marked.map((annotation) => annotation['segmentation']);
    const withOutlines = outlines.every(hasOutline) ? outlines : null;
    yield {
      ...row,
      defect: [...new Set(marked.map(name))].sort().join(', '),
      label: 'anomalous',
      drawn: {
        name: `${table}#${shown(id)}`,
        mask: {
          source: table,
          draw: (w, h) => (withOutlines === null ? null : drawAnnotations(withOutlines, said, w, h)),
        },
      },
    };
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
