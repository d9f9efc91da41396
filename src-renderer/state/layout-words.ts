import type { DatasetLayout, LayoutOptions } from '../../src-shared/domain/dataset.ts';
import { say } from '../texts/say.ts';

/** What each way of reading a folder is called, and what it takes for what. */
export const layoutWords: Readonly<Record<DatasetLayout, { name: string; explained: string }>> = {
  folder: {
    name: say('Plain folder'),
    explained: say('Every image in the folder and below it, without labels.'),
  },
  mvtec: {
    name: 'MVTec AD',
    explained: say(
      'Class folders with train/good, test/good, test/<defect> and masks in ground_truth/<defect>; MPDD, BTAD and DTD-Synthetic too.',
    ),
  },
  visa: { name: 'VisA', explained: say('Images, labels and masks from a table in split_csv.') },
  anomalyclip: {
    name: 'AnomalyCLIP',
    explained: say('Images, labels and masks from meta.json, as AnomalyCLIP’s code writes it.'),
  },
  'images-masks': {
    name: say('Images and masks'),
    explained: say(
      'A folder of images beside a folder of masks of the same names, as in Kvasir, ClinicDB, ISIC, TN3K.',
    ),
  },
  elpv: { name: 'ELPV', explained: say('Solar cells with a defect probability in labels.csv.') },
  sdd: {
    name: 'KolektorSDD',
    explained: say('Pictures with a label image beside each; what the label image marks is the defect.'),
  },
  'good-bad': {
    name: say('Good and bad'),
    explained: say('Folders whose names say it: normal and anomaly, ok and ng, no and yes.'),
  },
  list: {
    name: say('Image list'),
    explained: say('A CSV table: a column of paths, and any of label, class, mask, split and defect.'),
  },
  coco: {
    name: 'COCO',
    explained: say('COCO annotations: polygons and run lengths become masks, categories become defects.'),
  },
};

const tableLayouts: ReadonlySet<DatasetLayout> = new Set(['visa', 'anomalyclip', 'list', 'coco', 'elpv']);

/** Whether a layout reads a table that can be chosen. */
export function readsTable(layout: DatasetLayout): boolean {
  return tableLayouts.has(layout);
}

/** The options that a layout reads; undefined where none of them is set. */
export function optionsFor(layout: DatasetLayout, options: LayoutOptions): LayoutOptions | undefined {
  const { elpvCut, sddHalves, table } = options;
  const own = {
    ...(layout === 'elpv' && elpvCut !== undefined ? { elpvCut } : {}),
    ...(layout === 'sdd' && sddHalves !== undefined ? { sddHalves } : {}),
    ...(readsTable(layout) && table !== undefined ? { table } : {}),
  };
  return Object.keys(own).length === 0 ? undefined : own;
}
