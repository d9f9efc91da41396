import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { readFolder, type TreeReader } from './read-folder.ts';
import { readText, readTextHead } from './read-text.ts';
import { missingTable } from './require-table.ts';
import { entriesOfRows, shown, type TableRow } from './table-entries.ts';
import { createTreeIndex } from './tree-index.ts';

const usualTable = 'labels.csv';
const usualCut = 0.5;
/** `images/cell0001.png  0.3333333333333333  mono`; some copies have commas. */
const line = /^\s*"?(.+?\.[a-z]+)"?[\s,;]+([01](?:\.\d*)?|\.\d+)(?:[\s,;]+"?([a-z]+)"?)?\s*$/i;

/**
 * ELPV (Deitsch et al. 2019, zae-bayern/elpv-dataset): `labels.csv`, lines of an image, its defect probability (0, 1/3,
 * 2/3, 1) and the kind of cell. `elpvCut` is the least probability that counts as anomalous.
 */
export const elpvLayout: LayoutImporter = {
  layout: 'elpv',
  async matches(tree) {
    const top = await readFolder(tree, '');
    if (!top.some((entry) => entry.kind === 'file' && entry.name === usualTable)) return false;
    const lines = (await readTextHead(tree, usualTable, 4096)).split(/\r\n|\n|\r/).slice(0, -1);
    const written = lines.filter((text) => text.trim() !== '');
    return (
      written.length > 0 &&
      written.slice(0, 20).every((text) => /mono|poly/i.test(line.exec(text)?.[3] ?? ''))
    );
  },
  async *entries(tree, { datasetName, layoutOptions }) {
    const table = layoutOptions.table ?? usualTable;
    const index = createTreeIndex(tree);
    if ((await index.find(table))?.kind !== 'file') missingTable(tree, table);
    const text = await readText(tree, table);
    const cut = layoutOptions.elpvCut ?? usualCut;
    yield* readLabels(tree, { table, index, text, cut, datasetName });
  },
};

interface Labels {
  readonly table: string;
  readonly index: ReturnType<typeof createTreeIndex>;
  readonly text: string;
  readonly cut: number;
  readonly datasetName: string;
}

async function* readLabels(
  tree: TreeReader,
  { table, index, text, cut, datasetName }: Labels,
): AsyncGenerator<LayoutEntry> {
  yield* entriesOfRows(tree, { table, index }, toRows());

  function* toRows(): Generator<TableRow> {
    let lineNumber = 0;
    for (const match of text.matchAll(/[^\r\n]*(?:\r\n|\n|\r|$)/g)) {
      const row = match[0].replace(/[\r\n]+$/, '');
      lineNumber += 1;
      if (row.trim() === '') continue;
      // Longer lines are none of such a table, and a regular expression takes its time over them.
      const [, image, written, kind] = row.length > 5000 ? [] : (line.exec(row) ?? []);
      const probability = Number(written);
      if (image === undefined || !(probability >= 0 && probability <= 1)) {
        tree.problems.push({
          path: table,
          code: 'bad-row',
          message: `line ${lineNumber}: «${shown(row)}» is no image with a probability from 0 to 1; it is left out.`,
        });
        continue;
      }
      const isAnomalous = probability >= cut - 1e-6;
      yield {
        where: `line ${lineNumber}`,
        image,
        className: datasetName,
        split: null,
        defect: `${kind === undefined ? '' : `${kind}, `}probability ${inThirds(probability)}`,
        label: isAnomalous ? 'anomalous' : 'good',
      };
    }
  }
}

function inThirds(probability: number): string {
  if (Math.abs(probability - 1 / 3) < 1e-3) return '1/3';
  return Math.abs(probability - 2 / 3) < 1e-3 ? '2/3' : String(probability);
}
