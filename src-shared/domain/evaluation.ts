import { z } from 'zod';
import { idSchema } from './dataset.ts';
import { mapRenderingSchema } from './method.ts';

const share = z.number().min(0).max(1).nullable();

/** AUROC, average precision and the best F1 (methods.md §8), 0-1; null where all labels are the same or there is none. */
export const rankMetricsSchema = z.object({ auroc: share, ap: share, f1Max: share }).readonly();
export type RankMetrics = z.infer<typeof rankMetricsSchema>;

/** Metrics over pixels: AUPRO by MVTec's definition, and as the papers' released code has it. */
export const pixelMetricsSchema = z
  .object({
    auroc: share,
    ap: share,
    f1Max: share,
    /** Every distinct value a threshold, integrated to FPR 0.3 with interpolation there. */
    aupro: share,
    /** 200 thresholds, FPR below 0.3 stretched to 0…1: what the papers' tables hold. Also null where that is 0/0. */
    auproPaper: share,
  })
  .readonly();
export type PixelFigures = z.infer<typeof pixelMetricsSchema>;

/** How well a run tells the anomalous images, and the anomalous pixels, of one class from the others. */
export const classEvaluationSchema = z
  .object({
    className: z.string(),
    /** Labelled images outside the train split. `failed` of them could not be scored and count nowhere else. */
    counts: z
      .object({
        good: z.number().int().nonnegative(),
        anomalous: z.number().int().nonnegative(),
        /** Anomalous images with a mask. */
        masks: z.number().int().nonnegative(),
        failed: z.number().int().nonnegative(),
        /** Images that a few-shot method was shown: left out, and in none of the other counts. */
        references: z.number().int().nonnegative(),
      })
      .readonly(),
    image: rankMetricsSchema,
    pixel: pixelMetricsSchema,
    /** The highest thresholds, «score ≥ threshold», that reach the best F1; null where there is none. */
    f1MaxAt: z.object({ image: z.number().nullable(), pixel: z.number().nullable() }).readonly(),
    /**
     * No pixel metric is further than this from its definition, apart from the rounding of sums in double precision
     * (below 1e-9). 0: exact.
     */
    errorBound: z.number().nonnegative(),
    /** Of a scored image; null where none is. */
    meanDurationMs: z.number().nonnegative().nullable(),
    /** Why a metric is null although there are labels, and what was left out, in sentences. */
    notes: z.array(z.string()).readonly(),
  })
  .readonly();
export type ClassEvaluation = z.infer<typeof classEvaluationSchema>;

/** Metrics of a run per class, and their means over the classes that have them (methods.md §8). */
export const runEvaluationSchema = z
  .object({
    runId: idSchema,
    /** Pixel metrics are taken on maps and masks of `sizePx`×`sizePx`. */
    rendering: mapRenderingSchema,
    classes: z.array(classEvaluationSchema).readonly(),
    /** Over classes; the duration over images. */
    mean: z
      .object({
        image: rankMetricsSchema,
        pixel: pixelMetricsSchema,
        durationMs: z.number().nonnegative().nullable(),
      })
      .readonly(),
  })
  .readonly();
export type RunEvaluation = z.infer<typeof runEvaluationSchema>;

export const noRankMetrics: RankMetrics = { auroc: null, ap: null, f1Max: null };
export const noPixelFigures: PixelFigures = { ...noRankMetrics, aupro: null, auproPaper: null };
