import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type {
  DatasetLayout,
  ImageCrop,
  ImportPreview,
  Label,
  LayoutOptions,
  PreviewClass,
  PreviewSample,
  Problem,
  ProblemCode,
} from '../../../src-shared/domain/dataset.ts';
import { defaultImageTools } from '../assets/default-image-tools.ts';
import { findTables, placeOfTable } from './find-tables.ts';
import type { LayoutEntry } from './layout.ts';
import { detectLayout, layoutImporter } from './layouts.ts';
import { previewFiles, type PreviewFiles } from './preview-files.ts';
import type { PreviewPictures } from './preview-pictures.ts';
import { probeEntry } from './probe-entry.ts';
import { createTreeReader, inspectLimits, resolveFolder, type TreeLimits } from './read-folder.ts';
import { requireReadOptions } from './require-read-options.ts';

const problemsOfKind = 200;
const samplesShown = 12;
const entriesBetweenYields = 2000;
/** Where masks decide labels, so many are read, and for so long, while somebody waits. */
const masksRead = 3000;
const maskReadingMs = 4000;
const reportEveryMs = 250;
/** Of one class and label; and in all. */
const picturesOfKind = 3;
const picturesShown = 180;

export interface InspectProgress {
  readonly fileCount: number;
  readonly imageCount: number;
  readonly openedCount: number;
}

export interface InspectOptions {
  /** A folder, or a table of images in it. */
  readonly path: string;
  readonly layout?: DatasetLayout | undefined;
  readonly layoutOptions?: LayoutOptions | undefined;
  readonly excluded: readonly string[];
  readonly signal: AbortSignal;
  readonly limits?: TreeLimits;
  /** Where pictures of it are kept; images are opened only where they can be. */
  readonly pictures?: PreviewPictures | undefined;
  /** Called four times a second. */
  readonly onProgress?: (progress: InspectProgress) => void;
}

/**
 * What an import of a folder would find, from directory listings and tables; nothing is stored. No image is opened, except
 * masks that decide labels (SDD), for at most four seconds, and, with `pictures`, images and masks for some seconds more.
 * At most 200,000 files are looked at.
 * Throws `not-found`, `forbidden` or `bad-request` for a folder that cannot be read.
 */
export async function inspectDataset(options: InspectOptions): Promise<ImportPreview> {
  const { signal, excluded, limits = inspectLimits, pictures } = options;
  const place = await placeOfTable(options.path, signal);
  const root = place?.root ?? (await resolveFolder(options.path));
  const layout = options.layout ?? place?.layout ?? (await detectLayout(root, signal));
  const name = basename(root) || root;
  const layoutOptions = { ...(place === null ? {} : { table: place.table }), ...options.layoutOptions };
  requireReadOptions(root, layout, layoutOptions);
  const tables = await findTables(createTreeReader(root, { signal, limits, excluded }));
  const tree = createTreeReader(root, { signal, limits, excluded });
  const entries: LayoutEntry[] = [];
  const labels = new Map<string, Label | null>();
  let openedCount = 0;
  const timer = setInterval(() => {
    options.onProgress?.({ fileCount: tree.entriesSeen, imageCount: entries.length, openedCount });
  }, reportEveryMs);
  let opened: PreviewFiles | null = null;
  try {
    const reader = createLabelReader(root);
    for await (const entry of layoutImporter(layout).entries(tree, { datasetName: name, layoutOptions })) {
      labels.set(entry.path, entry.emptyMask === 'good' ? await reader.read(entry) : entry.label);
      entries.push(entry);
      if (entries.length % entriesBetweenYields === 0) {
        await setImmediate();
        signal.throwIfAborted();
      }
    }
    if (reader.skipped() > 0) tree.problems.push(skippedLabels(reader.skipped()));
    if (pictures !== undefined) {
      opened = await previewFiles({
        root,
        entries,
        problems: tree.problems,
        signal,
        onOpened: (count) => {
          openedCount = count;
        },
      });
      // An empty mask can leave an image without the label that its place said.
      for (const { path, label } of opened.records.values()) labels.set(path, label);
    }
  } finally {
    clearInterval(timer);
  }
  const usable = entries.filter((entry) => opened?.unusable.has(entry.path) !== true);
  return {
    root,
    name,
    layout,
    ...(Object.keys(layoutOptions).length === 0 ? {} : { layoutOptions }),
    imageCount: usable.length,
    classes: countClasses(usable, labels, opened?.records),
    problems: firstOfEachKind(tree.problems),
    problemCount: tree.problems.length,
    problemKinds: countKinds(tree.problems),
    samples: usable.slice(0, samplesShown).map(({ path }) => path),
    splits: countSplits(usable),
    tables,
    openedCount: opened?.openedCount ?? null,
    ...choosePictures(root, usable, labels, opened, pictures),
  };
}

function skippedLabels(count: number): Problem {
  return {
    path: '.',
    code: 'too-many-files',
    message: `The labels of ${count} images are in their masks, which the import reads; here they count as unlabelled.`,
  };
}

function countClasses(
  entries: readonly LayoutEntry[],
  labels: ReadonlyMap<string, Label | null>,
  opened: PreviewFiles['records'] = new Map(),
): readonly PreviewClass[] {
  const classes = new Map<string, { -readonly [K in keyof PreviewClass]: PreviewClass[K] }>();
  for (const { className, path, maskPath } of entries) {
    const label = labels.get(path) ?? null;
    const counts = classes.get(className) ?? {
      name: className,
      good: 0,
      anomalous: 0,
      unlabelled: 0,
      masks: 0,
      masksFound: 0,
    };
    counts[label ?? 'unlabelled'] += 1;
    if (maskPath !== null && label !== 'good') {
      counts.masksFound += 1;
      if (isMaskUsed(path, opened)) counts.masks += 1;
    }
    classes.set(className, counts);
  }
  return [...classes.values()];
}

/** Whether nothing that was opened speaks against the mask of an image that has one. */
function isMaskUsed(path: string, opened: PreviewFiles['records']): boolean {
  const record = opened.get(path);
  return record === undefined || record.maskPath !== null;
}

function countSplits(entries: readonly LayoutEntry[]): ImportPreview['splits'] {
  const counts = { train: 0, test: 0, none: 0 };
  for (const { split } of entries) counts[split ?? 'none'] += 1;
  return counts;
}

function countKinds(problems: readonly Problem[]): ImportPreview['problemKinds'] {
  const counts = new Map<ProblemCode, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count }));
}

function firstOfEachKind(problems: readonly Problem[]): Problem[] {
  const counts = new Map<ProblemCode, number>();
  return problems.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= problemsOfKind;
  });
}

/** A few images of every class and label; of those that were opened, where any of a kind was. */
function choosePictures(
  root: string,
  entries: readonly LayoutEntry[],
  labels: ReadonlyMap<string, Label | null>,
  opened: PreviewFiles | null,
  pictures: PreviewPictures | undefined,
): Pick<ImportPreview, 'pictures' | 'previewId'> {
  if (opened === null || pictures === undefined) return { pictures: [], previewId: null };
  const byKind = new Map<string, LayoutEntry[]>();
  for (const wanted of [true, false]) {
    for (const entry of entries) {
      if (opened.records.has(entry.path) !== wanted) continue;
      const kind = `${entry.className}\0${labels.get(entry.path) ?? ''}`;
      const chosen = byKind.get(kind) ?? [];
      if (chosen.length < picturesOfKind) byKind.set(kind, [...chosen, entry]);
    }
  }
  const order = ['good', 'anomalous', null];
  const placeOf = ({ path }: LayoutEntry) => order.indexOf(labels.get(path) ?? null);
  const chosen = [...byKind.values()]
    .flat()
    .slice(0, picturesShown)
    .sort((a, b) => placeOf(a) - placeOf(b));
  const samples = chosen.map((entry): PreviewSample => {
    const { path, className, maskPath } = entry;
    const label = labels.get(path) ?? null;
    return {
      path,
      className,
      label,
      hasMask: maskPath !== null && label !== 'good' && isMaskUsed(path, opened.records),
    };
  });
  const files = chosen.map((entry) => ({
    file: entry.part?.filePath ?? entry.path,
    crop: opened.records.get(entry.path)?.crop,
  }));
  return { pictures: samples, previewId: pictures.keep(root, files) };
}

/** Labels that masks decide, as an import would find them; null where the mask was not read. */
function createLabelReader(root: string) {
  const endMs = performance.now() + maskReadingMs;
  let read = 0;
  let skipped = 0;
  return {
    async read(entry: LayoutEntry): Promise<Label | null> {
      if (entry.maskPath === null) return null;
      if (read >= masksRead || performance.now() > endMs) {
        skipped += 1;
        return null;
      }
      read += 1;
      const problems: Problem[] = [];
      const options = {
        root,
        entry,
        known: undefined,
        problems,
        probe: probeImage,
        probeMask: probeMaskFile,
      };
      return (await probeEntry(options))?.label ?? null;
    },
    skipped: () => skipped,
  };
}

const probeImage = (file: string) => defaultImageTools.probe(file);
const probeMaskFile = (file: string, crop?: ImageCrop) => defaultImageTools.probeMask(file, crop);
