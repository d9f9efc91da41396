import { z } from 'zod';
import { idSchema } from '../domain/dataset.ts';
import { jobSchema } from '../domain/job.ts';
import { trainingLossSchema } from '../domain/training.ts';

/** What the core tells every open window. `*.changed` without data means: read it again. */
export const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('job.changed'), job: jobSchema }),
  z.object({ event: z.literal('datasets.changed'), datasetId: idSchema.nullable() }),
  /** How far `datasets.inspect` is: entries of folders seen, images among them. */
  z.object({
    event: z.literal('dataset.inspecting'),
    inspectionId: z.string(),
    fileCount: z.number().int().nonnegative(),
    imageCount: z.number().int().nonnegative(),
    openedCount: z.number().int().nonnegative(),
  }),
  z.object({ event: z.literal('runs.changed'), runId: idSchema.nullable() }),
  /** How far the metrics of a run are, 0-1; the result is the answer to `runs.evaluate`. */
  z.object({ event: z.literal('run.evaluating'), runId: idSchema, share: z.number().min(0).max(1) }),
  /** How far the way through a run's maps is, 0-1; the result is the answer to `runs.mapProfile`. */
  z.object({ event: z.literal('run.profiling'), runId: idSchema, share: z.number().min(0).max(1) }),
  /** How many images of a bench have their features; the result is the answer to `bench.score`. */
  z.object({
    event: z.literal('bench.preparing'),
    benchId: idSchema,
    done: z.number().int().nonnegative(),
    total: z.number().int(),
  }),
  z.object({ event: z.literal('models.changed') }),
  /** State, epochs or checkpoints changed; null: one was removed. */
  z.object({ event: z.literal('trainings.changed'), trainingId: idSchema.nullable() }),
  /** The steps since the last such event, at most four events a second. */
  z.object({
    event: z.literal('trainings.stepped'),
    trainingId: idSchema,
    losses: z.array(trainingLossSchema).min(1),
  }),
  z.object({ event: z.literal('verdicts.changed'), datasetId: idSchema, imageId: idSchema }),
  z.object({ event: z.literal('operatingPoints.changed'), datasetId: idSchema }),
  z.object({
    event: z.literal('compute.changed'),
    state: z.enum(['starting', 'ready', 'restarting']),
    message: z.string(),
  }),
]);
export type WorkbenchEvent = z.infer<typeof eventSchema>;
