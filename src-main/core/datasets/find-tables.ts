import { dirname, basename, extname } from 'node:path';
import type { DatasetLayout } from '../../../src-shared/domain/dataset.ts';
import { cocoHead } from './coco-layout.ts';
import { detectLayout } from './layouts.ts';
import {
  createTreeReader,
  inspectLimits,
  joinPath,
  readFolder,
  resolveFolder,
  type TreeReader,
} from './read-folder.ts';
import { readTextHead } from './read-text.ts';

const tableName = /\.(csv|tsv|json)$/i;
const tableFolder = /^(annotations?|split_csv|train|val|valid|validation|test)\w*$/i;
const mostTables = 50;

/** Tables at the places where layouts look for them, relative to the root. */
export async function findTables(tree: TreeReader): Promise<string[]> {
  const top = await readFolder(tree, '');
  const tables: string[] = [];
  const takeFrom = (folder: string, entries: typeof top) => {
    for (const { name, kind } of entries) {
      if (kind === 'file' && tableName.test(name)) tables.push(joinPath(folder, name));
    }
  };
  takeFrom('', top);
  for (const { name, kind } of top) {
    if (kind === 'folder' && tableFolder.test(name)) takeFrom(name, await readFolder(tree, name));
  }
  return tables.slice(0, mostTables);
}

export interface TablePlace {
  readonly root: string;
  readonly table: string;
  readonly layout: DatasetLayout;
}

/** What a table file that was named in place of a folder means; null for a path that names no table. */
export async function placeOfTable(path: string, signal: AbortSignal): Promise<TablePlace | null> {
  if (!tableName.test(path)) return null;
  const root = await resolveFolder(dirname(path));
  const table = basename(path);
  const tree = createTreeReader(root, { signal, limits: inspectLimits });
  const isThere = (await readFolder(tree, '')).some(({ name, kind }) => kind === 'file' && name === table);
  if (!isThere) return null;
  const isJson = extname(path).toLowerCase() === '.json';
  const detected = await detectLayout(root, signal);
  const fitting: readonly DatasetLayout[] = isJson ? ['coco', 'anomalyclip'] : ['elpv', 'visa', 'list'];
  if (fitting.includes(detected)) return { root, table, layout: detected };
  if (!isJson) return { root, table, layout: 'list' };
  return { root, table, layout: cocoHead.test(await readTextHead(tree, table)) ? 'coco' : 'anomalyclip' };
}
