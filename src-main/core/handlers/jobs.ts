import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function jobsHandlers({ queue, repositories, events }: Services): DomainHandlers<'jobs'> {
  return {
    'jobs.list': () => ({ jobs: queue.list() }),
    'jobs.get': ({ jobId }) => {
      const job = queue.get(jobId);
      if (job === null) throw new WorkbenchError('not-found', `There is no job ${jobId}.`);
      return job;
    },
    'jobs.cancel': ({ jobId }) => {
      const job = queue.cancel(jobId);
      // A run's state is its job's.
      if (job.runId !== null) events.emit({ event: 'runs.changed', runId: job.runId });
      return job;
    },
    'jobs.resume': ({ jobId }) => {
      const { datasetId = null, runId = null } = queue.get(jobId) ?? {};
      if (datasetId !== null && repositories.datasets.getCore(datasetId) === null) {
        throw new WorkbenchError('not-found', 'The data set of this job was removed.');
      }
      if (runId !== null && repositories.runs.get(runId) === null) {
        throw new WorkbenchError('not-found', 'The run of this job was removed.');
      }
      const job = queue.resume(jobId);
      if (job.runId !== null) events.emit({ event: 'runs.changed', runId: job.runId });
      return job;
    },
  };
}
