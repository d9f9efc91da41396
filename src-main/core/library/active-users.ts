import type { Job } from '../../../src-shared/domain/job.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Repositories } from '../db/repositories.ts';

/** A job that has not ended and one of whose runs is told by `uses`: what it reads must stay as it is. */
export function activeUser(
  { jobs, runs }: Pick<Repositories, 'jobs' | 'runs'>,
  uses: (run: Run) => boolean,
): Job | null {
  return jobs.listActive().find((job) => runs.ofJob(job.id).some(uses)) ?? null;
}
