import { z } from 'zod';
import { idSchema } from './dataset.ts';
import { mapRenderingSchema, methodIdSchema, methodSettingsSchema } from './method.ts';
import { modelIdSchema } from './model.ts';
import { promptTextSchema } from './prompt-text.ts';

/** So many images lie on a bench at most. */
export const mostBenchImages = 24;

/** The images and the method that prompts are tried on. */
export const benchWishSchema = z.strictObject({
  datasetId: idSchema,
  modelId: modelIdSchema,
  methodId: methodIdSchema,
  settings: methodSettingsSchema,
  imageIds: z.array(idSchema).min(1).max(mostBenchImages).readonly(),
});
export type BenchWish = z.infer<typeof benchWishSchema>;

export const benchSchema = z
  .object({
    benchId: idSchema,
    imageCount: z.number().int(),
    /** How its patch maps become pixel maps. */
    rendering: mapRenderingSchema,
  })
  .readonly();
export type Bench = z.infer<typeof benchSchema>;

/** Words, learned prompts of the library, or those of an epoch of a training; null: what the settings or the method say. */
export const benchPromptsSchema = z
  .union([
    z.strictObject({ text: promptTextSchema }),
    z.strictObject({ promptSetId: idSchema }),
    z.strictObject({ trainingId: idSchema, epoch: z.number().int().nonnegative() }),
  ])
  .nullable();
export type BenchPrompts = z.infer<typeof benchPromptsSchema>;

/** What the prompts say of one image; where that failed, `error` says why and there is no score and no map. */
export const benchResultSchema = z
  .object({
    imageId: idSchema,
    score: z.number().nullable(),
    rows: z.number().int(),
    columns: z.number().int(),
    /** The patch map as little-endian half precision, row-major, in base64; empty where there is none. */
    map: z.string(),
    error: z.string().nullable(),
  })
  .readonly();
export type BenchResult = z.infer<typeof benchResultSchema>;
