import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DatasetImage } from '../../../src-shared/domain/dataset.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { colouriseMap } from '../../../src-shared/maps/colourise.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { pickUsualImages, proposeMapThreshold } from '../../../src-shared/maps/map-threshold.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { layOver } from '../../images/overlay-picture.ts';
import { readMask } from '../../images/read-mask.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import { makeThumbnail } from '../../images/thumbnail.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import { makeFolder } from '../make-folder.ts';
import { contourPath } from './contour-path.ts';
import {
  renderRunReport,
  type ReportClass,
  type ReportOverlay,
  type ReportPicture,
  type RunReport,
} from './run-report-html.ts';

const pictureSizePx = 360;
const maskSidePx = 512;
/** As the window lays heat over an image to begin with. */
const heatOpacity = 0.6;

type ReportRepositories = Pick<Repositories, 'datasets' | 'images' | 'results' | 'models'>;

export interface RunReportOptions {
  readonly repositories: ReportRepositories;
  /** Runs of one data set, in the order of columns. */
  readonly runs: readonly Run[];
  readonly notRun: RunReport['notRun'];
  /** Absolute; written as a whole or not at all. */
  readonly file: string;
  readonly imagesPerClass: number;
  readonly version: string;
  readonly signal: AbortSignal;
  evaluate(run: Run): Promise<RunEvaluation>;
}

/**
 * Writes a self-contained HTML report of runs over one data set: figures, and per class the images with the highest
 * scores under each run's map. Resolves with the file's size. Gives way to other work after every picture.
 * Throws `bad-request` for runs of several data sets and for a file that is not called `.html`, and what writing throws.
 */
export async function writeRunReport(options: RunReportOptions): Promise<{ sizeBytes: number }> {
  const { runs, file, repositories } = options;
  if (extname(file).toLowerCase() !== '.html') {
    throw new WorkbenchError('bad-request', `The report is an HTML file; ${file} does not end in .html.`);
  }
  const [first] = runs;
  const dataset = first === undefined ? null : repositories.datasets.getCore(first.datasetId);
  if (dataset === null || runs.some((run) => run.datasetId !== dataset.id)) {
    throw new WorkbenchError('bad-request', 'A report needs runs of one data set that is still there.');
  }
  const evaluations: RunEvaluation[] = [];
  for (const run of runs) evaluations.push(await options.evaluate(run));
  const leadingRun = pickLeadingRun(evaluations);
  const classes: ReportClass[] = [];
  for (const className of repositories.images.classNames(dataset.id))
    classes.push(await makeClass(options, dataset.root, runs[leadingRun] as Run, className));
  const text = renderRunReport({
    datasetName: dataset.name,
    imageCount: repositories.images.count(dataset.id, null),
    version: options.version,
    madeAt: new Date(),
    runs: runs.map((run, i) => ({
      title: titleOf(run, repositories),
      evaluation: evaluations[i] as RunEvaluation,
    })),
    leadingRun,
    notRun: options.notRun,
    classes,
  });
  await writeWhole(file, text);
  return { sizeBytes: Buffer.byteLength(text) };
}

function titleOf(run: Run, { models }: ReportRepositories): string {
  const { name } = methodCatalogue[run.methodId];
  return run.modelId === null ? name : `${name} · ${models.get(run.modelId)?.name ?? run.modelId}`;
}

/** The run with the best mean image AUROC; the last where none has one. */
function pickLeadingRun(evaluations: readonly RunEvaluation[]): number {
  let best = evaluations.length - 1;
  for (const [i, { mean }] of evaluations.entries()) {
    const value = mean.image.auroc;
    if (value !== null && value > (evaluations[best]?.mean.image.auroc ?? -1)) best = i;
  }
  return best;
}

async function makeClass(
  options: RunReportOptions,
  root: string,
  leading: Run,
  className: string,
): Promise<ReportClass> {
  const { repositories, runs, imagesPerClass } = options;
  const { images, results } = repositories;
  const page = { descending: true, offset: 0, limit: imagesPerClass };
  const shown = images.byIds(results.idsByScore(leading.id, className, page));
  const thresholds = runs.map((run) => mapThreshold(repositories, run, className));
  const pictures: ReportPicture[] = [];
  for (const image of shown) {
    pictures.push(await makePicture(options, join(root, image.path), image, root, thresholds));
    await setImmediate();
    options.signal.throwIfAborted();
  }
  return { name: className, pictures, imageCount: images.count(leading.datasetId, className) };
}

/** As the window proposes it for one class: 99 % of the map of its good images lies below. Null without maps. */
function mapThreshold({ results }: ReportRepositories, run: Run, className: string): number | null {
  const { classNames, classes, imageIds, labels } = results.scores(run.id);
  const wanted = classNames.indexOf(className);
  const rows = [...classes.keys()].filter((row) => classes[row] === wanted);
  const usual = pickUsualImages({
    imageIds: rows.map((row) => imageIds[row] as number),
    labels: rows.map((row) => labels[row] ?? null),
  });
  const maps = usual.imageIds.flatMap((imageId) => {
    const bytes = results.patchMap(run.id, imageId);
    return bytes === null ? [] : [decodePatchMap(bytes)];
  });
  return maps.length === 0 ? null : proposeMapThreshold(maps);
}

async function makePicture(
  { repositories, runs }: RunReportOptions,
  file: string,
  image: DatasetImage,
  root: string,
  thresholds: readonly (number | null)[],
): Promise<ReportPicture> {
  const jpeg = await makeThumbnail(file, pictureSizePx);
  const overlays: (ReportOverlay | null)[] = [];
  for (const [i, run] of runs.entries())
    overlays.push(await makeOverlay(repositories, run, image.id, jpeg, thresholds[i] ?? null));
  return {
    path: image.path,
    label: image.label,
    widthPx: image.widthPx,
    heightPx: image.heightPx,
    jpeg,
    maskPath: image.maskPath === null ? '' : await outlineMask(join(root, image.maskPath)),
    maskSidePx,
    overlays,
  };
}

async function makeOverlay(
  { results }: ReportRepositories,
  run: Run,
  imageId: number,
  picture: Buffer,
  threshold: number | null,
): Promise<ReportOverlay | null> {
  const score = results.get(run.id, imageId)?.score ?? null;
  const stored = results.patchMap(run.id, imageId);
  if (score === null || stored === null || run.scale === null) return null;
  const sidePx = run.rendering.sizePx;
  const map = renderPixelMap(decodePatchMap(stored), run.rendering);
  const { mapMin: min, mapMax: max } = run.scale;
  const rgba = new Uint8ClampedArray(map.length * 4);
  const colouring = { colourMap: 'inferno', min, max, opacity: 1, threshold: null, fadesIn: true } as const;
  colouriseMap(map, { ...colouring, opaqueFrom: threshold ?? max }, rgba);
  return {
    score,
    jpeg: await layOver(picture, { rgba, width: sidePx, height: sidePx, opacity: heatOpacity }),
    contourPath: threshold === null ? '' : contourPath(traceContours(map, sidePx, sidePx, threshold)),
    sidePx,
  };
}

async function outlineMask(file: string): Promise<string> {
  const inside = Float32Array.from(resizeMask(await readMask(file), maskSidePx, maskSidePx));
  return contourPath(traceContours(inside, maskSidePx, maskSidePx, 0.5));
}

async function writeWhole(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`;
  try {
    makeFolder(dirname(file), 'the folder of the report');
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } catch (thrown) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw fromSystemError(thrown, file);
  }
}
