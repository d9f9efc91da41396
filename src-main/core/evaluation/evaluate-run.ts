// What lives here: how well a run tells anomalous from good, from what is stored and from masks on disk.
// What may not: thresholds that a user chose, and how figures are shown.
import type {
  ClassEvaluation,
  PixelFigures,
  RankMetrics,
  RunEvaluation,
} from '../../../src-shared/domain/evaluation.ts';
import { noPixelFigures, noRankMetrics } from '../../../src-shared/domain/evaluation.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { PixelMetrics } from '../../../src-shared/metrics/pixel-metrics.ts';
import {
  averagePrecisionOf,
  aurocOf,
  f1MaxOf,
  rankScores,
  type F1Max,
} from '../../../src-shared/metrics/ranking.ts';
import {
  readClass,
  readMaps,
  type ClassPart,
  type EvaluatedRun,
  type EvaluationSources,
  type ScoredImage,
} from './class-images.ts';
import type { PixelOutcome, PixelWorkers } from './pixel-workers.ts';

/** Pixels of one class that fit the counters, 32 bits each: 15,000 images at 518 px. */
const mostPixels = 4_000_000_000;

export interface RunEvaluationOptions {
  readonly repositories: EvaluationSources;
  readonly run: EvaluatedRun;
  /** The data set's folder. */
  readonly root: string;
  /** Lets other work of the process have its turn; throws when the evaluation is to stop. */
  readonly pause: () => Promise<void>;
  /** Asked for when the first class needs them; `imageCount` of all classes. */
  readonly workers: (imageCount: number) => PixelWorkers;
  /** The share that is done, 0-1. */
  onProgress(share: number): void;
}

interface ClassOptions extends Omit<RunEvaluationOptions, 'workers' | 'onProgress'> {
  readonly workers: () => PixelWorkers;
}

/**
 * Metrics per class over its labelled images outside the train split, without those that a few-shot method was shown
 * (methods.md §8, §9): image metrics from scores, pixel metrics at the run's rendering size from stored patch maps,
 * rendered as the window renders them, and masks, of which good images have an empty one.
 *
 * Null, and said in the class's notes: image metrics where all images have one label; pixel metrics where no image is
 * anomalous, an anomalous image has no mask or one that cannot be read, or all pixels are alike; everything while images
 * are still to come. Pixel metrics are exact and taken in bounded memory; see `planPixelMetrics`.
 */
export async function evaluateRun(options: RunEvaluationOptions): Promise<RunEvaluation> {
  const { repositories, run } = options;
  const parts: ClassPart[] = [];
  for (const className of repositories.images.classNames(run.datasetId)) {
    parts.push(readClass(options, className));
    await options.pause();
  }
  const total = parts.reduce((sum, { scored }) => sum + scored.length, 0);
  let done = 0;
  const classes: ClassEvaluation[] = [];
  for (const part of parts) {
    const before = done;
    done += part.scored.length;
    classes.push(
      await evaluateClass({ ...options, workers: () => options.workers(total) }, part, (share) => {
        options.onProgress((before + share * part.scored.length) / Math.max(1, total));
      }),
    );
    options.onProgress(done / Math.max(1, total));
  }
  return {
    runId: run.id,
    rendering: run.rendering,
    classes,
    mean: {
      image: meanImage(classes.map((one) => one.image)),
      pixel: meanPixel(classes.map((one) => one.pixel)),
      durationMs: meanOf(parts.flatMap(({ scored }) => scored.map((image) => image.durationMs ?? 0))),
    },
  };
}

async function evaluateClass(
  options: ClassOptions,
  { className, subjects, scored, referenceCount }: ClassPart,
  onProgress: (share: number) => void,
): Promise<ClassEvaluation> {
  const anomalous = subjects.filter((image) => image.label === 'anomalous');
  const missing = subjects.filter(({ score, error }) => score === null && error === null).length;
  const failed = missing > 0 ? 0 : subjects.length - scored.length;
  const base = {
    className,
    counts: {
      good: subjects.length - anomalous.length,
      anomalous: anomalous.length,
      masks: anomalous.filter((image) => image.maskPath !== null).length,
      failed,
      references: referenceCount,
    },
    image: noRankMetrics,
    pixel: noPixelFigures,
    f1MaxAt: { image: null, pixel: null },
    errorBound: 0,
    meanDurationMs: meanOf(scored.map((image) => image.durationMs ?? 0)),
  };
  if (subjects.length === 0) return { ...base, notes: [] };
  if (missing > 0)
    return {
      ...base,
      notes: [`${subjects.length - scored.length} of ${subjects.length} images are still to come.`],
    };
  const image = evaluateImages(scored);
  const pixel = await evaluatePixels(options, scored, onProgress);
  const notes = [
    ...fewReferencesNote(options.run, className),
    ...(failed === 0 ? [] : [`${failed} of ${subjects.length} images could not be scored and are left out.`]),
    ...oneLabelNote(scored),
    ...(pixel.note === null ? [] : [pixel.note]),
  ];
  const { auroc, ap, f1Max, aupro, auproPaper } = pixel.metrics ?? noPixelFigures;
  return {
    ...base,
    image: image.metrics,
    pixel: { auroc, ap, f1Max, aupro, auproPaper },
    f1MaxAt: { image: image.best?.threshold ?? null, pixel: pixel.metrics?.f1MaxThreshold ?? null },
    errorBound: pixel.metrics?.errorBound ?? 0,
    notes,
  };
}

function fewReferencesNote({ settings, references }: EvaluatedRun, className: string): string[] {
  const shown = references.find((one) => one.className === className)?.paths.length ?? 0;
  const { shots = 0 } = settings;
  return shown >= shots
    ? []
    : [`Shown ${shown} of ${countOf(shots, 'reference')}: it has no more good images.`];
}

function oneLabelNote(images: readonly ScoredImage[]): string[] {
  const anomalous = images.filter((image) => image.label === 'anomalous').length;
  if (images.length === 0 || (anomalous > 0 && anomalous < images.length)) return [];
  return anomalous === 0
    ? [`No image of ${images.length} is anomalous: image and pixel metrics have no meaning.`]
    : [`No image of ${images.length} is good: AUROC, AP and F1-max of images have no meaning.`];
}

function evaluateImages(images: readonly ScoredImage[]): { metrics: RankMetrics; best: F1Max | null } {
  const ranking = rankScores({
    scores: images.map((image) => image.score),
    labels: images.map((image) => image.label === 'anomalous'),
  });
  const best = f1MaxOf(ranking);
  return {
    metrics: { auroc: aurocOf(ranking), ap: averagePrecisionOf(ranking), f1Max: best?.value ?? null },
    best,
  };
}

interface PixelPart {
  readonly metrics: PixelMetrics | null;
  /** Why there are none although there are anomalous images. */
  readonly note: string | null;
}

async function evaluatePixels(
  options: ClassOptions,
  images: readonly ScoredImage[],
  onProgress: (share: number) => void,
): Promise<PixelPart> {
  const none = (note: string | null): PixelPart => ({ metrics: null, note });
  const { rendering } = options.run;
  const anomalous = images.filter((image) => image.label === 'anomalous');
  if (anomalous.length === 0) return none(null);
  const withoutMask = anomalous.filter((image) => image.maskPath === null).length;
  if (withoutMask === anomalous.length)
    return none(`No anomalous image has a mask: image metrics only, no pixel metrics.`);
  if (withoutMask > 0)
    return none(`${withoutMask} of ${anomalous.length} anomalous images have no mask: no pixel metrics.`);
  const { sizePx } = rendering;
  if (images.length * sizePx * sizePx > mostPixels)
    return none(
      `${countOf(images.length, 'image')} at ${sizePx}×${sizePx} pixels are more than is counted at once: no pixel metrics.`,
    );
  const outcome: PixelOutcome = await options.workers().measure({
    rendering,
    root: options.root,
    imageCount: images.length,
    images: readMaps(options, images),
    onProgress,
  });
  if (outcome.problem !== null) return none(outcome.problem.message);
  if (outcome.metrics.auroc === null)
    return none(`At ${sizePx}×${sizePx} the masks mark all pixels or none: no pixel metrics.`);
  return {
    metrics: outcome.metrics,
    note:
      outcome.metrics.auproPaper === null
        ? 'AUPRO of the papers’ code divides by zero here: its thresholds below FPR 0.3 all have one FPR.'
        : null,
  };
}

function meanImage(metrics: readonly RankMetrics[]): RankMetrics {
  return {
    auroc: meanOf(metrics.flatMap((one) => one.auroc ?? [])),
    ap: meanOf(metrics.flatMap((one) => one.ap ?? [])),
    f1Max: meanOf(metrics.flatMap((one) => one.f1Max ?? [])),
  };
}

/** Each metric's mean over those that have it; null where none has. */
function meanPixel(metrics: readonly PixelFigures[]): PixelFigures {
  return {
    ...meanImage(metrics),
    aupro: meanOf(metrics.flatMap((one) => one.aupro ?? [])),
    auproPaper: meanOf(metrics.flatMap((one) => one.auproPaper ?? [])),
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
