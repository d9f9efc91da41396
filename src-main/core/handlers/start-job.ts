import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { JobQueue } from '../jobs/job-queue.ts';

/** Lets the queue take up a job that was just added, and answers with the job. */
export function startJob(queue: JobQueue, jobId: number): Job {
  queue.wake();
  const job = queue.get(jobId);
  if (job === null) throw new WorkbenchError('internal', `Job ${jobId} is gone.`);
  return job;
}
