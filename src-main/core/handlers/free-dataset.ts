import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Repositories } from '../db/repositories.ts';

/**
 * The jobs that have not ended and would lose a data set with its removal: those on it, and trainings that are measured on it.
 * Reading a watched folder again is none of them: nobody asked for it, and it ends with the watching.
 */
export function jobsOnDataset(
  { jobs, trainings, datasets }: Pick<Repositories, 'jobs' | 'trainings' | 'datasets'>,
  datasetId: number,
): { readonly users: readonly Job[]; readonly rereading: readonly Job[] } {
  const active = jobs.listActive();
  const isMeasuredOn = ({ id, kind }: Job) =>
    kind === 'training' && trainings.ofJob(id)?.validation?.datasetId === datasetId;
  const onIt = active.filter((job) => job.datasetId === datasetId || isMeasuredOn(job));
  const isRereading = ({ kind }: Job) => kind === 'dataset-import' && datasets.isWatched(datasetId);
  return { users: onIt.filter((job) => !isRereading(job)), rereading: onIt.filter(isRereading) };
}

/** What is said instead of ending somebody's work unasked. */
export function datasetInUse(name: string, users: readonly Job[]): WorkbenchError {
  const named = users.map(({ title, id, state }) =>
    state === 'running' ? `job ${id} «${title}» is running` : `job ${id} «${title}» is waiting`,
  );
  return new WorkbenchError(
    'in-use',
    `«${name}» was not removed: ${named.join(', ')}, and would lose its images. Cancel it under «Jobs», or with Ctrl+C in the terminal where it runs; then remove the data set.`,
  );
}
