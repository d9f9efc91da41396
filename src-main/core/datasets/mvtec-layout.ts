import { basename } from 'node:path';
import type { Split } from '../../../src-shared/domain/dataset.ts';
import { classifyFileName, stemOf } from './image-names.ts';
import { labelOfFolder } from './label-words.ts';
import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { joinPath, readFolder, type FolderEntry, type TreeReader } from './read-folder.ts';
import { reportUnsupported } from './report-unsupported.ts';
import { looseName } from './tree-index.ts';

const splits = ['test', 'train'] as const satisfies readonly Split[];
const maskFolder = 'ground_truth';

/** Below a split these are folders of images and masks, not defects. */
const isOfOtherLayout = /^(images?|imgs?|masks?|labels?|annotations?|ground[ _]?truth)$/i;

/**
 * MVTec AD: `class/{train,test}/defect/*.png`, masks in `class/ground_truth/defect/` under the image's name with `_mask`
 * or without. The root is one class or a folder of classes. `good` is good, every other folder anomalous.
 */
export const mvtecLayout: LayoutImporter = {
  layout: 'mvtec',
  async matches(tree) {
    const classes = await findClasses(tree);
    for (const { path, children } of classes) {
      for (const split of splits) {
        if (!hasFolder(children, split)) continue;
        const defects = await readFolder(tree, joinPath(path, split));
        if (defects.some((entry) => entry.kind === 'folder' && !isOfOtherLayout.test(entry.name)))
          return true;
      }
    }
    return false;
  },
  async *entries(tree, { datasetName }) {
    for (const found of await findClasses(tree, true)) {
      yield* readClass(tree, found, found.path === '' ? basename(tree.root) || datasetName : found.path);
    }
  },
};

interface ClassFolder {
  /** Relative to the root, '' where the root is the class itself. */
  readonly path: string;
  readonly children: readonly FolderEntry[];
}

function hasFolder(entries: readonly FolderEntry[], name: string): boolean {
  return entries.some((entry) => entry.kind === 'folder' && entry.name === name);
}

function isClass(children: readonly FolderEntry[]): boolean {
  return splits.some((split) => hasFolder(children, split));
}

async function findClasses(tree: TreeReader, reportOthers = false): Promise<ClassFolder[]> {
  const top = await readFolder(tree, '');
  if (isClass(top)) return [{ path: '', children: top }];
  const classes: ClassFolder[] = [];
  for (const entry of top) {
    if (entry.kind === 'file') {
      if (reportOthers) reportOutside(tree, entry.name, entry);
      continue;
    }
    const children = await readFolder(tree, entry.name);
    if (isClass(children)) classes.push({ path: entry.name, children });
    else if (reportOthers) {
      tree.problems.push({
        path: entry.name,
        code: 'outside-layout',
        message: 'This folder has neither «test» nor «train» and is not read.',
      });
    }
  }
  return classes;
}

async function* readClass(
  tree: TreeReader,
  { path, children }: ClassFolder,
  className: string,
): AsyncGenerator<LayoutEntry> {
  const withMasks = hasFolder(children, maskFolder);
  const masks = withMasks ? await readMasks(tree, joinPath(path, maskFolder)) : null;
  if (!withMasks) {
    tree.problems.push({
      path: path === '' ? '.' : path,
      code: 'no-ground-truth',
      message: `Class «${className}» has no ground_truth folder: its images have labels but no masks.`,
    });
  }
  for (const entry of children) {
    if (entry.kind === 'file') reportOutside(tree, joinPath(path, entry.name), entry);
  }
  for (const split of splits) {
    if (!hasFolder(children, split)) continue;
    const splitPath = joinPath(path, split);
    const defects = await readFolder(tree, splitPath);
    const names = defects.filter((entry) => entry.kind === 'folder').map((entry) => entry.name);
    for (const defect of defects) {
      if (defect.kind === 'file') {
        reportOutside(tree, joinPath(splitPath, defect.name), defect);
        continue;
      }
      const isGood = labelOfFolder(defect.name, names) === 'good';
      yield* readDefect(tree, { splitPath, defect: defect.name, isGood, split, className, masks });
    }
  }
  if (masks !== null) reportUnusedMasks(tree, masks);
}

interface DefectFolder {
  readonly splitPath: string;
  readonly defect: string;
  readonly isGood: boolean;
  readonly split: Split;
  readonly className: string;
  readonly masks: MaskIndex | null;
}

async function* readDefect(
  tree: TreeReader,
  { splitPath, defect, isGood, split, className, masks }: DefectFolder,
): AsyncGenerator<LayoutEntry> {
  const folder = joinPath(splitPath, defect);
  for (const entry of await readFolder(tree, folder)) {
    const path = joinPath(folder, entry.name);
    if (entry.kind === 'folder' || classifyFileName(entry.name) !== 'image') {
      reportOutside(tree, path, entry);
      continue;
    }
    const stem = stemOf(entry.name);
    const loose = () => (masks === null ? null : takeLooseMask(tree, masks, defect, stem));
    const maskPath = masks === null ? null : (takeMask(masks, defect, stem) ?? loose());
    if (masks !== null && maskPath === null && !isGood) {
      tree.problems.push({
        path,
        code: 'mask-missing',
        message: `There is no mask ${maskFolder}/${defect}/${stemOf(entry.name)}_mask.png; the image counts for image metrics only.`,
      });
    }
    yield { path, className, split, defect, label: isGood ? 'good' : 'anomalous', maskPath };
  }
}

/** Masks by defect folder and stem, and which of them an image has asked for. Pairing is by name, never by order. */
interface MaskIndex {
  readonly byDefect: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The same by names without case and accents' form, made where a name is not found. */
  readonly loose: Map<string, ReadonlyMap<string, string>>;
  readonly used: Set<string>;
}

async function readMasks(tree: TreeReader, path: string): Promise<MaskIndex> {
  const byDefect = new Map<string, Map<string, string>>();
  for (const defect of await readFolder(tree, path)) {
    const defectPath = joinPath(path, defect.name);
    if (defect.kind === 'file') {
      reportOutside(tree, defectPath, defect);
      continue;
    }
    const byStem = new Map<string, string>();
    for (const entry of await readFolder(tree, defectPath)) {
      const maskPath = joinPath(defectPath, entry.name);
      if (entry.kind === 'file' && classifyFileName(entry.name) === 'image') {
        byStem.set(stemOf(entry.name), maskPath);
      } else {
        reportOutside(tree, maskPath, entry);
      }
    }
    byDefect.set(defect.name, byStem);
  }
  return { byDefect, loose: new Map(), used: new Set() };
}

function takeMask({ byDefect, used }: MaskIndex, defect: string, stem: string): string | null {
  const masks = byDefect.get(defect);
  const maskPath = masks?.get(`${stem}_mask`) ?? masks?.get(stem) ?? null;
  if (maskPath !== null) used.add(maskPath);
  return maskPath;
}

/** By names that agree but for case and accents' form, and told. */
function takeLooseMask(
  tree: TreeReader,
  { byDefect, loose, used }: MaskIndex,
  defect: string,
  stem: string,
): string | null {
  let paths = loose.get(defect);
  if (paths === undefined) {
    const named = [...(byDefect.get(defect) ?? [])];
    paths = new Map(named.map(([name, path]) => [looseName(name.replace(/_mask$/i, '')), path]));
    loose.set(defect, paths);
  }
  const path = paths.get(looseName(stem));
  if (path === undefined || used.has(path)) return null;
  used.add(path);
  tree.problems.push({
    path,
    code: 'name-differs',
    message: `Its name and that of the image «${stem}» agree only when case or accents are overlooked; it was taken for its mask.`,
  });
  return path;
}

function reportUnusedMasks(tree: TreeReader, { byDefect, used }: MaskIndex): void {
  for (const [defect, masks] of byDefect) {
    for (const [stem, path] of masks) {
      if (used.has(path)) continue;
      const image = stem.replace(/_mask$/, '');
      tree.problems.push({
        path,
        code: 'mask-without-image',
        message: `No image «${image}» lies in test/${defect}; the mask is not used.`,
      });
    }
  }
}

/** Images at a place without a meaning are told; other files (licences, tables) are nobody's concern. */
function reportOutside(tree: TreeReader, path: string, entry: FolderEntry): void {
  if (entry.kind === 'folder') {
    tree.problems.push({
      path,
      code: 'outside-layout',
      message: 'A folder at this place has no meaning in the MVTec layout and is not read.',
    });
    return;
  }
  const kind = classifyFileName(entry.name);
  if (kind === 'unsupported-image') reportUnsupported(tree, path);
  if (kind === 'image') {
    tree.problems.push({
      path,
      code: 'outside-layout',
      message: 'An image at this place has no meaning in the MVTec layout and is not read.',
    });
  }
}
