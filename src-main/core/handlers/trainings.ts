import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { JobState } from '../../../src-shared/domain/job.ts';
import { starterModelId } from '../../../src-shared/domain/model.ts';
import { trainableMethodNames, type Training } from '../../../src-shared/domain/training.ts';
import { chooseProbes } from '../training/choose-probes.ts';
import { keepCheckpoint } from '../training/keep-checkpoint.ts';
import { planTraining, resolveOrder } from '../training/plan-training.ts';
import { discardTraining } from '../training/training-files.ts';
import { versionHashOf } from '../training/training-images.ts';
import type { DomainHandlers, Services } from './handler.ts';
import { startJob } from './start-job.ts';

/** States in which a job may still do something. */
const stoppable: ReadonlySet<JobState> = new Set(['queued', 'running', 'paused']);

export function trainingsHandlers(services: Services): DomainHandlers<'trainings'> {
  const { database, repositories, events, queue, folders, starterModel, closing, options } = services;
  const { trainings, trainingCheckpoints, images, datasets } = repositories;

  function requireTraining(trainingId: number): Training {
    const training = trainings.get(trainingId);
    if (training === null) throw new WorkbenchError('not-found', `There is no training ${trainingId}.`);
    return training;
  }

  return {
    'trainings.plan': async (order) => {
      if (order.modelId === starterModelId) await starterModel.demand();
      return await planTraining({ repositories, signal: closing }, order);
    },
    'trainings.start': async ({ name, probeImageIds, ...order }) => {
      if (order.modelId === starterModelId) await starterModel.demand();
      const { trainingId, jobId } = database.transaction(() => {
        const { model, dataset, settings, found } = resolveOrder(repositories, order);
        if (found.images.length === 0)
          throw new WorkbenchError(
            'bad-request',
            `«${dataset.name}» has no labelled image to learn from${found.withoutMask > 0 ? ' that has a mask' : ''}. Label its images, or choose another set.`,
          );
        const usual = `${trainableMethodNames[order.methodId]} learns from ${dataset.name}`;
        const job = queue.add({
          kind: 'training',
          title: name ?? usual,
          payload: {},
          datasetId: dataset.id,
          modelId: model.id,
        });
        const id = trainings.insert({
          name: name ?? usual,
          methodId: order.methodId,
          modelId: model.id,
          modelSha256: model.sha256,
          datasetId: dataset.id,
          datasetName: dataset.name,
          classNames: order.classNames,
          settings,
          validation: order.validation,
          probeImageIds: probeImageIds ?? chooseProbes(repositories, order),
          versionHash: versionHashOf(found.images),
          imageCount: found.images.length,
          anomalousCount: found.anomalousCount,
          jobId: job,
          createdAtMs: Date.now(),
        });
        return { trainingId: id, jobId: job };
      });
      startJob(queue, jobId);
      events.emit({ event: 'trainings.changed', trainingId });
      return requireTraining(trainingId);
    },
    'trainings.list': () => ({ trainings: trainings.list() }),
    'trainings.get': ({ trainingId }) => {
      const training = requireTraining(trainingId);
      return {
        training,
        losses: trainings.losses(trainingId),
        checkpoints: trainingCheckpoints.list(trainingId).map(({ checkpoint }) => checkpoint),
        // Rows of a removed data set are cleared away bit by bit; gone they are at once.
        probes: images
          .byIds(training.probeImageIds)
          .filter(({ datasetId }) => datasets.getCore(datasetId) !== null)
          .map(({ id, path, className }) => ({ imageId: id, path, className })),
      };
    },
    'trainings.rename': ({ trainingId, name }) => {
      requireTraining(trainingId);
      trainings.rename(trainingId, name);
      events.emit({ event: 'trainings.changed', trainingId });
      return requireTraining(trainingId);
    },
    'trainings.remove': async ({ trainingId }) => {
      const { jobId } = requireTraining(trainingId);
      const job = queue.get(jobId);
      if (job !== null && stoppable.has(job.state)) queue.cancel(jobId);
      trainings.remove(trainingId);
      events.emit({ event: 'trainings.changed', trainingId: null });
      await discardTraining(folders, trainingId, options.log);
      return { ok: true };
    },
    'trainings.keep': ({ trainingId, epoch, name }) =>
      keepCheckpoint(
        { ...services, log: options.log, version: options.version },
        { training: requireTraining(trainingId), epoch, name, signal: closing },
      ),
  };
}
