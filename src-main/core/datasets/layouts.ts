// What lives here: reading folders of images: one file a layout, what they share, and the import itself.
// What may not: SQL (db/), decoding of images (src-main/images), and anything a host does.
import type { DatasetLayout } from '../../../src-shared/domain/dataset.ts';
import { anomalyClipLayout } from './anomalyclip-layout.ts';
import { cocoLayout } from './coco-layout.ts';
import { elpvLayout } from './elpv-layout.ts';
import { folderLayout } from './folder-layout.ts';
import { goodBadLayout } from './good-bad-layout.ts';
import { imagesMasksLayout } from './images-masks-layout.ts';
import type { LayoutImporter } from './layout.ts';
import { listLayout } from './list-layout.ts';
import { mvtecLayout } from './mvtec-layout.ts';
import { createTreeReader, inspectLimits } from './read-folder.ts';
import { sddLayout } from './sdd-layout.ts';
import { visaLayout } from './visa-layout.ts';

/** Every layout, the most particular first: detection takes the first that matches. */
const layouts: { readonly [L in DatasetLayout]: LayoutImporter } = {
  mvtec: mvtecLayout,
  visa: visaLayout,
  sdd: sddLayout,
  elpv: elpvLayout,
  anomalyclip: anomalyClipLayout,
  coco: cocoLayout,
  'images-masks': imagesMasksLayout,
  list: listLayout,
  'good-bad': goodBadLayout,
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
