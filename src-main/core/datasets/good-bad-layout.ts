import type { Label } from '../../../src-shared/domain/dataset.ts';
import { classifyFileName, stemOf } from './image-names.ts';
import { labelOfFolder } from './label-words.ts';
import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { joinPath, readFolder, type FolderEntry, type TreeReader } from './read-folder.ts';
import { reportUnsupported } from './report-unsupported.ts';
import { missingTable } from './require-table.ts';
import { splitOfWord } from './table-entries.ts';

const deepest = 3;

/**
 * Folders whose names say what is in them: `normal` and `anomaly`, `good` and `bad`, `ok` and `ng`, `no` and `yes` (Brain
 * MRI), at the root or below a folder for each class or split. There are no masks.
 */
export const goodBadLayout: LayoutImporter = {
  layout: 'good-bad',
  async matches(tree) {
    return (await findPlaces(tree, '', 0)).length > 0;
  },
  async *entries(tree, { datasetName }) {
    const places = await findPlaces(tree, '', 0);
    if (places.length === 0)
      missingTable(tree, 'folder «normal» (or good, ok, no) beside one «anomaly» (or bad, ng, yes)');
    for (const place of places) yield* readPlace(tree, place, datasetName);
  },
};

interface Place {
  /** '' for the root. */
  readonly folder: string;
  readonly entries: readonly FolderEntry[];
  readonly labels: ReadonlyMap<string, Label>;
}

/** Folders that hold a good and a bad folder. */
async function findPlaces(tree: TreeReader, folder: string, depth: number): Promise<Place[]> {
  const entries = await readFolder(tree, folder);
  const names = entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.name);
  const labels = new Map<string, Label>();
  for (const name of names) {
    const label = labelOfFolder(name, names);
    if (label !== null) labels.set(name, label);
  }
  const found = new Set(labels.values());
  if (found.size === 2) return [{ folder, entries, labels }];
  if (depth >= deepest) return [];
  const places: Place[] = [];
  for (const name of names) places.push(...(await findPlaces(tree, joinPath(folder, name), depth + 1)));
  return places;
}

async function* readPlace(tree: TreeReader, place: Place, datasetName: string): AsyncGenerator<LayoutEntry> {
  const above = place.folder === '' ? [] : place.folder.split('/');
  const className =
    above.find((name) => splitOfWord(name) === null && !/^val(id(ation)?)?$/i.test(name)) ?? datasetName;
  const split = above.map(splitOfWord).find((one) => one !== null) ?? null;
  for (const { name, kind } of place.entries) {
    const path = joinPath(place.folder, name);
    const label = place.labels.get(name);
    if (kind === 'file') {
      if (classifyFileName(name) === 'image') {
        tell(
          tree,
          path,
          'An image beside the folders of good and bad ones has no label here and is not read.',
        );
      }
    } else if (label === undefined) {
      tell(tree, path, 'This folder’s name says neither good nor bad; it is not read.');
    } else {
      yield* walk(tree, { folder: path, top: path, depth: 0 }, { className, split, label, name });
    }
  }
}

interface Meaning {
  readonly className: string;
  readonly split: LayoutEntry['split'];
  readonly label: Label;
  readonly name: string;
}

async function* walk(
  tree: TreeReader,
  at: { readonly folder: string; readonly top: string; readonly depth: number },
  meaning: Meaning,
): AsyncGenerator<LayoutEntry> {
  const { className, split, label, name } = meaning;
  // A folder below says what kind of defect it is.
  const defect = at.folder === at.top ? name : at.folder.slice(at.top.length + 1);
  for (const entry of await readFolder(tree, at.folder)) {
    const path = joinPath(at.folder, entry.name);
    if (entry.kind === 'folder') {
      if (at.depth < tree.limits.depth)
        yield* walk(tree, { ...at, folder: path, depth: at.depth + 1 }, meaning);
      continue;
    }
    const kind = classifyFileName(entry.name);
    if (kind === 'unsupported-image') reportUnsupported(tree, path);
    if (kind !== 'image') continue;
    if (/_(mask|gt|label)$/i.test(stemOf(entry.name))) {
      tell(
        tree,
        path,
        'By its name this is a mask; in this layout there are none, and it is not read as an image.',
      );
      continue;
    }
    yield { path, className, split, defect, label, maskPath: null };
  }
}

function tell(tree: TreeReader, path: string, message: string): void {
  tree.problems.push({ path, code: 'outside-layout', message });
}
