import { classifyFileName } from './image-names.ts';
import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { joinPath, readFolder, type TreeReader } from './read-folder.ts';
import { reportUnsupported } from './report-unsupported.ts';

/** Every image in a folder and the folders below it: one class named as the data set, nothing known of labels. */
export const folderLayout: LayoutImporter = {
  layout: 'folder',
  matches: () => Promise.resolve(true),
  entries: (tree, { datasetName }) => walk(tree, '', 0, datasetName),
};

async function* walk(
  tree: TreeReader,
  path: string,
  depth: number,
  className: string,
): AsyncGenerator<LayoutEntry> {
  const entries = await readFolder(tree, path);
  const isFolder = (name: string) => entries.some((entry) => entry.kind === 'folder' && entry.name === name);
  if (isFolder('ground_truth') && (isFolder('test') || isFolder('train'))) {
    tree.problems.push({
      path: joinPath(path, 'ground_truth'),
      code: 'outside-layout',
      message:
        'This looks like MVTec AD: read as a plain folder, the masks in here come in as images. Read it as mvtec to have its labels and masks.',
    });
  }
  for (const entry of entries) {
    const entryPath = joinPath(path, entry.name);
    if (entry.kind === 'folder') {
      if (depth >= tree.limits.depth) {
        tree.problems.push({
          path: entryPath,
          code: 'unreadable-folder',
          message: `Folders are read ${tree.limits.depth} deep; this one lies deeper. Import it by itself.`,
        });
      } else {
        yield* walk(tree, entryPath, depth + 1, className);
      }
      continue;
    }
    switch (classifyFileName(entry.name)) {
      case 'image':
        yield { path: entryPath, className, split: null, defect: null, label: null, maskPath: null };
        break;
      case 'unsupported-image':
        reportUnsupported(tree, entryPath);
        break;
      case 'other':
        break;
    }
  }
}
