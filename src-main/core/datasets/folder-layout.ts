import { classifyFileName } from './image-names.ts';
import type { LayoutEntry, LayoutImporter } from './layout.ts';
import { joinPath, readFolder, type TreeReader } from './read-folder.ts';
import { reportUnsupported } from './report-unsupported.ts';

/** Every image in a folder and the folders below it: one class named as the data set, nothing known of labels. */
export const folderLayout: LayoutImporter = {
  layout: 'folder',
  matches: () => Promise.resolve(true),
  entries: (tree, datasetName) => walk(tree, '', 0, datasetName),
};

async function* walk(
  tree: TreeReader,
  path: string,
  depth: number,
  className: string,
): AsyncGenerator<LayoutEntry> {
  for (const entry of await readFolder(tree, path)) {
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
