import { z } from 'zod';
import { idSchema } from './dataset.ts';

export const jobKindSchema = z.enum([
  'dataset-import',
  'model-import',
  'model-download',
  'scan',
  'training',
  'export',
]);
export type JobKind = z.infer<typeof jobKindSchema>;

/** `paused`: stopped by the user to go on later, at the place that it had in the queue. */
export const jobStateSchema = z.enum(['queued', 'running', 'paused', 'cancelled', 'failed', 'succeeded']);
export type JobState = z.infer<typeof jobStateSchema>;

const pausableKinds: ReadonlySet<JobKind> = new Set(['dataset-import', 'model-download', 'scan', 'training']);

/** Whether a job of this kind keeps what it has done when it stops; the others would begin again. */
export function isPausable(kind: JobKind): boolean {
  return pausableKinds.has(kind);
}

export const jobProgressSchema = z
  .object({
    done: z.number().int().nonnegative(),
    /** Null until it is known. */
    total: z.number().int().nonnegative().nullable(),
    /** Items a second over the last moments, null before two items are done. */
    ratePerSecond: z.number().nonnegative().nullable(),
    secondsLeft: z.number().nonnegative().nullable(),
    /** What is being done now, in words. */
    message: z.string(),
  })
  .readonly();
export type JobProgress = z.infer<typeof jobProgressSchema>;

export const jobErrorSchema = z.object({ code: z.string(), message: z.string() }).readonly();

/** How a job came to its end where that could not be stored yet (a full disk); it is tried again every moment. */
export const unstoredEndSchema = z
  .object({
    state: z.enum(['succeeded', 'failed']),
    /** Why the job itself failed. */
    error: jobErrorSchema.nullable(),
    /** Why its end could not be stored. */
    reason: jobErrorSchema,
    triedCount: z.number().int().positive(),
  })
  .readonly();
export type UnstoredEnd = z.infer<typeof unstoredEndSchema>;

export const jobSchema = z
  .object({
    id: idSchema,
    kind: jobKindSchema,
    title: z.string(),
    state: jobStateSchema,
    progress: jobProgressSchema,
    error: jobErrorSchema.nullable(),
    /** Told by the process that ran it alone; for everybody else the job still runs. */
    unstoredEnd: unstoredEndSchema.optional(),
    datasetId: idSchema.nullable(),
    runId: idSchema.nullable(),
    modelId: z.string().nullable(),
    createdAtMs: z.number().int(),
    /** Of those that wait the one with the earliest goes first. */
    queuedAtMs: z.number().int(),
    startedAtMs: z.number().int().nullable(),
    finishedAtMs: z.number().int().nullable(),
  })
  .readonly();
export type Job = z.infer<typeof jobSchema>;
