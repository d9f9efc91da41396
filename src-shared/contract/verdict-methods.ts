import { z } from 'zod';
import { idSchema } from '../domain/dataset.ts';
import {
  newOperatingPointSchema,
  operatingPointNameSchema,
  operatingPointSchema,
} from '../domain/operating-point.ts';
import { verdictSchema, verdictValueSchema } from '../domain/verdict.ts';
import { filePath, ok } from './method-parts.ts';

/** What a person decides: verdicts and operating points; a part of `contractMethods`. */
export const verdictMethods = {
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
} as const;
