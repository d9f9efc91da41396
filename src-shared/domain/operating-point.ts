import { z } from 'zod';
import { idSchema } from './dataset.ts';
import { methodIdSchema, methodSettingsSchema } from './method.ts';

const count = z.number().int().nonnegative();
const finite = z.number().finite();

/** Rules that put a threshold somewhere. */
export const recipeKinds = ['best-f1', 'recall-1', 'false-alarm-rate', 'miss-rate', 'alarm-share'] as const;

/** How a threshold was found. Targets are shares, 0-1; kinds without one have null. */
export const thresholdRecipeSchema = z
  .object({
    kind: z.enum(['manual', ...recipeKinds]),
    target: z.number().min(0).max(1).nullable(),
  })
  .readonly();

/** What the threshold did to the images (level `image`) or labelled pixels (level `pixel`) that it was chosen on. */
export const operatingCountsSchema = z
  .object({
    truePositives: count,
    falsePositives: count,
    trueNegatives: count,
    falseNegatives: count,
    unlabelledAbove: count,
    unlabelledBelow: count,
  })
  .readonly();
export type OperatingCounts = z.infer<typeof operatingCountsSchema>;

export const operatingPointNameSchema = z.string().trim().min(1).max(120);

/** What a person chooses of one; the rest is the run's. */
const chosenFields = {
  name: operatingPointNameSchema,
  runId: idSchema,
  level: z.enum(['image', 'pixel']),
  /** Null: all classes. */
  className: z.string().nullable(),
  /** At or above: anomalous. */
  threshold: finite,
  /** From here up to `threshold` a person looks again; null: nobody does. */
  secondThreshold: finite.nullable(),
  /** Smaller regions do not count, in pixels of the rendered map. */
  minRegionAreaPx: count,
  recipe: thresholdRecipeSchema,
  counts: operatingCountsSchema,
};
export const newOperatingPointSchema = z.strictObject(chosenFields).readonly();
export type NewOperatingPoint = z.infer<typeof newOperatingPointSchema>;

/** A threshold with a name, and everything needed to know later what it meant. Only its name ever changes. */
export const operatingPointSchema = z
  .object({
    id: idSchema,
    ...chosenFields,
    datasetId: idSchema,
    methodId: methodIdSchema,
    modelId: z.string().nullable(),
    modelSha256: z.string().nullable(),
    promptSetId: idSchema.nullable(),
    settings: methodSettingsSchema,
    author: z.string(),
    createdAtMs: z.number().int(),
  })
  .readonly();
export type OperatingPoint = z.infer<typeof operatingPointSchema>;
