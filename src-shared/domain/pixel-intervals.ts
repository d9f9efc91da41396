import { z } from 'zod';
import { idSchema } from './dataset.ts';

const figureSchema = z
  .object({
    /** The exact one, of all images; null: it has no value. */
    estimate: z.number().nullable(),
    /** Null: `reason` says why. */
    interval: z.object({ lower: z.number(), upper: z.number() }).readonly().nullable(),
    reason: z.enum(['no-figure', 'too-few', 'no-spread', 'other-classes']).nullable(),
    /**
     * How far resamples are from exact ones, because they are measured on histograms of the maps: over all images, and at
     * most in any resample (null where that cannot be said). Null: not at all.
     */
    discretisation: z
      .object({ error: z.number().nonnegative(), bound: z.number().nonnegative().nullable() })
      .readonly()
      .nullable(),
  })
  .readonly();

const differenceSchema = z
  .object({ ...figureSchema.unwrap().shape, aboveShare: z.number().min(0).max(1).nullable() })
  .readonly();

/** Bootstrap intervals of the pixel metrics of several runs over the same drawn images, and of their differences. */
export const pixelIntervalsSchema = z
  .object({
    /** The columns. */
    runIds: z.array(idSchema).readonly(),
    groups: z
      .array(
        z
          .object({
            /** Null: the mean over the classes that have the figure. */
            className: z.string().nullable(),
            /** `figures[c][m]`: column c, metric m of `pixelSampleMetrics`. */
            figures: z.array(z.array(figureSchema).readonly()).readonly(),
            /** `differences[a][b][m]`: column a less column b. */
            differences: z.array(z.array(z.array(differenceSchema).readonly()).readonly()).readonly(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type PixelIntervals = z.infer<typeof pixelIntervalsSchema>;

/** What is kept of one class of a run, so that its resamples are drawn once. Figures are in the order of `pixelSampleMetrics`. */
export const classResamplesSchema = z
  .object({
    /** A hash of the images that are drawn from. */
    strata: z.string(),
    /** Of the histograms; null: no value. */
    estimates: z.array(z.number().nullable()).readonly(),
    /** Null: none. */
    bounds: z.array(z.number().nonnegative().nullable()).readonly(),
    isTooSmall: z.boolean(),
    /** How many units of each stratum were left out in turn. */
    units: z.array(z.number().int().nonnegative()).readonly(),
    /** Base64 of 32-bit floats, little-endian: of each metric its replicates, then what it is without each unit. */
    values: z.string(),
  })
  .readonly();
export type ClassResamples = z.infer<typeof classResamplesSchema>;

/** By class. `version`: goes up when they come out otherwise. */
export const runResamplesSchema = z
  .object({ version: z.number(), classes: z.record(z.string(), classResamplesSchema).readonly() })
  .readonly();
export type RunResamples = z.infer<typeof runResamplesSchema>;
