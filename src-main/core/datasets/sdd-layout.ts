import { classifyFileName, stemOf } from './image-names.ts';
import type { LayoutEntry, LayoutImporter, ReadingOptions } from './layout.ts';
import { joinPath, readFolder, type FolderEntry, type TreeReader } from './read-folder.ts';
import { reportUnsupported } from './report-unsupported.ts';

const labelName = /^(.*)_(label|gt)$/i;

/**
 * KolektorSDD: folders of pictures (`kos01/Part0.jpg`) with a label image beside each (`Part0_label.bmp`). The papers cut
 * the 500×1250 pictures into a top and a bottom half (methods.md §9), each good or anomalous by its half of the label
 * image; `sddHalves: false` keeps them whole. KolektorSDD2's `_GT` images are read the same way, whole by choice.
 */
export const sddLayout: LayoutImporter = {
  layout: 'sdd',
  async matches(tree) {
    const top = await readFolder(tree, '');
    if (pairs(top) > 0) return true;
    for (const folder of top.filter((entry) => entry.kind === 'folder').slice(0, 8)) {
      if (pairs(await readFolder(tree, folder.name)) > 0) return true;
    }
    return false;
  },
  entries: (tree, options) => walk(tree, '', 0, options),
};

/** Images of a folder that have a label image beside them. */
function pairs(entries: readonly FolderEntry[]): number {
  const images = entries.filter((entry) => entry.kind === 'file' && classifyFileName(entry.name) === 'image');
  const stems = new Set(images.map((entry) => stemOf(entry.name)));
  return [...stems].filter((stem) => {
    const [, picture] = labelName.exec(stem) ?? [];
    return picture !== undefined && stems.has(picture);
  }).length;
}

async function* walk(
  tree: TreeReader,
  folder: string,
  depth: number,
  options: ReadingOptions,
): AsyncGenerator<LayoutEntry> {
  const entries = await readFolder(tree, folder);
  const labels = new Map<string, string>();
  const pictures: string[] = [];
  for (const { name, kind } of entries) {
    if (kind === 'folder') continue;
    const path = joinPath(folder, name);
    const file = classifyFileName(name);
    if (file === 'unsupported-image') reportUnsupported(tree, path);
    if (file !== 'image') continue;
    const [, picture] = labelName.exec(stemOf(name)) ?? [];
    if (picture === undefined) pictures.push(name);
    else labels.set(picture.toLowerCase(), path);
  }
  for (const name of pictures) {
    const path = joinPath(folder, name);
    const key = stemOf(name).toLowerCase();
    const maskPath = labels.get(key) ?? null;
    labels.delete(key);
    if (maskPath === null) {
      tree.problems.push({
        path,
        code: 'mask-missing',
        message: `There is no ${stemOf(name)}_label image beside it; whether it is good is not known.`,
      });
    }
    const entry = {
      className: options.datasetName,
      split: null,
      defect: null,
      label: null,
      maskPath,
      emptyMask: 'good',
    } as const;
    if (options.layoutOptions.sddHalves === false) yield { ...entry, path };
    else {
      for (const half of ['top', 'bottom'] as const) {
        yield { ...entry, path: `${path}#${half}`, part: { filePath: path, half } };
      }
    }
  }
  for (const path of labels.values()) {
    tree.problems.push({
      path,
      code: 'mask-without-image',
      message: 'There is no picture of this name beside it; the label image is not used.',
    });
  }
  for (const { name, kind } of entries) {
    if (kind === 'folder' && depth < tree.limits.depth) {
      yield* walk(tree, joinPath(folder, name), depth + 1, options);
    }
  }
}
