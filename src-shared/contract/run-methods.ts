import { z } from 'zod';
import { idSchema } from '../domain/dataset.ts';
import { runEvaluationSchema } from '../domain/evaluation.ts';
import { jobSchema } from '../domain/job.ts';
import { mapProfileSchema } from '../domain/map-profile.ts';
import { methodIdSchema, methodSettingsSchema } from '../domain/method.ts';
import { modelIdSchema } from '../domain/model.ts';
import { pixelIntervalsSchema } from '../domain/pixel-intervals.ts';
import { publishedFigureSchema } from '../domain/published-results.ts';
import { runEstimateSchema, runSchema, runScoresSchema } from '../domain/run.ts';
import { ok, page } from './method-parts.ts';

/** The one class that a run looks through; null: all. */
const runClassName = z.string().min(1).max(500).nullable().default(null);
/** As many as Compare has room for, and some more. */
const runColumns = z.array(idSchema).min(1).max(12).readonly();
const runWishesSchema = z
  .array(
    z
      .object({
        methodId: methodIdSchema,
        promptSetId: idSchema.nullable(),
        settings: methodSettingsSchema,
      })
      .strict(),
  )
  .min(1)
  .max(32);

/** Runs, their scores and metrics, and the figures of the papers; a part of `contractMethods`. */
export const runMethods = {
  'runs.list': {
    params: z.object({ datasetId: idSchema.nullable() }).strict(),
    result: z.object({ runs: z.array(runSchema) }),
  },
  'runs.get': { params: z.object({ runId: idSchema }).strict(), result: runSchema },
  /** Every score of a run at once, in columns (row k of each belongs together), worst first. */
  'runs.scores': { params: z.object({ runId: idSchema }).strict(), result: runScoresSchema },
  /** Images that a run could not score, with the reason. */
  'runs.failures': {
    params: z.object({ runId: idSchema, ...page }).strict(),
    result: z.object({
      total: z.number().int(),
      failures: z.array(z.object({ imageId: idSchema, path: z.string(), message: z.string() })),
    }),
  },
  /**
   * Forgets why images could not be scored, one or all of a run, and scores them again. Throws `busy` while the run's job
   * is going on, `bad-request` where nothing failed.
   */
  'runs.retryFailures': {
    params: z.object({ runId: idSchema, imageId: idSchema.nullable() }).strict(),
    result: z.object({ job: jobSchema }),
  },
  /**
   * Metrics from what a run has stored and the masks as they are now: at once where they are known, else seconds for
   * hundreds of images, told by `run.evaluating`. Rejects with `cancelled` after `runs.stopEvaluating`.
   */
  'runs.evaluate': { params: z.object({ runId: idSchema }).strict(), result: runEvaluationSchema },
  /**
   * Bootstrap intervals of the pixel metrics of runs over one data set, a column a run in this order (a run may stand there
   * twice), for the figures of `runs.evaluate`: whole images are drawn anew, as for image metrics, and measured on
   * histograms of their maps. Seconds a run the first time, then kept. Rejects with `cancelled` after
   * `runs.stopPixelIntervals`, `bad-request` for runs over several data sets.
   */
  'runs.pixelIntervals': {
    params: z.object({ runIds: runColumns }).strict(),
    result: pixelIntervalsSchema,
  },
  /** Ends what is under way for just these runs. */
  'runs.stopPixelIntervals': { params: z.object({ runIds: runColumns }).strict(), result: ok },
  /** What the papers say of a method on a data set of this name and its classes; empty for names they do not know. */
  'published.figures': {
    params: z.object({ datasetName: z.string().max(200), methodId: methodIdSchema }).strict(),
    result: z.object({ figures: z.array(publishedFigureSchema) }),
  },
  /**
   * What every map threshold does to a run's images or to one class of them: seconds for hundreds of images, told by
   * `run.profiling`; at once where it is known. A wish for the same run ends the one before. Rejects with `cancelled`
   * after `runs.stopProfiling`.
   */
  'runs.mapProfile': {
    params: z
      .object({
        runId: idSchema,
        className: z.string().nullable(),
        /** In pixels of the rendered map. */
        minRegionAreaPx: z.number().int().min(1),
      })
      .strict(),
    result: mapProfileSchema,
  },
  'runs.stopProfiling': { params: z.object({ runId: idSchema }).strict(), result: ok },
  'runs.stopEvaluating': { params: z.object({ runId: idSchema }).strict(), result: ok },
  'runs.create': {
    params: z
      .object({
        datasetId: idSchema,
        methodId: methodIdSchema,
        modelId: modelIdSchema.nullable(),
        promptSetId: idSchema.nullable(),
        settings: methodSettingsSchema,
        className: runClassName,
      })
      .strict(),
    result: z.object({ run: runSchema, job: jobSchema }),
  },
  /** What runs would cost on this machine, by what earlier runs measured; starts nothing. */
  'runs.estimate': {
    params: z
      .object({
        datasetId: idSchema,
        modelId: modelIdSchema.nullable(),
        className: runClassName,
        runs: runWishesSchema,
      })
      .strict(),
    result: runEstimateSchema,
  },
  /** Null takes the name away. */
  'runs.rename': {
    params: z.object({ runId: idSchema, name: z.string().trim().min(1).max(120).nullable() }).strict(),
    result: runSchema,
  },
  /**
   * Makes several runs over one data set in one pass: an image is read once for all of them. A method that cannot run gets
   * a run marked with the reason (`Run.error`) and the others go on; throws the first reason where none can.
   */
  'runs.createMany': {
    params: z
      .object({
        datasetId: idSchema,
        /** For the methods that need one. */
        modelId: modelIdSchema.nullable(),
        className: runClassName,
        runs: runWishesSchema,
      })
      .strict(),
    /** The runs in the order they were asked for, and the job that they share. */
    result: z.object({ runs: z.array(runSchema), job: jobSchema }),
  },
  'runs.remove': { params: z.object({ runId: idSchema }).strict(), result: ok },
} as const;
