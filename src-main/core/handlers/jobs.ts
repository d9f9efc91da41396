import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { trainingSetRemoved } from '../training/training-set-removed.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function jobsHandlers({ queue, repositories, events }: Services): DomainHandlers<'jobs'> {
  /** A run's state is its job's. */
  const tellRuns = (jobId: number) => {
    for (const runId of repositories.runs.idsOfJob(jobId)) events.emit({ event: 'runs.changed', runId });
  };
  return {
    'jobs.list': () => ({ jobs: queue.list() }),
    'jobs.get': ({ jobId }) => {
      const job = queue.get(jobId);
      if (job === null) throw new WorkbenchError('not-found', `There is no job ${jobId}.`);
      return job;
    },
    'jobs.cancel': ({ jobId }) => {
      const job = queue.cancel(jobId);
      tellRuns(jobId);
      return job;
    },
    'jobs.pause': ({ jobId }) => {
      const job = queue.pause(jobId);
      tellRuns(jobId);
      return job;
    },
    'jobs.putFirst': ({ jobId }) => queue.putFirst(jobId),
    'jobs.resume': ({ jobId }) => {
      const { kind, datasetId = null, runId = null } = queue.get(jobId) ?? {};
      if (datasetId !== null && repositories.datasets.getCore(datasetId) === null) {
        const training = repositories.trainings.ofJob(jobId);
        throw training === null
          ? new WorkbenchError('not-found', 'The data set of this job was removed.')
          : trainingSetRemoved(training);
      }
      const isRunGone =
        kind === 'scan'
          ? repositories.runs.idsOfJob(jobId).length === 0
          : runId !== null && repositories.runs.get(runId) === null;
      if (isRunGone) {
        throw new WorkbenchError('not-found', 'The run of this job was removed.');
      }
      const job = queue.resume(jobId);
      tellRuns(jobId);
      return job;
    },
  };
}
