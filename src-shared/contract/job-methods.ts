import { z } from 'zod';
import { idSchema } from '../domain/dataset.ts';
import { jobSchema } from '../domain/job.ts';
import { none } from './method-parts.ts';

/** The queue; a part of `contractMethods`. */
export const jobMethods = {
  'jobs.list': { params: none, result: z.object({ jobs: z.array(jobSchema) }) },
  'jobs.get': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  'jobs.cancel': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  /**
   * Stops a waiting or running job at once until `jobs.resume`, which puts it back at its place in the queue. Throws
   * `bad-request` for a kind that would begin again (see `isPausable`).
   */
  'jobs.pause': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  /** Puts a waiting job before all others that wait. Throws `bad-request` for one that does not wait. */
  'jobs.putFirst': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
  'jobs.resume': { params: z.object({ jobId: idSchema }).strict(), result: jobSchema },
} as const;
