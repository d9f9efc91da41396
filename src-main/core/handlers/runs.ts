import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { starterModelId } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import { createLimitedWork } from '../assets/limited-work.ts';
import type { Repositories } from '../db/repositories.ts';
import { evaluateRun } from '../evaluation/evaluate-run.ts';
import type { DomainHandlers, Services } from './handler.ts';

/** What a run's maps are rendered at until its method was opened and said so itself; no map exists before that. */
const renderingBeforeStart = { sizePx: 518, sigmaPx: 0 };

export function runsHandlers(services: Services): DomainHandlers<'runs'> {
  const { database, repositories, events, queue, purge, closing, starterModel } = services;
  const { runs, results, jobs } = repositories;
  /** One at a time: each holds a class's pixels. */
  const evaluating = createLimitedWork<RunEvaluation>(1);

  function requireRun(runId: number): Run {
    const run = runs.get(runId);
    if (run === null) throw new WorkbenchError('not-found', `There is no run ${runId}.`);
    return run;
  }

  return {
    'runs.list': ({ datasetId }) => ({ runs: runs.list(datasetId) }),
    'runs.get': ({ runId }) => requireRun(runId),
    'runs.scores': ({ runId }) => {
      requireRun(runId);
      return results.scores(runId);
    },
    'runs.failures': ({ runId, offset, limit }) => {
      requireRun(runId);
      return { total: results.countFailures(runId), failures: results.failures(runId, offset, limit) };
    },
    'runs.evaluate': ({ runId }) => {
      const run = requireRun(runId);
      return evaluating.once(String(runId), () => evaluateRun(repositories, run, closing));
    },
    'runs.create': async (params) => {
      if (params.modelId === starterModelId) await starterModel.demand();
      const { runId, jobId } = database.transaction(() => {
        const { datasetName, modelId, promptSetId } = validateRun(repositories, params);
        const job = queue.add({
          kind: 'scan',
          title: `${methodCatalogue[params.methodId].name} on ${datasetName}`,
          payload: {},
          datasetId: params.datasetId,
          ...(modelId === null ? {} : { modelId }),
        });
        const run = runs.insert({
          datasetId: params.datasetId,
          methodId: params.methodId,
          modelId,
          promptSetId,
          settings: params.settings,
          rendering: renderingBeforeStart,
          jobId: job,
          createdAtMs: Date.now(),
        });
        jobs.setRun(job, run, { runId: run });
        return { runId: run, jobId: job };
      });
      queue.wake();
      events.emit({ event: 'runs.changed', runId });
      const job = queue.get(jobId);
      if (job === null) throw new WorkbenchError('internal', `Job ${jobId} is gone.`);
      return { run: requireRun(runId), job };
    },
    'runs.remove': ({ runId }) => {
      const { jobId, state } = requireRun(runId);
      if (state === 'queued' || state === 'running') queue.cancel(jobId);
      runs.markRemoved(runId, Date.now());
      events.emit({ event: 'runs.changed', runId });
      purge.start();
      return { ok: true };
    },
  };
}

/** Everything that can be known to be wrong before a job is queued. What a method does not need is dropped. */
function validateRun(
  { datasets, images, models, promptSets, jobs }: Repositories,
  { datasetId, methodId, modelId, promptSetId }: ParsedParams<'runs.create'>,
) {
  const method = methodCatalogue[methodId];
  const dataset = datasets.getCore(datasetId);
  if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
  const importing = jobs
    .listActive()
    .some((job) => job.kind === 'dataset-import' && job.datasetId === datasetId);
  if (importing) {
    throw new WorkbenchError(
      'busy',
      `«${dataset.name}» is still being imported. Start the run when that is finished.`,
    );
  }
  if (images.count(datasetId, null) === 0) {
    throw new WorkbenchError(
      'bad-request',
      `«${dataset.name}» has no image that could be read. Look at its problems, or import another folder.`,
    );
  }
  const chosen = { datasetName: dataset.name, modelId: null, promptSetId: null };
  if (!method.needsModel) return chosen;
  if (modelId === null) {
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs a model. Choose one, or import one first.`,
    );
  }
  const model = models.get(modelId);
  if (model === null) throw new WorkbenchError('not-found', `There is no model «${modelId}».`);
  if (!method.needsLearnedPrompts) return { ...chosen, modelId };
  if (promptSetId === null) {
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs learned prompts. Choose a set, or import one first.`,
    );
  }
  const prompts = promptSets.get(promptSetId);
  if (prompts === null) {
    throw new WorkbenchError('not-found', `There are no learned prompts ${promptSetId}.`);
  }
  const { textWidth, name } = prompts.promptSet;
  if (prompts.promptSet.methodId !== methodId || textWidth !== model.config.text.width) {
    throw new WorkbenchError(
      'incompatible',
      `The prompts «${name}» are for text width ${textWidth}, the model «${model.name}» has ${model.config.text.width}. Choose prompts that were trained with this model.`,
    );
  }
  return { ...chosen, modelId, promptSetId };
}
