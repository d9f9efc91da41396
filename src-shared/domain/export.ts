import { z } from 'zod';
import { colourMapNames } from '../maps/colour-maps.ts';
import { idSchema } from './dataset.ts';
import { jobErrorSchema } from './job.ts';
import { mapRenderingSchema, methodIdSchema, methodSettingsSchema } from './method.ts';
import { runScaleSchema } from './run.ts';

/** What can be written of a run; each kind has a folder of its name, CSV and JSON are one file each. */
export const exportKindSchema = z.enum([
  'csv',
  'json',
  'maps-png',
  'maps-tiff',
  'maps-npy',
  'masks',
  'overlays',
]);
export type ExportKind = z.infer<typeof exportKindSchema>;

/** The side a map is rendered at by its run, or the image's own size. */
export const exportSizeSchema = z.enum(['rendering', 'original']);
export type ExportSize = z.infer<typeof exportSizeSchema>;

/**
 * From which score on an image counts as anomalous. `default`: as it is in force in the window, which is what a person
 * chose there for the class or the run, else what the window proposes. `operating-point`: a saved one of the image level;
 * where it was saved for one class, the other classes have the default. What follows is chosen for each class on its own
 * scores: `best-f1`, `full-recall` (no anomalous image missed, then fewest false alarms),
 * `false-alarms` (at most this share of good images, then fewest misses).
 */
export const scoreThresholdSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('value'), value: z.number() }),
  z.strictObject({ kind: z.literal('operating-point'), id: idSchema }),
  z.strictObject({ kind: z.literal('best-f1') }),
  z.strictObject({ kind: z.literal('full-recall') }),
  z.strictObject({ kind: z.literal('false-alarms'), share: z.number().min(0).max(1) }),
]);
export type ScoreThreshold = z.infer<typeof scoreThresholdSchema>;

/**
 * From which value on a pixel is inside. `default`: as it is in force in the window, which is what a person chose there
 * for the class or the run, else so that 99 % of the map of the class's good images lies below. `operating-point`: a saved
 * one of the pixel level; where it was saved for one class, the other classes have the default.
 */
export const mapThresholdSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('value'), value: z.number() }),
  z.strictObject({ kind: z.literal('operating-point'), id: idSchema }),
]);
export type MapThreshold = z.infer<typeof mapThresholdSchema>;

export const exportOptionsSchema = z.strictObject({
  /** Empty only where a report is written beside. */
  what: z.array(exportKindSchema).max(exportKindSchema.options.length).readonly(),
  /** Null: all classes. */
  className: z.string().nullable().default(null),
  /** Null: maps at the rendering's size, masks and overlays at the image's. */
  size: exportSizeSchema.nullable().default(null),
  scoreThreshold: scoreThresholdSchema.default({ kind: 'default' }),
  mapThreshold: mapThresholdSchema.default({ kind: 'default' }),
  /** Regions of a mask with fewer pixels, at the mask's size, are left out. */
  minRegionAreaPx: z.number().int().min(1).max(1e9).default(1),
  colourMap: z.enum(colourMapNames).default('inferno'),
  /** Of the heat in overlays. */
  opacity: z.number().min(0).max(1).default(0.6),
  contour: z.boolean().default(true),
  overlayFormat: z.enum(['png', 'jpeg']).default('png'),
  /**
   * `suffixed`: the image's path with `_map`, `_mask`, `_overlay`. `mvtec`: class/test/defect/name without a suffix, as
   * MVTec's evaluation code looks for maps.
   */
  names: z.enum(['suffixed', 'mvtec']).default('suffixed'),
});
export type ExportOptions = z.output<typeof exportOptionsSchema>;

const chosenThresholdSchema = z
  .object({
    className: z.string(),
    /** Null where nothing could be chosen: no image of the class has a score. */
    value: z.number().nullable(),
    /** How it was chosen, in words. */
    chosenBy: z.string(),
    /** From here up to `value` a person looks again; null or absent: nobody does. */
    secondValue: z.number().nullable().optional(),
    /** Of a map threshold: smaller regions do not count, in pixels of the rendered map; absent: nobody chose one. */
    minRegionAreaPx: z.number().int().min(1).optional(),
  })
  .readonly();
export type ChosenThreshold = z.infer<typeof chosenThresholdSchema>;

/** Which images are written; those of `listed` that are gone are left out. */
export const exportImagesSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  /** Scored at or above the threshold. */
  z.strictObject({ kind: z.literal('predicted-defect') }),
  /** With a verdict that holds. */
  z.strictObject({ kind: z.literal('with-verdict') }),
  z.strictObject({
    kind: z.literal('listed'),
    imageIds: z.array(idSchema).min(1).max(100_000).readonly(),
    /** What they have in common, in words. */
    words: z.string().max(300),
  }),
]);
export type ExportImages = z.infer<typeof exportImagesSchema>;

/** A run to be written; its thresholds take the place of those of the options. */
export const exportRunSchema = z
  .strictObject({
    runId: idSchema,
    scoreThreshold: scoreThresholdSchema.optional(),
    mapThreshold: mapThresholdSchema.optional(),
  })
  .readonly();
export type ExportRun = z.infer<typeof exportRunSchema>;

export const mostRunsOfExport = 8;

/** What is to be written, without where to. */
export const exportWishSchema = z.strictObject({
  /** Of one data set; several are written into a folder each. */
  runs: z.array(exportRunSchema).min(1).max(mostRunsOfExport).readonly(),
  images: exportImagesSchema.default({ kind: 'all' }),
  options: exportOptionsSchema,
  /** Null: none. */
  report: z
    .strictObject({ imagesPerClass: z.number().int().min(1).max(100) })
    .nullable()
    .default(null),
});
export type ExportWish = z.output<typeof exportWishSchema>;

/** Whether anything but a report is asked for. */
export function wantsFiles({ options }: ExportWish): boolean {
  return options.what.length > 0;
}

/** What an export would write. */
export const exportPlanSchema = z
  .object({
    runs: z
      .array(
        z
          .object({
            runId: idSchema,
            /** Below the target; empty: the target itself. */
            folder: z.string(),
            imageCount: z.number().int().nonnegative(),
            withoutScore: z.number().int().nonnegative(),
            /** Thresholds that predictions are made at. */
            scoreThresholds: z.array(chosenThresholdSchema).readonly(),
          })
          .readonly(),
      )
      .readonly(),
    fileCount: z.number().int().nonnegative(),
    /** From some of the files made for trial; null where no image has a map. */
    sizeBytes: z.number().int().nonnegative().nullable(),
    /** How many images were made for trial. */
    triedImages: z.number().int().nonnegative(),
  })
  .readonly();
export type ExportPlan = z.infer<typeof exportPlanSchema>;

/** A folder that an export could go to. */
export const exportTargetSchema = z
  .object({
    /** Absolute. */
    folder: z.string(),
    state: z.enum(['new', 'empty', 'not-empty']),
    /** On its disk; null where the system does not say. */
    freeBytes: z.number().nonnegative().nullable(),
    /** Why nothing can be written there; null where it can, `not-empty` included. */
    problem: jobErrorSchema.nullable(),
  })
  .readonly();
export type ExportTarget = z.infer<typeof exportTargetSchema>;

const count = z.number().int().nonnegative();

/** `export.json` in the folder of an export: what the files are, from what, and what is missing. */
export const exportSummarySchema = z
  .object({
    format: z.literal('anomaly-workbench-export/1'),
    state: z.enum(['unfinished', 'finished']),
    jobId: idSchema,
    workbenchVersion: z.string(),
    startedAtMs: z.number().int(),
    dataset: z.object({ id: idSchema, name: z.string(), root: z.string() }).readonly(),
    run: z
      .object({
        id: idSchema,
        methodId: methodIdSchema,
        model: z.object({ id: z.string(), name: z.string(), sha256: z.string() }).readonly().nullable(),
        prompts: z.object({ id: idSchema, name: z.string(), sha256: z.string() }).readonly().nullable(),
        settings: methodSettingsSchema,
        rendering: mapRenderingSchema,
        /** Of every map of this export: value 0 and 65535 of `maps-png`, first and last colour of `overlays`. */
        scale: runScaleSchema.nullable(),
      })
      .readonly(),
    options: exportOptionsSchema.readonly(),
    /** Which images were asked for, in words. */
    images: z.string().default('all images'),
    /** An image counts as anomalous where its score is at or above its class's. */
    scoreThresholds: z.array(chosenThresholdSchema).readonly(),
    /** A pixel is inside where the map is at or above its class's. */
    mapThresholds: z.array(chosenThresholdSchema).readonly(),
    counts: z
      .object({
        images: count,
        /** Images without a score; they have a row without one in the CSV and no other files. */
        withoutScore: count,
        /** By kind; 1 for CSV and JSON. */
        files: z.partialRecord(exportKindSchema, count),
        /** What could not be written; the first of them are in `failures`. */
        failed: count,
      })
      .readonly(),
    failures: z.array(z.object({ path: z.string(), message: z.string() }).readonly()).readonly(),
    /** Images whose files have another name than their path says, because another file has that name already. */
    renamed: z.array(z.object({ path: z.string(), name: z.string() }).readonly()).readonly(),
    /** What a reader of the files should know, in sentences. */
    notes: z.array(z.string()).readonly(),
  })
  .readonly();
export type ExportSummary = z.infer<typeof exportSummarySchema>;
