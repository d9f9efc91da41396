import { z } from 'zod';
import { idSchema } from './dataset.ts';
import { methodIdSchema, methodSettingsSchema } from './method.ts';

/** What a person says of an image. */
export const verdictValueSchema = z.enum(['good', 'defect', 'unsure']);
export type VerdictValue = z.infer<typeof verdictValueSchema>;

/** What a person had before them: the run as it was then, kept although the run and its model may go. */
export const verdictBasisSchema = z
  .object({
    runId: idSchema,
    methodId: methodIdSchema,
    modelId: z.string().nullable(),
    modelSha256: z.string().nullable(),
    promptSetId: idSchema.nullable(),
    settings: methodSettingsSchema,
    /** Null where the run had none for the image. */
    score: z.number().nullable(),
    /** The image's score was held against this; null: against none. */
    threshold: z.number().nullable(),
    /** Label, prediction and score were hidden until the verdict was given. */
    wasBlind: z.boolean(),
  })
  .readonly();
export type VerdictBasis = z.infer<typeof verdictBasisSchema>;

/** One row of an image's trail. Rows are never changed, only superseded; an image's newest one holds. */
export const verdictSchema = z
  .object({
    id: idSchema,
    datasetId: idSchema,
    /** With the data set, whose verdict it is: so it survives that a file is gone for a while, or imported again. */
    imagePath: z.string().min(1),
    /** Null: withdrawn, or a note alone. */
    value: verdictValueSchema.nullable(),
    note: z.string(),
    author: z.string(),
    createdAtMs: z.number().int(),
    supersedesId: idSchema.nullable(),
    /** Set where it undid another: the verdict whose value and note hold again; null where there was none before. */
    restoresId: idSchema.nullable(),
    /** Null where no run was looked at. */
    basis: verdictBasisSchema.nullable(),
  })
  .readonly();
export type Verdict = z.infer<typeof verdictSchema>;

/** How many of one class have which verdict now. */
export const verdictCountsSchema = z
  .object({
    className: z.string(),
    good: z.number().int().nonnegative(),
    defect: z.number().int().nonnegative(),
    unsure: z.number().int().nonnegative(),
    none: z.number().int().nonnegative(),
  })
  .readonly();
export type VerdictCounts = z.infer<typeof verdictCountsSchema>;
