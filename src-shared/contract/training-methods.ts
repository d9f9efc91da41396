import { z } from 'zod';
import { idSchema } from '../domain/dataset.ts';
import { modelIdSchema, promptSetSchema } from '../domain/model.ts';
import {
  classNamesSchema,
  trainableMethodIdSchema,
  trainingCheckpointSchema,
  trainingLossSchema,
  trainingPlanSchema,
  trainingSchema,
  trainingWishesSchema,
  validationScopeSchema,
} from '../domain/training.ts';
import { filePath, none, ok } from './method-parts.ts';

const trainingName = z.string().trim().min(1).max(80);

const trainingOrder = {
  methodId: trainableMethodIdSchema,
  modelId: modelIdSchema,
  datasetId: idSchema,
  /** The classes to learn from; null: all. */
  classNames: classNamesSchema.nullable().default(null),
  /** What is wanted otherwise than by default. */
  settings: trainingWishesSchema.default({}),
  /** What checkpoints are measured on; null: nothing. */
  validation: validationScopeSchema.nullable().default(null),
};

/** Learning prompts from labelled images; a part of `contractMethods`. */
export const trainingMethods = {
  /** Counts, warnings and cost of a training; starts nothing. Seconds where files have to be compared for the first time. */
  'trainings.plan': { params: z.object(trainingOrder).strict(), result: trainingPlanSchema },
  /**
   * Starts one as a job that can be paused (`jobs.pause`), resumed and cancelled.
   * Throws `bad-request` where there is nothing to learn from, `not-found` for a model, set or class that is not there.
   */
  'trainings.start': {
    params: z
      .object({
        ...trainingOrder,
        /** Absent: method and data set. */
        name: trainingName.optional(),
        /** Images whose map every checkpoint draws anew; absent: some of the set are chosen. */
        probeImageIds: z.array(idSchema).max(24).optional(),
      })
      .strict(),
    result: trainingSchema,
  },
  'trainings.list': { params: none, result: z.object({ trainings: z.array(trainingSchema) }) },
  'trainings.get': {
    params: z.object({ trainingId: idSchema }).strict(),
    result: z.object({
      training: trainingSchema,
      /**
       * By step. Of more than `mostLossesTold` those at even distances, the first and the last, and the least and the greatest
       * total of each stretch between, so that a curve of them loses no outlier.
       */
      losses: z.array(trainingLossSchema),
      /** By epoch. */
      checkpoints: z.array(trainingCheckpointSchema),
      /** Those of `probeImageIds` that are there still. */
      probes: z.array(z.object({ imageId: idSchema, path: z.string(), className: z.string() })),
    }),
  },
  'trainings.rename': {
    params: z.object({ trainingId: idSchema, name: trainingName }).strict(),
    result: trainingSchema,
  },
  /** Ends it where it still runs, and deletes its checkpoints; prompt sets made of them stay. */
  'trainings.remove': { params: z.object({ trainingId: idSchema }).strict(), result: ok },
  /** Makes a prompt set of a checkpoint. One that was kept already is given back. */
  'trainings.keep': {
    params: z
      .object({ trainingId: idSchema, epoch: z.number().int().positive(), name: trainingName })
      .strict(),
    result: promptSetSchema,
  },
  /** Writes a prompt set for other programs: `torch` as the released code reads it. Throws `already-exists` rather than replace a file. */
  'prompts.export': {
    params: z
      .object({
        promptSetId: idSchema,
        format: z.enum(['safetensors', 'torch']),
        file: filePath,
        overwrite: z.boolean().default(false),
      })
      .strict(),
    result: z.object({ file: z.string(), sha256: z.string() }),
  },
} as const;
