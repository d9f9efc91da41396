import { z } from 'zod';
import { catalogueIdSchema, catalogueItemSchema } from '../domain/catalogue.ts';
import { conformanceItemSchema } from '../domain/conformance.ts';
import {
  datasetLayoutSchema,
  datasetSchema,
  folderStateSchema,
  idSchema,
  importPreviewSchema,
  layoutOptionsSchema,
  problemSchema,
} from '../domain/dataset.ts';
import { runEvaluationSchema } from '../domain/evaluation.ts';
import {
  exportPlanSchema,
  exportSummarySchema,
  exportTargetSchema,
  exportWishSchema,
} from '../domain/export.ts';
import { jobSchema } from '../domain/job.ts';
import { mapProfileSchema } from '../domain/map-profile.ts';
import { methodIdSchema, methodInfoSchema, methodSettingsSchema } from '../domain/method.ts';
import {
  modelAnswersSchema,
  modelIdSchema,
  modelPreviewSchema,
  modelSchema,
  promptSetSchema,
} from '../domain/model.ts';
import {
  newOperatingPointSchema,
  operatingPointNameSchema,
  operatingPointSchema,
} from '../domain/operating-point.ts';
import {
  promptMeasureParamsSchema,
  promptMeasureSchema,
  promptTextNameSchema,
  promptTextSchema,
  savedPromptTextSchema,
} from '../domain/prompt-text.ts';
import { publishedFigureSchema } from '../domain/published-results.ts';
import {
  imageColumnsSchema,
  imageRowSchema,
  runEstimateSchema,
  runSchema,
  runScoresSchema,
} from '../domain/run.ts';
import { verdictSchema, verdictValueSchema } from '../domain/verdict.ts';
import { appMethods } from './app-methods.ts';
import { errorShapeSchema } from './errors.ts';

const none = z.object({}).strict();
const ok = z.object({ ok: z.literal(true) });
const filePath = z.string().min(1).max(4096);
const sizeBytes = z.number().int().nonnegative();
const page = { offset: z.number().int().nonnegative(), limit: z.number().int().min(1).max(1000) };

/** The one class that a run looks through; null: all. */
const runClassName = z.string().min(1).max(500).nullable().default(null);
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

const doctorCheckSchema = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  /** What was found, and where it is not ok, what to do. */
  detail: z.string(),
});

/** Every method a host can call: what goes in and what comes out. The name's first part is its handler file. */
export const contractMethods = {
  'app.info': {
    params: none,
    result: z.object({
      version: z.string(),
      dataFolder: z.string(),
      host: z.enum(['electron', 'web', 'cli']),
      homeFolder: z.string(),
    }),
  },
  /** Holds this build against a folder of reference numbers (minutes); the compute process answers it. */
  'app.conformance': {
    params: z.object({ folder: filePath }).strict(),
    result: z.object({ items: z.array(conformanceItemSchema) }),
  },
  ...appMethods,
  'app.doctor': { params: none, result: z.object({ checks: z.array(doctorCheckSchema) }) },
  'settings.get': { params: none, result: z.object({ values: z.record(z.string(), z.json()) }) },
  'settings.set': {
    params: z.object({ key: z.string().min(1).max(100), value: z.json() }).strict(),
    result: ok,
  },
  /** Folders and files below a folder, for choosing one where the host has no native dialog. */
  'folders.list': {
    params: z.object({ path: filePath }).strict(),
    result: z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(
        z.object({ name: z.string(), kind: z.enum(['folder', 'file']), sizeBytes: z.number().nullable() }),
      ),
      truncated: z.boolean(),
    }),
  },
  /**
   * Folders of a name that hold entries of these names, at the usual places of this machine: for what was dropped on a
   * browser, which tells no path. Looks for a second at most; best match first.
   */
  'folders.find': {
    params: z
      .object({ name: z.string().min(1).max(255), entries: z.array(z.string().min(1).max(255)).max(50) })
      .strict(),
    result: z.object({ paths: z.array(z.string()) }),
  },

  'datasets.list': { params: none, result: z.object({ datasets: z.array(datasetSchema) }) },
  'datasets.get': { params: z.object({ datasetId: idSchema }).strict(), result: datasetSchema },
  'datasets.inspect': {
    params: z
      .object({
        path: filePath,
        layout: datasetLayoutSchema.optional(),
        layoutOptions: layoutOptionsSchema.optional(),
        /** Opens images for a few seconds too, for what only their content tells. */
        openFiles: z.boolean().optional(),
        /** Made up by who asks: `dataset.inspecting` tells under it how far it is, `datasets.stopInspecting` ends it. */
        inspectionId: z.string().min(1).max(64).optional(),
      })
      .strict(),
    result: importPreviewSchema,
  },
  /** The inspection rejects with `cancelled` at once; one that is over already is no error. */
  'datasets.stopInspecting': {
    params: z.object({ inspectionId: z.string().min(1).max(64) }).strict(),
    result: ok,
  },
  'datasets.import': {
    params: z
      .object({
        path: filePath,
        layout: datasetLayoutSchema.optional(),
        /** Absent: as the data set has them already. */
        layoutOptions: layoutOptionsSchema.optional(),
        name: z.string().min(1).max(200).optional(),
      })
      .strict(),
    result: z.object({ dataset: datasetSchema, job: jobSchema }),
  },
  /** Begins or ends looking for changes in a data set's folder; kept over restarts. */
  'datasets.watch': {
    params: z.object({ datasetId: idSchema, watch: z.boolean() }).strict(),
    result: datasetSchema,
  },
  /** Notes that it was opened now, for the order of recent ones. */
  'datasets.opened': { params: z.object({ datasetId: idSchema }).strict(), result: datasetSchema },
  'datasets.rename': {
    params: z.object({ datasetId: idSchema, name: z.string().trim().min(1).max(200) }).strict(),
    result: datasetSchema,
  },
  /**
   * Says where a data set's folder is now, and reads it. Throws `incompatible` where none of its images lies there,
   * `already-exists` for the folder of another data set, `busy` while a job works on it.
   */
  'datasets.relocate': {
    params: z.object({ datasetId: idSchema, path: filePath }).strict(),
    result: z.object({ dataset: datasetSchema, job: jobSchema }),
  },
  /** Whether the folders of all data sets are there; a drive that does not answer within two seconds is missing. */
  'datasets.folders': { params: none, result: z.object({ folders: z.array(folderStateSchema) }) },
  'datasets.remove': { params: z.object({ datasetId: idSchema }).strict(), result: ok },
  'datasets.problems': {
    params: z.object({ datasetId: idSchema, ...page }).strict(),
    result: z.object({ total: z.number().int(), problems: z.array(problemSchema) }),
  },

  /** The sample images that came with the program: where they lie, and the data set made of them if there is one. */
  'samples.get': {
    params: none,
    result: z.object({ folder: z.string().nullable(), datasetId: idSchema.nullable() }),
  },

  'images.get': {
    params: z.object({ imageId: idSchema, runId: idSchema.nullable() }).strict(),
    result: imageRowSchema,
  },
  'images.list': {
    params: z
      .object({
        datasetId: idSchema,
        runId: idSchema.nullable(),
        className: z.string().nullable(),
        /** `score` puts the worst first when descending; images without a score come last either way. */
        sort: z.enum(['path', 'score']),
        descending: z.boolean(),
        ...page,
      })
      .strict(),
    result: z.object({ total: z.number().int(), rows: z.array(imageRowSchema) }),
  },
  /** Every image of a data set at once, in columns, by path: for sorting, filtering, searching and counting in a window. */
  'images.columns': {
    params: z.object({ datasetId: idSchema, runId: idSchema.nullable() }).strict(),
    result: imageColumnsSchema,
  },

  /**
   * Adds what a person says of an image; what was said before stays in its trail. The run's facts and the image's score
   * are kept with it. It is on the disk before the reply is sent.
   */
  'verdicts.record': {
    params: z
      .object({
        imageId: idSchema,
        /** Null: withdraws what was said, or stores a note alone. */
        value: verdictValueSchema.nullable(),
        note: z.string().max(4000),
        runId: idSchema.nullable(),
        threshold: z.number().nullable(),
        wasBlind: z.boolean(),
      })
      .strict(),
    result: verdictSchema,
  },
  /**
   * Adds a row that restores what was before a verdict (undone again, that brings it back). Throws `busy` where the image
   * has a newer one that is not itself an undo back to this verdict.
   */
  'verdicts.undo': { params: z.object({ verdictId: idSchema }).strict(), result: verdictSchema },
  /** All verdicts of an image, newest first. */
  'verdicts.trail': {
    params: z.object({ imageId: idSchema }).strict(),
    result: z.object({ verdicts: z.array(verdictSchema) }),
  },
  /** All verdicts of a data set, oldest first, with those of files that are gone. Begin with `afterId` 0. */
  'verdicts.list': {
    params: z
      .object({
        datasetId: idSchema,
        afterId: z.number().int().nonnegative(),
        limit: z.number().int().min(1).max(1000),
      })
      .strict(),
    result: z.object({ verdicts: z.array(verdictSchema) }),
  },
  /** Writes the same as a CSV or JSON file, by its name; an existing file is replaced. */
  'verdicts.export': {
    params: z.object({ datasetId: idSchema, file: filePath }).strict(),
    result: z.object({ file: z.string(), count: z.number().int().nonnegative() }),
  },

  /** Newest first; null: of all data sets, removed ones too. */
  'operatingPoints.list': {
    params: z.object({ datasetId: idSchema.nullable() }).strict(),
    result: z.object({ operatingPoints: z.array(operatingPointSchema) }),
  },
  'operatingPoints.save': { params: newOperatingPointSchema, result: operatingPointSchema },
  'operatingPoints.rename': {
    params: z.object({ id: idSchema, name: operatingPointNameSchema }).strict(),
    result: operatingPointSchema,
  },
  'operatingPoints.remove': { params: z.object({ id: idSchema }).strict(), result: ok },
  /** Writes one as a JSON file; an existing file is replaced. */
  'operatingPoints.export': {
    params: z.object({ id: idSchema, file: filePath }).strict(),
    result: z.object({ file: z.string() }),
  },

  'models.list': { params: none, result: z.object({ models: z.array(modelSchema) }) },
  'models.inspect': {
    params: z.object({ path: filePath, answers: modelAnswersSchema.optional() }).strict(),
    result: modelPreviewSchema,
  },
  'models.import': {
    params: z
      .object({
        path: filePath,
        name: z.string().min(1).max(80).optional(),
        answers: modelAnswersSchema.optional(),
      })
      .strict(),
    result: z.object({ modelId: modelIdSchema, job: jobSchema }),
  },
  'models.rename': {
    params: z.object({ modelId: modelIdSchema, name: z.string().trim().min(1).max(80) }).strict(),
    result: modelSchema,
  },
  /** Public checkpoints with what there is of each on this machine. Asks nobody. */
  'models.catalogue': { params: none, result: z.object({ items: z.array(catalogueItemSchema) }) },
  /**
   * Fetches one of them from its publisher as a job, then imports it (a model by a job of its own, which has the same
   * `modelId`). The only method that reaches beyond this machine.
   */
  'models.download': {
    params: z.object({ entryId: catalogueIdSchema, keepFile: z.boolean().default(false) }).strict(),
    result: z.object({ modelId: modelIdSchema.nullable(), job: jobSchema }),
  },
  /** Deletes what was fetched of one of them and not imported, or kept. */
  'models.discard': { params: z.object({ entryId: catalogueIdSchema }).strict(), result: ok },
  /** What models, prompts and downloads take on the disk. */
  'models.diskUse': {
    params: none,
    result: z.object({
      models: z.array(z.object({ modelId: modelIdSchema, sizeBytes })),
      promptSets: z.array(z.object({ promptSetId: idSchema, sizeBytes })),
      downloadsBytes: sizeBytes,
      totalBytes: sizeBytes,
    }),
  },
  'models.remove': { params: z.object({ modelId: modelIdSchema }).strict(), result: ok },

  'prompts.list': { params: none, result: z.object({ promptSets: z.array(promptSetSchema) }) },
  'prompts.import': {
    params: z.object({ path: filePath, name: z.string().min(1).max(80).optional() }).strict(),
    result: promptSetSchema,
  },
  'prompts.rename': {
    params: z.object({ promptSetId: idSchema, name: z.string().trim().min(1).max(80) }).strict(),
    result: promptSetSchema,
  },
  'prompts.remove': { params: z.object({ promptSetId: idSchema }).strict(), result: ok },

  /** Texts of hand-written prompts that were saved, by name. */
  'promptTexts.list': { params: none, result: z.object({ promptTexts: z.array(savedPromptTextSchema) }) },
  /** One that has the name gets the new text; runs keep the text that they were made with. */
  'promptTexts.save': {
    params: z.object({ name: promptTextNameSchema, text: promptTextSchema }).strict(),
    result: savedPromptTextSchema,
  },
  'promptTexts.remove': { params: z.object({ promptTextId: idSchema }).strict(), result: ok },
  /** How a model's tokenizer reads the sentences of a text about objects. */
  'promptTexts.measure': { params: promptMeasureParamsSchema, result: promptMeasureSchema },

  'methods.list': {
    params: z.object({ modelId: modelIdSchema.nullable() }).strict(),
    result: z.object({ methods: z.array(methodInfoSchema) }),
  },

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
  /**
   * Writes an HTML report of runs over one data set: figures side by side with the papers' own, what the runs disagree
   * on, of each class the images that score highest under every run's map, and what each run was made with. An existing
   * file is replaced.
   */
  'reports.write': {
    params: z
      .object({
        runIds: z.array(idSchema).min(1).max(8),
        /** Methods to list as not run, with the reason. */
        notRun: z.array(z.object({ name: z.string().max(200), reason: z.string().max(2000) })).max(32),
        file: filePath,
        imagesPerClass: z.number().int().min(1).max(100),
      })
      .strict(),
    result: z.object({ file: z.string(), sizeBytes: z.number().int().nonnegative() }),
  },
  /**
   * Writes what runs say into files below a folder (`ExportWish` says which), and a report of them, as a job. The folder
   * must be empty or not there, unless `overwrite` is set; then files of the same names are replaced and others are left
   * alone. `export.json` in the folder of a run says what was written, and how thresholds were chosen.
   */
  'exports.create': {
    params: exportWishSchema.extend({ folder: filePath, overwrite: z.boolean() }),
    result: z.object({ folder: z.string(), job: jobSchema }),
  },
  /** What `exports.create` would write, and about how much; makes files of a few images for trial and stores nothing. */
  'exports.plan': { params: exportWishSchema, result: exportPlanSchema },
  /** A folder that an export of this data set could go to; makes and changes nothing. */
  'exports.inspectFolder': {
    params: z.object({ folder: filePath, datasetId: idSchema }).strict(),
    result: exportTargetSchema,
  },
  /** What an export job has written so far. */
  'exports.written': {
    params: z.object({ jobId: idSchema }).strict(),
    result: z.object({
      folder: z.string(),
      /** The report's name in the folder; null: none was asked for, or it is not there. */
      report: z.string().nullable(),
      /** Whether anything lies in the folder still. */
      isThere: z.boolean(),
      /** `export.json` of each run. */
      runs: z.array(exportSummarySchema),
    }),
  },
  'runs.remove': { params: z.object({ runId: idSchema }).strict(), result: ok },

  'jobs.list': { params: none, result: z.object({ jobs: z.array(jobSchema) }) },
  'jobs.get': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  'jobs.cancel': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  /**
   * Stops a waiting or running job at once until `jobs.resume`, which puts it back at its place in the queue. Throws
   * `bad-request` for a kind that would begin again (see `isPausable`).
   */
  'jobs.pause': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  /** Puts a waiting job before all others that wait. Throws `bad-request` for one that does not wait. */
  'jobs.putFirst': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  'jobs.resume': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
} as const;

export type MethodName = keyof typeof contractMethods;
export type MethodParams<N extends MethodName> = z.input<(typeof contractMethods)[N]['params']>;
export type ParsedParams<N extends MethodName> = z.output<(typeof contractMethods)[N]['params']>;
export type MethodResult<N extends MethodName> = z.output<(typeof contractMethods)[N]['result']>;

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(contractMethods, name);
}

export const requestSchema = z
  .object({ id: z.number().int(), method: z.string().max(100), params: z.unknown() })
  .strict();
export type Request = z.infer<typeof requestSchema>;

/** Every request gets a reply with its id, one with an unknown method too. */
export const replySchema = z.discriminatedUnion('ok', [
  z.object({ id: z.number().int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.number().int(), ok: z.literal(false), error: errorShapeSchema }),
]);
export type Reply = z.infer<typeof replySchema>;
