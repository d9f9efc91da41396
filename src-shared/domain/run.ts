import { z } from 'zod';
import { datasetImageSchema, idSchema, labelSchema } from './dataset.ts';
import { jobStateSchema } from './job.ts';
import { mapRenderingSchema, methodIdSchema, methodSettingsSchema } from './method.ts';

/** The one scale of a run's scores and maps: over the whole data set, never per image (a good part must look good). */
export const runScaleSchema = z
  .object({ scoreMin: z.number(), scoreMax: z.number(), mapMin: z.number(), mapMax: z.number() })
  .readonly();
export type RunScale = z.infer<typeof runScaleSchema>;

/** One pass of one method over one data set. */
export const runSchema = z
  .object({
    id: idSchema,
    datasetId: idSchema,
    methodId: methodIdSchema,
    modelId: z.string().nullable(),
    promptSetId: idSchema.nullable(),
    settings: methodSettingsSchema,
    rendering: mapRenderingSchema,
    state: jobStateSchema,
    jobId: idSchema,
    createdAtMs: z.number().int(),
    imageCount: z.number().int().nonnegative(),
    scoredCount: z.number().int().nonnegative(),
    failedCount: z.number().int().nonnegative(),
    /** Null until the first image is scored. */
    scale: runScaleSchema.nullable(),
    /** Image AUROC per class, 0-1; null where a class has one label only or is not finished. */
    imageAuroc: z
      .array(z.object({ className: z.string(), auroc: z.number().nullable() }).readonly())
      .readonly(),
  })
  .readonly();
export type Run = z.infer<typeof runSchema>;

/** What a run says of one image: a score, or why there is none. The patch map is an asset (see assetPaths). */
export const resultSchema = z
  .object({
    runId: idSchema,
    imageId: idSchema,
    score: z.number().nullable(),
    error: z.string().nullable(),
    mapRows: z.number().int().nonnegative(),
    mapColumns: z.number().int().nonnegative(),
    durationMs: z.number().nonnegative(),
  })
  .readonly();
export type Result = z.infer<typeof resultSchema>;

/** A row of an image list: the image and, if a run was named, what that run says of it. */
export const imageRowSchema = z
  .object({ image: datasetImageSchema, result: resultSchema.nullable() })
  .readonly();
export type ImageRow = z.infer<typeof imageRowSchema>;

/** All scores of a run in columns, worst first; `classes[k]` is an index into `classNames`. Images without a score are absent. */
export const runScoresSchema = z
  .object({
    classNames: z.array(z.string()).readonly(),
    imageIds: z.array(idSchema).readonly(),
    scores: z.array(z.number()).readonly(),
    labels: z.array(labelSchema.nullable()).readonly(),
    classes: z.array(z.number().int().nonnegative()).readonly(),
  })
  .readonly();
export type RunScores = z.infer<typeof runScoresSchema>;
