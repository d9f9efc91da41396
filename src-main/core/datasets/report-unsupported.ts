import { extensionOf } from './image-names.ts';
import type { TreeReader } from './read-folder.ts';

/** Lists a file whose name says that it is an image of a format that is not read. */
export function reportUnsupported(tree: TreeReader, path: string): void {
  tree.problems.push({
    path,
    code: 'unsupported-format',
    message: `${extensionOf(path).slice(1).toUpperCase()} files are not read. Save it as PNG, JPEG, TIFF, BMP or WebP.`,
  });
}
