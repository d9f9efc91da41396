import { z } from 'zod';
import { colourMapNames } from '../maps/colour-maps.ts';
import { idSchema } from './dataset.ts';
import { mapRenderingSchema, methodIdSchema, methodSettingsSchema } from './method.ts';
import { runScaleSchema } from './run.ts';

/** What can be written of a run; each kind has a folder of its name, the CSV is one file. */
export const exportKindSchema = z.enum(['csv', 'maps-png', 'maps-tiff', 'maps-npy', 'masks', 'overlays']);
export type ExportKind = z.infer<typeof exportKindSchema>;

/** The side a map is rendered at by its run, or the image's own size. */
export const exportSizeSchema = z.enum(['rendering', 'original']);
export type ExportSize = z.infer<typeof exportSizeSchema>;

/**
 * From which score on an image counts as anomalous. Everything but `value` is chosen for each class on its own scores:
 * `default` as the window proposes it, `best-f1`, `full-recall` (no anomalous image missed, then fewest false alarms),
 * `false-alarms` (at most this share of good images, then fewest misses).
 */
export const scoreThresholdSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('value'), value: z.number() }),
  z.strictObject({ kind: z.literal('best-f1') }),
  z.strictObject({ kind: z.literal('full-recall') }),
  z.strictObject({ kind: z.literal('false-alarms'), share: z.number().min(0).max(1) }),
]);
export type ScoreThreshold = z.infer<typeof scoreThresholdSchema>;

/** From which value on a pixel is inside. `default`: of each class, 99 % of the map of its good images lies below. */
export const mapThresholdSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('value'), value: z.number() }),
]);
export type MapThreshold = z.infer<typeof mapThresholdSchema>;

export const exportOptionsSchema = z.strictObject({
  what: z.array(exportKindSchema).min(1).max(6).readonly(),
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
  })
  .readonly();
export type ChosenThreshold = z.infer<typeof chosenThresholdSchema>;

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
    /** An image counts as anomalous where its score is at or above its class's. */
    scoreThresholds: z.array(chosenThresholdSchema).readonly(),
    /** A pixel is inside where the map is at or above its class's. */
    mapThresholds: z.array(chosenThresholdSchema).readonly(),
    counts: z
      .object({
        images: count,
        /** Images without a score; they have a row without one in the CSV and no other files. */
        withoutScore: count,
        /** By kind; 1 for the CSV. */
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
