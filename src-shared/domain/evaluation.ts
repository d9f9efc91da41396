import { z } from 'zod';
import { idSchema } from './dataset.ts';
import { mapRenderingSchema } from './method.ts';

const share = z.number().min(0).max(1).nullable();

/** AUROC, average precision and the best F1 (methods.md §8), 0-1; null where a metric has no meaning. */
export const rankMetricsSchema = z.object({ auroc: share, ap: share, f1Max: share }).readonly();
export type RankMetrics = z.infer<typeof rankMetricsSchema>;

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
      })
      .readonly(),
    image: rankMetricsSchema,
    pixel: rankMetricsSchema,
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
        pixel: rankMetricsSchema,
        durationMs: z.number().nonnegative().nullable(),
      })
      .readonly(),
  })
  .readonly();
export type RunEvaluation = z.infer<typeof runEvaluationSchema>;
