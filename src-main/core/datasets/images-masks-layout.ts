import type { Label, Split } from '../../../src-shared/domain/dataset.ts';
import { classifyFileName, stemOf } from './image-names.ts';
import { labelOfFolder } from './label-words.ts';
import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { joinPath, readFolder, type FolderEntry, type TreeReader } from './read-folder.ts';
import { reportUnsupported } from './report-unsupported.ts';
import { missingTable } from './require-table.ts';
import { splitOfWord } from './table-entries.ts';
import { looseName } from './tree-index.ts';

const imageWord = /images?|imgs?|original|data|input|photos?/;
const maskWord = /masks?|groundtruth|gt|segmentations?|annotations?/;
/** What a mask's name has more than its image's. */
const maskSuffix = /[_\- ]?(mask|segmentation|seg|gt|label|groundtruth)s?$/i;
const deepest = 3;

/**
 * A folder of images beside a folder of masks of the same names, at the root or below a folder for each class or split:
 * `images` and `masks` (Kvasir, ColonDB), `Original` and `Ground Truth` (ClinicDB), `…_Data` and `…_GroundTruth` with
 * `_segmentation` in the names (ISIC), `test-image` and `test-mask` (TN3K). An image with a mask is anomalous; one without
 * has no label, unless its folder's name says one.
 */
export const imagesMasksLayout: LayoutImporter = {
  layout: 'images-masks',
  async matches(tree) {
    for (const pair of await findPairs(tree, '', 0)) {
      if (await holdsImage(tree, pair.images)) return await holdsImage(tree, pair.masks);
    }
    return false;
  },
  async *entries(tree, { datasetName }) {
    const pairs = await findPairs(tree, '', 0);
    if (pairs.length === 0) missingTable(tree, 'folder of images beside a folder of masks');
    for (const pair of pairs) yield* readPair(tree, pair, datasetName);
  },
};

interface Pair {
  readonly images: string;
  readonly masks: string;
  /** The folders above both, from the root on. */
  readonly above: readonly string[];
  readonly split: Split | null;
}

function keyOf(name: string, word: RegExp): string | null {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const all = [...plain.matchAll(new RegExp(word, 'g'))];
  const last = all.at(-1);
  if (last === undefined) return null;
  return plain.slice(0, last.index) + plain.slice(last.index + last[0].length);
}

async function findPairs(tree: TreeReader, folder: string, depth: number): Promise<Pair[]> {
  const folders = (await readFolder(tree, folder))
    .filter((entry) => entry.kind === 'folder')
    .map((entry) => entry.name);
  const masks = new Map<string, string>();
  for (const name of folders) {
    const key = keyOf(name, maskWord);
    if (key !== null) masks.set(key, name);
  }
  const rest = folders.filter((name) => keyOf(name, maskWord) === null);
  const images = rest.filter((name) => keyOf(name, imageWord) !== null);
  const pairs: Pair[] = [];
  const [onlyImages, secondImages] = images;
  const [onlyMasks, secondMasks] = [...masks.values()];
  const isOnlyPair = secondImages === undefined && secondMasks === undefined;
  for (const name of images) {
    const mask =
      masks.get(keyOf(name, imageWord) ?? '') ?? (isOnlyPair && name === onlyImages ? onlyMasks : undefined);
    if (mask === undefined) continue;
    pairs.push({
      images: joinPath(folder, name),
      masks: joinPath(folder, mask),
      above: folder === '' ? [] : folder.split('/'),
      split: splitIn(name) ?? splitIn(folder),
    });
  }
  if (pairs.length > 0 || depth >= deepest) return pairs;
  for (const name of rest) pairs.push(...(await findPairs(tree, joinPath(folder, name), depth + 1)));
  return pairs;
}

function splitIn(name: string): Split | null {
  const words = name.split(/[^a-zA-Z]+/);
  return words.map(splitOfWord).find((split) => split !== null) ?? null;
}

async function holdsImage(tree: TreeReader, folder: string): Promise<boolean> {
  const entries = await readFolder(tree, folder);
  if (entries.some((entry) => entry.kind === 'file' && classifyFileName(entry.name) === 'image')) return true;
  for (const entry of entries.filter(({ kind }) => kind === 'folder').slice(0, 8)) {
    const below = await readFolder(tree, joinPath(folder, entry.name));
    if (below.some(({ name, kind }) => kind === 'file' && classifyFileName(name) === 'image')) return true;
  }
  return false;
}

async function* readPair(tree: TreeReader, pair: Pair, datasetName: string): AsyncGenerator<LayoutEntry> {
  const classFolders = pair.above.filter(
    (name) => splitOfWord(name) === null && !/^val(id(ation)?)?$/i.test(name),
  );
  const className = classFolders[0] ?? datasetName;
  // Of another format twice (ClinicDB's PNG and TIF) would be every image twice: told as duplicates, not guessed away.
  const known = classFolders.length === 0 ? null : labelOfFolder(classFolders.at(-1) ?? '', []);
  yield* readLevel(tree, { ...pair, className, label: known }, '', 0);
}

interface Level extends Pair {
  readonly className: string;
  /** What a folder's name says of the images in it. */
  readonly label: Label | null;
}

async function* readLevel(
  tree: TreeReader,
  level: Level,
  below: string,
  depth: number,
): AsyncGenerator<LayoutEntry> {
  const folder = below === '' ? level.images : `${level.images}/${below}`;
  const entries = await readFolder(tree, folder);
  const masks = await readMasks(tree, below === '' ? level.masks : `${level.masks}/${below}`, level.masks);
  const used = new Set<string>();
  let loose: ReadonlyMap<string, Mask> | null = null;
  const loosely = (stem: string): Mask | null => {
    loose ??= new Map([...masks.values()].map((mask) => [looseName(mask.stem), mask]));
    return loose.get(looseName(stem)) ?? null;
  };
  for (const entry of entries) {
    if (entry.kind !== 'file') continue;
    const path = joinPath(folder, entry.name);
    const kind = classifyFileName(entry.name);
    if (kind === 'unsupported-image') reportUnsupported(tree, path);
    if (kind !== 'image') continue;
    const found = masks.get(stemOf(entry.name)) ?? loosely(stemOf(entry.name));
    if (found !== null) {
      used.add(found.path);
      if (looseName(found.stem) === looseName(stemOf(entry.name)) && found.stem !== stemOf(entry.name)) {
        tree.problems.push({
          path: found.path,
          code: 'name-differs',
          message: `Its name and that of ${path} agree only when case or accents are overlooked; it was taken for its mask.`,
        });
      }
    } else if (level.label !== 'good') {
      tree.problems.push({
        path,
        code: 'mask-missing',
        message: `There is no mask of this name in ${level.masks}; ${level.label === null ? 'the image has no label' : 'the image counts for image metrics only'}.`,
      });
    }
    const common = { path, className: level.className, split: level.split, defect: null };
    const maskPath = found?.path ?? null;
    yield level.label === null
      ? { ...common, label: found === null ? null : 'anomalous', maskPath, emptyMask: 'unknown' }
      : { ...common, label: level.label, maskPath };
  }
  for (const { path } of masks.values()) {
    if (used.has(path)) continue;
    tree.problems.push({
      path,
      code: 'mask-without-image',
      message: `There is no image of this name in ${folder}; the mask is not used.`,
    });
  }
  const folders = entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.name);
  for (const name of folders) {
    if (depth >= tree.limits.depth) break;
    const label = labelOfFolder(name, folders) ?? level.label;
    yield* readLevel(tree, { ...level, label }, joinPath(below, name), depth + 1);
  }
}

interface Mask {
  readonly path: string;
  /** Without what marks it as a mask. */
  readonly stem: string;
}

async function readMasks(tree: TreeReader, folder: string, top: string): Promise<Map<string, Mask>> {
  const masks = new Map<string, Mask>();
  let entries: FolderEntry[] = [];
  // A folder of images without a folder of masks of its name: its images lie there without masks.
  if (folder === top || (await exists(tree, folder))) entries = await readFolder(tree, folder);
  for (const entry of entries) {
    if (entry.kind !== 'file' || classifyFileName(entry.name) !== 'image') continue;
    const path = joinPath(folder, entry.name);
    const whole = stemOf(entry.name);
    const stem = whole.replace(maskSuffix, '');
    const key = stem === '' ? whole : stem;
    const before = masks.get(key);
    if (before !== undefined) {
      tree.problems.push({
        path,
        code: 'mask-without-image',
        message: `${before.path} is a mask of the same name already; this one is not used.`,
      });
      continue;
    }
    masks.set(key, { path, stem: key });
  }
  return masks;
}

async function exists(tree: TreeReader, folder: string): Promise<boolean> {
  const cut = folder.lastIndexOf('/');
  const [above, name] = [folder.slice(0, Math.max(0, cut)), folder.slice(cut + 1)];
  if (above.includes('/') && !(await exists(tree, above))) return false;
  return (await readFolder(tree, above)).some((entry) => entry.kind === 'folder' && entry.name === name);
}
