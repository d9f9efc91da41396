import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DatasetImage } from '../../../src-shared/domain/dataset.ts';
import {
  wantsFiles,
  type ExportPlan,
  type ExportTarget,
  type ExportWish,
} from '../../../src-shared/domain/export.ts';
import { freeBytesAt } from '../../system/free-bytes.ts';
import { makeThumbnail } from '../../images/thumbnail.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import { imageFileOf, mapSource, verdictOn } from './export-pass.ts';
import { fileKinds, isMapKind } from './file-kinds.ts';
import { predictionFiles } from './prediction-files.ts';
import type { PreparedExport, PreparedRun } from './prepare-export.ts';
import { pictureSizePx } from './report-pictures.ts';
import { countPictures } from './report-writer.ts';
import { requireFreeFolder } from './require-free-folder.ts';
import { TargetFolder } from './target-folder.ts';

/** Files of so many images, evenly spread, are made for trial. */
const triedAtMost = 3;
/** Style, tables and words of a report without its pictures. */
const reportFrameBytes = 40_000;

/** What an export would write. The size comes from files that are made for trial and thrown away. */
export async function planExport(
  repositories: Repositories,
  { dataset, runs }: PreparedExport,
  wish: ExportWish,
  signal: AbortSignal,
): Promise<ExportPlan> {
  let fileCount = 0;
  let sizeBytes: number | null = 0;
  let triedImages = 0;
  for (const one of wantsFiles(wish) ? runs : []) {
    const { imageCount, withoutScore } = one.selected;
    const { what } = one.summary.options;
    const mapKinds = what.filter(isMapKind).length;
    fileCount += mapKinds * (imageCount - withoutScore) + (what.length - mapKinds) + 1;
    const tried = pickImages(repositories, one);
    const mean = await meanSize(repositories, one, tried, signal);
    triedImages = Math.max(triedImages, tried.length);
    if (mean === null) sizeBytes = imageCount === 0 ? sizeBytes : null;
    else if (sizeBytes !== null)
      sizeBytes += Math.round(mean.perImage * imageCount + mean.perScore * (imageCount - withoutScore));
  }
  if (wish.report !== null) {
    fileCount++;
    const { className } = wish.options;
    const pictures = countPictures(repositories, dataset.id, className, wish.report.imagesPerClass);
    const [first] = runs;
    const tried = first === undefined ? [] : pickImages(repositories, first);
    triedImages = Math.max(triedImages, tried.length);
    const thumbnail = await meanThumbnail(dataset.root, tried);
    if (sizeBytes !== null) {
      // Each picture stands there by itself and under every run's map, as base64.
      const perPicture = (thumbnail * (runs.length + 1) * 4) / 3;
      sizeBytes += Math.round(reportFrameBytes + pictures * perPicture);
    }
  }
  return {
    runs: runs.map(({ run, folder, summary, selected }) => ({
      runId: run.id,
      folder,
      imageCount: selected.imageCount,
      withoutScore: selected.withoutScore,
      scoreThresholds: summary.scoreThresholds,
    })),
    fileCount,
    sizeBytes,
    triedImages,
  };
}

/** Some images of the selection, with scores where there are any: the highest, the lowest, and between. */
function pickImages(
  { images, results }: Repositories,
  { run, selected, summary }: PreparedRun,
): readonly DatasetImage[] {
  const { imageIds, classes, classNames } = results.scores(run.id);
  const { className } = summary.options;
  const ids = imageIds.filter(
    (id, row) =>
      (selected.ids === null || selected.ids.has(id)) &&
      (className === null || classNames[classes[row] ?? 0] === className),
  );
  const count = Math.min(triedAtMost, ids.length);
  const places = Array.from({ length: count }, (_, k) =>
    count === 1 ? 0 : Math.round((k * (ids.length - 1)) / (count - 1)),
  );
  return images.byIds(places.flatMap((place) => ids[place] ?? []));
}

/** Bytes of the tables an image, and of all other files an image with a score; null where nothing could be tried. */
async function meanSize(
  repositories: Repositories,
  { summary, run }: PreparedRun,
  tried: readonly DatasetImage[],
  signal: AbortSignal,
): Promise<{ readonly perImage: number; readonly perScore: number } | null> {
  if (tried.length === 0) return null;
  const { what } = summary.options;
  let [rows, files, filesOf] = [0, 0, 0];
  for (const image of tried) {
    const score = repositories.results.get(run.id, image.id)?.score ?? null;
    const threshold = summary.scoreThresholds.find(({ className }) => className === image.className);
    const row = { image, score, threshold, verdict: verdictOn(repositories, image) };
    for (const name of ['csv', 'json'] as const)
      if (what.includes(name)) rows += Buffer.byteLength(predictionFiles[name].row(row, 1));
    const size = await sizeOfFiles(repositories, summary, image, signal);
    if (size === null) continue;
    files += size;
    filesOf++;
  }
  if (filesOf === 0 && what.some(isMapKind)) return null;
  return { perImage: rows / tried.length, perScore: filesOf === 0 ? 0 : files / filesOf };
}

/** Makes the files of one image without storing them; null where that fails, which the export then says. */
async function sizeOfFiles(
  repositories: Repositories,
  summary: PreparedRun['summary'],
  image: DatasetImage,
  signal: AbortSignal,
): Promise<number | null> {
  let size = 0;
  const kinds = summary.options.what.filter(isMapKind);
  if (kinds.length === 0) return 0;
  try {
    const chosen = summary.mapThresholds.find(({ className }) => className === image.className);
    const source = mapSource(repositories, summary, image, chosen, signal);
    for (const kind of kinds) {
      await fileKinds[kind].write(source, (bytes) => {
        size += bytes.length;
        return Promise.resolve();
      });
    }
    return size;
  } catch (thrown) {
    if (thrown instanceof WorkbenchError) return null;
    throw thrown;
  }
}

async function meanThumbnail(root: string, tried: readonly DatasetImage[]): Promise<number> {
  const sizes: number[] = [];
  for (const image of tried) {
    const made = await makeThumbnail(imageFileOf(root, image), pictureSizePx, { crop: image.crop }).catch(
      () => null,
    );
    if (made !== null) sizes.push(made.length);
  }
  return sizes.length === 0 ? 0 : sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

export interface TargetWish {
  /** Absolute. */
  readonly folder: string;
  /** The data set's folder. */
  readonly root: string;
  readonly dataFolder: string;
}

/** Looks at a folder that an export could go to; makes and changes nothing. */
export async function inspectTarget({ folder, root, dataFolder }: TargetWish): Promise<ExportTarget> {
  const freeBytes = await aboveOf(folder, freeBytesAt);
  try {
    await requireFreeFolder({ folder, overwrite: true, root, dataFolder, jobId: null });
    const names = await TargetFolder.list(folder);
    const isThere = await access(folder).then(
      () => true,
      () => false,
    );
    await requireWritable(folder);
    return {
      folder,
      state: names.length > 0 ? 'not-empty' : isThere ? 'empty' : 'new',
      freeBytes,
      problem: null,
    };
  } catch (thrown) {
    return { folder, state: 'new', freeBytes, problem: toErrorShape(fromSystemError(thrown, folder)) };
  }
}

/** Asks of the folder, or of the nearest one above it that is there; null where none answers. */
async function aboveOf<T>(folder: string, ask: (existing: string) => Promise<T>): Promise<T | null> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      return await ask(at);
    } catch {
      if (dirname(at) === at) return null;
    }
  }
}

async function requireWritable(folder: string): Promise<void> {
  const existing = await aboveOf(folder, async (at) => {
    await access(at);
    return at;
  });
  if (existing !== null) await access(existing, constants.W_OK);
}
