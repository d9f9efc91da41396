import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fileOf, type DatasetImage } from '../../../src-shared/domain/dataset.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { findPublishedFigures, type PublishedResults } from '../../../src-shared/domain/published-results.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { colouriseMap } from '../../../src-shared/maps/colourise.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { layOver } from '../../images/overlay-picture.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import { makeThumbnail } from '../../images/thumbnail.ts';
import { readImageMask } from '../datasets/read-image-mask.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError, systemErrorCode } from '../error-report.ts';
import { makeFolder } from '../make-folder.ts';
import { chooseMapThreshold, chooseScoreThreshold, scoresOfClass } from './choose-thresholds.ts';
import { contourPath } from './contour-path.ts';
import { findDisagreements, rankImages, type Rank } from './find-disagreements.ts';
import { factsOf, titleOf } from './run-facts.ts';
import { renderRunReport } from './run-report-html.ts';
import { collectDecisions } from './verdict-report.ts';
import type { ReportClass, ReportOverlay, ReportPicture, PublishedRow, RunReport } from './run-report.ts';

const pictureSizePx = 360;
const maskSidePx = 512;
/** As the window lays heat over an image to begin with. */
const heatOpacity = 0.6;
const mostDisagreements = 8;
const letters = 'ABCDEFGH';

type ReportRepositories = Pick<
  Repositories,
  'datasets' | 'images' | 'results' | 'models' | 'promptSets' | 'verdicts' | 'operatingPoints'
>;

export interface RunReportOptions {
  readonly repositories: ReportRepositories;
  /** Runs of one data set, in the order of columns; at most eight. */
  readonly runs: readonly Run[];
  readonly notRun: RunReport['notRun'];
  /** Absolute; written as a whole or not at all. */
  readonly file: string;
  readonly imagesPerClass: number;
  readonly version: string;
  readonly signal: AbortSignal;
  evaluate(run: Run): Promise<RunEvaluation>;
  /** The papers' tables. */
  readonly publishedResults: PublishedResults;
}

/** A run with what is asked of it again and again. */
interface KnownRun {
  readonly run: Run;
  readonly ranks: ReadonlyMap<number, Rank>;
  /** By class. */
  readonly scoreThresholds: ReadonlyMap<string, number | null>;
  readonly mapThresholds: ReadonlyMap<string, number | null>;
}

/**
 * Writes a self-contained HTML report of runs over one data set: figures side by side, what the runs disagree on most,
 * per class the images with the highest scores under each run's map, and what each run was made with. Resolves with the
 * file's size. Gives way to other work after every picture.
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
  const classNames = repositories.images.classNames(dataset.id);
  const known = runs.map((run) => knowRun(repositories, run, classNames));
  const leadingRun = pickLeadingRun(evaluations);
  const makePicture = pictureMaker(options, dataset.root, known);
  const classes: ReportClass[] = [];
  for (const className of classNames) {
    const page = { descending: true, offset: 0, limit: options.imagesPerClass };
    const ids = repositories.results.idsByScore((runs[leadingRun] as Run).id, className, page);
    const pictures = await makePictures(options, ids, makePicture);
    classes.push({ name: className, pictures, imageCount: repositories.images.count(dataset.id, className) });
  }
  const disputed = findDisagreements(
    known.map(({ ranks }) => ranks),
    mostDisagreements,
  );
  const text = renderRunReport({
    datasetName: dataset.name,
    datasetRoot: dataset.root,
    imageCount: repositories.images.count(dataset.id, null),
    version: options.version,
    madeAt: new Date(),
    runs: runs.map((run, i) => ({
      letter: letters[i] ?? String(i + 1),
      title: titleOf(run, repositories),
      evaluation: evaluations[i] as RunEvaluation,
      facts: factsOf(run, repositories),
    })),
    leadingRun,
    published: publishedRows(options),
    notRun: options.notRun,
    disagreements: await makePictures(options, disputed, makePicture),
    classes,
    decisions: collectDecisions(
      repositories,
      dataset.id,
      classNames,
      runs.map((run, i) => ({ run, letter: letters[i] ?? String(i + 1) })),
    ),
  });
  await writeWhole(file, text);
  return { sizeBytes: Buffer.byteLength(text) };
}

function knowRun({ results }: ReportRepositories, run: Run, classNames: readonly string[]): KnownRun {
  const all = results.scores(run.id);
  const scoreThresholds = new Map<string, number | null>();
  const mapThresholds = new Map<string, number | null>();
  for (const className of classNames) {
    const own = scoresOfClass(all, className);
    const rule = { kind: 'default' } as const;
    scoreThresholds.set(className, chooseScoreThreshold(className, rule, own).value);
    mapThresholds.set(className, chooseMapThreshold({ results }, run.id, className, rule, own).value);
  }
  return { run, ranks: rankImages(all), scoreThresholds, mapThresholds };
}

/** What papers say of the runs' methods on a data set of this name, each once. Few-shot runs have no figure there. */
function publishedRows({ repositories, runs, publishedResults }: RunReportOptions): readonly PublishedRow[] {
  const rows = new Map<string, PublishedRow>();
  for (const { datasetId, methodId, settings } of runs) {
    const dataset = repositories.datasets.getCore(datasetId);
    if (dataset === null || (settings.shots ?? 0) > 0) continue;
    const figures = findPublishedFigures(publishedResults, dataset.name, methodId);
    for (const paper of new Set(figures.map((one) => one.paper))) {
      rows.set(`${methodId} ${paper}`, {
        title: methodCatalogue[methodId].name,
        paper: `${paper}’s paper`,
        figures: figures.filter((one) => one.paper === paper),
      });
    }
  }
  return [...rows.values()];
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

type MakePicture = (image: DatasetImage) => Promise<ReportPicture>;

async function makePictures(
  { repositories, signal }: RunReportOptions,
  imageIds: readonly number[],
  make: MakePicture,
): Promise<ReportPicture[]> {
  const pictures: ReportPicture[] = [];
  for (const image of repositories.images.byIds(imageIds)) {
    pictures.push(await make(image));
    await setImmediate();
    signal.throwIfAborted();
  }
  return pictures;
}

function pictureMaker(
  { repositories }: RunReportOptions,
  root: string,
  known: readonly KnownRun[],
): MakePicture {
  return async (image) => {
    const problems: string[] = [];
    const jpeg = await orProblem(problems, () =>
      makeThumbnail(join(root, fileOf(image)), pictureSizePx, { crop: image.crop }),
    );
    const mask = await orProblem(problems, () => outlineMask(repositories, root, image));
    const overlays: (ReportOverlay | null)[] = [];
    for (const one of known)
      overlays.push(jpeg === null ? null : await makeOverlay(repositories, one, image, jpeg));
    return {
      path: image.path,
      className: image.className,
      label: image.label,
      widthPx: image.widthPx,
      heightPx: image.heightPx,
      jpeg,
      problem: problems.length === 0 ? null : problems.join(' '),
      maskPath: mask ?? '',
      maskSidePx,
      overlays,
    };
  };
}

/** A file that is damaged or gone by now is said beside its picture; it does not cost the report. */
async function orProblem<T>(problems: string[], read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError)) throw thrown;
    problems.push(thrown.message);
    return null;
  }
}

async function makeOverlay(
  { results }: ReportRepositories,
  { run, ranks, scoreThresholds, mapThresholds }: KnownRun,
  { id, className }: DatasetImage,
  picture: Buffer,
): Promise<ReportOverlay | null> {
  const score = results.get(run.id, id)?.score ?? null;
  const stored = results.patchMap(run.id, id);
  const rank = ranks.get(id);
  if (score === null || stored === null || run.scale === null || rank === undefined) return null;
  const threshold = mapThresholds.get(className) ?? null;
  const scoreThreshold = scoreThresholds.get(className) ?? null;
  const sidePx = run.rendering.sizePx;
  const map = renderPixelMap(decodePatchMap(stored), run.rendering);
  const { mapMin: min, mapMax: max } = run.scale;
  const rgba = new Uint8ClampedArray(map.length * 4);
  const colouring = { colourMap: 'inferno', min, max, opacity: 1, threshold: null, fadesIn: true } as const;
  colouriseMap(map, { ...colouring, opaqueFrom: threshold ?? max }, rgba);
  return {
    score,
    isFlagged: scoreThreshold === null ? null : score >= scoreThreshold,
    rank: Math.floor(rank.rank),
    rankedCount: rank.count,
    jpeg: await layOver(picture, { rgba, width: sidePx, height: sidePx, opacity: heatOpacity }),
    contourPath: threshold === null ? '' : contourPath(traceContours(map, sidePx, sidePx, threshold)),
    sidePx,
  };
}

async function outlineMask(
  { images }: ReportRepositories,
  root: string,
  image: DatasetImage,
): Promise<string> {
  const mask = await readImageMask(images, root, image);
  if (mask === null) return '';
  const inside = Float32Array.from(resizeMask(mask, maskSidePx, maskSidePx));
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
    // The folder is there by now, so what is missing is its leave to write: `/proc` answers like that.
    if (systemErrorCode(thrown) === 'ENOENT')
      throw new WorkbenchError(
        'forbidden',
        `${file} cannot be written: the folder ${dirname(file)} takes no new files. Choose another place for the report.`,
        { cause: thrown },
      );
    throw fromSystemError(thrown, file);
  }
}
