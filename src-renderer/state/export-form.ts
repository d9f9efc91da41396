import { create } from 'zustand';
import type { MethodParams } from '../../src-shared/contract/methods.ts';
import type { ExportImages, ExportKind, ExportSize } from '../../src-shared/domain/export.ts';

/** Which images are exported. `filtered`: those that Images shows by its filter; `reviewed`: those that Review does. */
export type ExportedImages = 'all' | 'filtered' | 'reviewed' | 'predicted-defect' | 'with-verdict';

/** Saved thresholds that take the place of those in force, by their ids. */
export interface TakenPoints {
  readonly score: number | null;
  readonly map: number | null;
}

/** What the page of an export holds, by data set: it is there again when one comes back. */
export interface ExportForm {
  /** Null: the run that the window shows. */
  readonly runIds: readonly number[] | null;
  readonly pointsByRun: Readonly<Record<number, TakenPoints>>;
  readonly what: readonly ExportKind[];
  readonly hasReport: boolean;
  readonly imagesPerClass: number;
  readonly images: ExportedImages;
  /** Null: maps as they are rendered, masks and overlays as large as the image. */
  readonly size: ExportSize | null;
  readonly isJpeg: boolean;
  readonly hasMvtecNames: boolean;
  /** Null: the proposed one. */
  readonly folder: string | null;
  readonly overwrite: boolean;
}

export const emptyForm: ExportForm = {
  runIds: null,
  pointsByRun: {},
  what: ['csv'],
  hasReport: true,
  imagesPerClass: 8,
  images: 'all',
  size: null,
  isJpeg: true,
  hasMvtecNames: false,
  folder: null,
  overwrite: false,
};

interface ExportFormState {
  readonly byDataset: Readonly<Record<number, ExportForm>>;
  change(datasetId: number, change: Partial<ExportForm>): void;
}

export const useExportFormStore = create<ExportFormState>()((set, get) => ({
  byDataset: {},
  change: (datasetId, change) => {
    const { byDataset } = get();
    set({ byDataset: { ...byDataset, [datasetId]: { ...emptyForm, ...byDataset[datasetId], ...change } } });
  },
}));

/** The images that a filter of the window leaves, and what they have in common, in words. */
export interface FilteredImages {
  readonly ids: readonly number[];
  readonly words: string;
}

/** By the view whose filter it is; null: none is set there. */
export type ExportFilters = Readonly<Record<'filtered' | 'reviewed', FilteredImages | null>>;

export interface WishParts {
  readonly form: ExportForm;
  readonly runIds: readonly number[];
  /** Null: all classes. */
  readonly className: string | null;
  readonly filters: ExportFilters;
  /** Blinded: nothing is asked for whose count would tell what the runs say. */
  readonly isClosed: boolean;
}

/** What the form asks for; null while it asks for nothing. */
export function exportWish(parts: WishParts): MethodParams<'exports.plan'> | null {
  const { form, runIds, className } = parts;
  const images = chosenImages(parts);
  if (runIds.length === 0 || images === null || (form.what.length === 0 && !form.hasReport)) return null;
  return {
    runs: runIds.map((runId) => {
      const { score = null, map = null } = form.pointsByRun[runId] ?? {};
      return {
        runId,
        ...(score === null ? {} : { scoreThreshold: { kind: 'operating-point' as const, id: score } }),
        ...(map === null ? {} : { mapThreshold: { kind: 'operating-point' as const, id: map } }),
      };
    }),
    images,
    options: {
      what: [...form.what],
      className,
      size: form.size,
      overlayFormat: form.isJpeg ? 'jpeg' : 'png',
      names: form.hasMvtecNames ? 'mvtec' : 'suffixed',
    },
    report: form.hasReport ? { imagesPerClass: form.imagesPerClass } : null,
  };
}

/**
 * What is chosen of the form as it can be had now: a filter that was taken away meanwhile leaves all images, and so does
 * reading blinded where the choice goes by what the runs say.
 */
export function imagesInForce(
  { images }: ExportForm,
  filters: ExportFilters,
  isClosed: boolean,
): ExportedImages {
  if (isClosed && images === 'predicted-defect') return 'all';
  return (images === 'filtered' || images === 'reviewed') && filters[images] === null ? 'all' : images;
}

function chosenImages({ form, filters, isClosed }: WishParts): ExportImages | null {
  const images = imagesInForce(form, filters, isClosed);
  if (images !== 'filtered' && images !== 'reviewed') return { kind: images };
  const { ids = [], words = '' } = filters[images] ?? {};
  return ids.length === 0 ? null : { kind: 'listed', imageIds: [...ids], words: words.slice(0, 300) };
}

/** A folder name that every file system takes: letters, digits, `-`, `_`. */
export function folderName(words: string): string {
  const name = words
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^\p{L}\p{N}_-]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'export' : name.slice(0, 60).toLowerCase();
}
