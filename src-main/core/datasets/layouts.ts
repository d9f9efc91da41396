import type { DatasetLayout } from '../../../src-shared/domain/dataset.ts';
import { folderLayout } from './folder-layout.ts';
import type { LayoutImporter } from './layout.ts';
import { mvtecLayout } from './mvtec-layout.ts';
import { createTreeReader, inspectLimits } from './read-folder.ts';

/** Every layout, the most particular first: detection takes the first that matches. */
const layouts: { readonly [L in DatasetLayout]: LayoutImporter } = {
  mvtec: mvtecLayout,
  folder: folderLayout,
};

export function layoutImporter(layout: DatasetLayout): LayoutImporter {
  return layouts[layout];
}

/** The layout of a folder (absolute, links resolved). */
export async function detectLayout(root: string, signal: AbortSignal): Promise<DatasetLayout> {
  for (const importer of Object.values(layouts)) {
    if (await importer.matches(createTreeReader(root, { signal, limits: inspectLimits }))) {
      return importer.layout;
    }
  }
  return 'folder';
}
