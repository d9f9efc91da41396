// What lives here: how well a run tells anomalous from good, from what is stored and from masks on disk.
// What may not: thresholds that a user chose, and how figures are shown.
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClassEvaluation, RankMetrics, RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { averagePrecisionOf, aurocOf, f1MaxOf, rankScores } from '../../../src-shared/metrics/ranking.ts';
import { readMask } from '../../images/read-mask.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import type { LabelledImage } from '../db/images-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import { PixelRanking, type Pause } from './pixel-ranking.ts';

const nothing: RankMetrics = { auroc: null, ap: null, f1Max: null };

/** 2 GB of keys: classes with more pixels get no pixel metrics. */
const mostPixels = 250_000_000;
/** A window waits no longer than this for its turn, but for one image's map. */
const pauseEveryMs = 12;

type EvaluationRepositories = Pick<Repositories, 'datasets' | 'images' | 'results'>;

interface Evaluation {
  readonly repositories: EvaluationRepositories;
  readonly run: Run;
  readonly root: string;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

interface ScoredImage extends LabelledImage {
  readonly score: number;
  readonly durationMs: number;
}

/**
 * Metrics per class over its labelled images outside the train split (methods.md §8, §9): image metrics from scores,
 * pixel metrics at the run's rendering size from stored patch maps, rendered as the window renders them, and masks, of
 * which good images have an empty one. A class with an anomalous image without a mask has no pixel metrics, one with
 * images still to come has none at all.
 *
 * Exact, and costs 8 bytes a pixel of one class at a time (2.1 MB an image at 518 px; above 2 GB a class has no pixel
 * metrics). Gives way to other work between images and every few milliseconds of sorting.
 * Throws `not-found` for a data set that is gone, and what the signal is aborted with.
 */
export async function evaluateRun(
  repositories: EvaluationRepositories,
  run: Run,
  signal: AbortSignal,
): Promise<RunEvaluation> {
  const dataset = repositories.datasets.getCore(run.datasetId);
  if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${run.datasetId}.`);
  const evaluation = { repositories, run, root: dataset.root, signal, pause: makePause(signal) };
  const unfinished = repositories.results.unfinishedClasses(run.id, run.datasetId);
  const classes: ClassEvaluation[] = [];
  const durationsMs: number[] = [];
  for (const className of repositories.images.classNames(run.datasetId)) {
    const images = repositories.images.labelled(run.datasetId, className);
    const scored = await readScores(evaluation, images);
    durationsMs.push(...scored.map((image) => image.durationMs));
    const part = { className, images, scored, isUnfinished: unfinished.has(className) };
    classes.push(await evaluateClass(evaluation, part));
  }
  return {
    runId: run.id,
    rendering: run.rendering,
    classes,
    mean: {
      image: meanMetrics(classes.map((one) => one.image)),
      pixel: meanMetrics(classes.map((one) => one.pixel)),
      durationMs: meanOf(durationsMs),
    },
  };
}

function makePause(signal: AbortSignal): Pause {
  let lastMs = performance.now();
  return async () => {
    if (performance.now() - lastMs >= pauseEveryMs) {
      await setImmediate();
      lastMs = performance.now();
    }
    signal.throwIfAborted();
  };
}

async function readScores(
  { repositories, run, pause }: Evaluation,
  images: readonly LabelledImage[],
): Promise<ScoredImage[]> {
  const scored: ScoredImage[] = [];
  for (const image of images) {
    const { score = null, durationMs = 0 } = repositories.results.get(run.id, image.id) ?? {};
    if (score !== null) scored.push({ ...image, score, durationMs });
    await pause();
  }
  return scored;
}

interface ClassPart {
  readonly className: string;
  readonly images: readonly LabelledImage[];
  readonly scored: readonly ScoredImage[];
  readonly isUnfinished: boolean;
}

async function evaluateClass(
  evaluation: Evaluation,
  { className, images, scored, isUnfinished }: ClassPart,
): Promise<ClassEvaluation> {
  const anomalous = images.filter((image) => image.label === 'anomalous');
  const failed = isUnfinished ? 0 : images.length - scored.length;
  const counts = {
    good: images.length - anomalous.length,
    anomalous: anomalous.length,
    masks: anomalous.filter((image) => image.maskPath !== null).length,
    failed,
  };
  const meanDurationMs = meanOf(scored.map((image) => image.durationMs));
  const base = { className, counts, image: nothing, pixel: nothing, meanDurationMs };
  if (images.length === 0) return { ...base, notes: [] };
  if (isUnfinished)
    return {
      ...base,
      notes: [`${images.length - scored.length} of ${images.length} images are still to come.`],
    };
  const pixel = await evaluatePixels(evaluation, scored);
  const notes = [
    ...(failed === 0 ? [] : [`${failed} of ${images.length} images could not be scored and are left out.`]),
    ...(pixel.note === null ? [] : [pixel.note]),
  ];
  return { ...base, image: evaluateImages(scored), pixel: pixel.metrics, notes };
}

function evaluateImages(images: readonly ScoredImage[]): RankMetrics {
  const ranking = rankScores({
    scores: images.map((image) => image.score),
    labels: images.map((image) => image.label === 'anomalous'),
  });
  return {
    auroc: aurocOf(ranking),
    ap: averagePrecisionOf(ranking),
    f1Max: f1MaxOf(ranking)?.value ?? null,
  };
}

interface PixelMetrics {
  readonly metrics: RankMetrics;
  /** Why there are none although there are anomalous images. */
  readonly note: string | null;
}

async function evaluatePixels(evaluation: Evaluation, images: readonly ScoredImage[]): Promise<PixelMetrics> {
  const none = (note: string | null): PixelMetrics => ({ metrics: nothing, note });
  const { repositories, run, root, pause } = evaluation;
  const { sizePx } = run.rendering;
  const anomalous = images.filter((image) => image.label === 'anomalous');
  if (anomalous.length === 0) return none(null);
  const withoutMask = anomalous.filter((image) => image.maskPath === null).length;
  if (withoutMask > 0) {
    return none(`${withoutMask} of ${anomalous.length} anomalous images have no mask: no pixel metrics.`);
  }
  if (images.length * sizePx * sizePx > mostPixels) {
    return none(
      `${images.length} images at ${sizePx}×${sizePx} pixels are more than is ranked at once: no pixel metrics.`,
    );
  }
  const ranking = new PixelRanking(images.length * sizePx * sizePx);
  for (const image of images) {
    await pause();
    try {
      const stored = repositories.results.patchMap(run.id, image.id);
      if (stored === null) return none(`${image.path} has no map: no pixel metrics. Run the method again.`);
      const mask = image.label === 'good' ? null : await readMaskAt(join(root, image.maskPath ?? ''), sizePx);
      if (!ranking.add(renderPixelMap(decodePatchMap(stored), run.rendering), mask))
        return none(`The map of ${image.path} holds values that are not numbers: no pixel metrics.`);
    } catch (thrown) {
      // A mask that cannot be read, or a damaged map: the message names it and says what to do.
      if (!(thrown instanceof WorkbenchError)) throw thrown;
      return none(`No pixel metrics: ${toErrorShape(thrown).message}`);
    }
  }
  return { metrics: await ranking.rank(pause), note: null };
}

async function readMaskAt(file: string, sizePx: number): Promise<Uint8Array> {
  return resizeMask(await readMask(file), sizePx, sizePx);
}

/** Each metric's mean over those that have it; null where none has. */
function meanMetrics(metrics: readonly RankMetrics[]): RankMetrics {
  const mean = (pick: (one: RankMetrics) => number | null) =>
    meanOf(metrics.flatMap((one) => pick(one) ?? []));
  return { auroc: mean((one) => one.auroc), ap: mean((one) => one.ap), f1Max: mean((one) => one.f1Max) };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
