import { z } from 'zod';
import {
  flagColumn,
  idColumn,
  indexColumn,
  numberColumn,
  numberOrNullColumn,
  positiveColumn,
  textColumn,
  wordOrNullColumn,
} from './column.ts';
import { computeUseSchema } from './compute-settings.ts';
import { datasetImageSchema, idSchema, labelSchema, splitSchema } from './dataset.ts';
import { jobErrorSchema, jobStateSchema } from './job.ts';
import { mapRenderingSchema, methodIdSchema, methodSettingsSchema } from './method.ts';
import { verdictValueSchema } from './verdict.ts';

/** The one scale of a run's scores and maps: over the whole data set, never per image (a good part must look good). */
export const runScaleSchema = z
  .object({ scoreMin: z.number(), scoreMax: z.number(), mapMin: z.number(), mapMax: z.number() })
  .readonly();
export type RunScale = z.infer<typeof runScaleSchema>;

/** The normal images of one class that a few-shot method is shown first; paths relative to the data set's root, in order. */
export const runReferencesSchema = z
  .object({ className: z.string(), paths: z.array(z.string()).readonly() })
  .readonly();
export type RunReferences = z.infer<typeof runReferencesSchema>;

/** What one method makes of one data set. Several runs may share a job, and with it one pass over the images. */
export const runSchema = z
  .object({
    id: idSchema,
    /** What its user calls it; absent: nothing. */
    name: z.string().optional(),
    datasetId: idSchema,
    /** The one class that it looks through; absent: all. `imageCount` counts the images of it. */
    className: z.string().optional(),
    methodId: methodIdSchema,
    modelId: z.string().nullable(),
    /** Weights of the model that it was made with: an id can come to mean another model. Null without a model. */
    modelSha256: z.string().nullable(),
    promptSetId: idSchema.nullable(),
    settings: methodSettingsSchema,
    /** Of a few-shot method; those outside the train split are left out of its evaluation. */
    references: z.array(runReferencesSchema).readonly(),
    rendering: mapRenderingSchema,
    /** The job's, but `failed` where this run failed while others of the job went on. */
    state: jobStateSchema,
    /** Why it failed, its own reason or its job's; null otherwise. */
    error: jobErrorSchema.nullable(),
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
    /** What computed it last; absent before it began, where no model is needed, and for runs of older programs. */
    compute: computeUseSchema.optional(),
  })
  .readonly();
export type Run = z.infer<typeof runSchema>;

/** What runs would cost, by what earlier runs on this machine measured. */
export const runEstimateSchema = z
  .object({
    imageCount: z.number().int().nonnegative(),
    /** In the order of the wishes; null: no such run was made yet. */
    perImage: z
      .array(
        z
          .object({
            durationMs: z.number().nonnegative(),
            /** Where it was measured, and on how many images. */
            runId: idSchema,
            measuredCount: z.number().int().positive(),
          })
          .readonly()
          .nullable(),
      )
      .readonly(),
    /** Of all together; null where one of them was never measured. */
    durationMs: z.number().nonnegative().nullable(),
    /** What the results take on the disk, about; null without a model where one is needed. */
    neededBytes: z.number().int().nonnegative().nullable(),
    /** On the data folder's disk; null where the system does not say. */
    freeBytes: z.number().int().nonnegative().nullable(),
    /** Classes looked through that prompts of the wishes were learned from. */
    learnedClasses: z.array(z.string()).readonly(),
  })
  .readonly();
export type RunEstimate = z.infer<typeof runEstimateSchema>;

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

/**
 * Why an image counts in no metric of a run: it belongs to the train split, or the method was shown it as a reference
 * (methods.md §9). `runs.evaluate` leaves out the same images.
 */
export const leftOutSchema = z.enum(['train', 'reference']);
export type LeftOut = z.infer<typeof leftOutSchema>;

/** All scores of a run in columns, worst first; `classes[k]` is an index into `classNames`. Images without a score are absent. */
export const runScoresSchema = z
  .object({
    classNames: z.array(z.string()).readonly(),
    imageIds: idColumn,
    scores: numberColumn,
    labels: wordOrNullColumn(labelSchema),
    classes: indexColumn,
    /** Null: it counts in metrics where it has a label. */
    leftOut: wordOrNullColumn(leftOutSchema),
  })
  .readonly();
export type RunScores = z.infer<typeof runScoresSchema>;

/** All images of a data set in columns, by path (row k of each belongs together); scores are one run's. */
export const imageColumnsSchema = z
  .object({
    classNames: z.array(z.string()).readonly(),
    imageIds: idColumn,
    paths: textColumn,
    /** Indexes into `classNames`. */
    classes: indexColumn,
    labels: wordOrNullColumn(labelSchema),
    /** Null where the run has none, or no run was named. */
    scores: numberOrNullColumn,
    /** The newest of each; null: none, or withdrawn. */
    verdicts: wordOrNullColumn(verdictValueSchema),
    hasNote: flagColumn,
    splits: wordOrNullColumn(splitSchema),
    /** Whether the data set's problems name it. */
    hasProblem: flagColumn,
    /** Width by height, to three digits. */
    aspects: positiveColumn,
  })
  .readonly();
export type ImageColumns = z.infer<typeof imageColumnsSchema>;
