import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { JobState } from '../../../src-shared/domain/job.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { methodTitle, settingsRead } from '../../../src-shared/domain/method-settings.ts';
import { starterModelId } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import { estimateRuns } from '../scans/estimate-runs.ts';
import { requireInputs } from '../scans/run-inputs.ts';
import { storeReferences } from '../scans/run-references.ts';
import type { DomainHandlers, Services } from './handler.ts';
import { startJob } from './start-job.ts';

/** What a run's maps are rendered at until its method was opened and said so itself; no map exists before that. */
const renderingBeforeStart = { sizePx: 518, sigmaPx: 0 };

/** Classes that a message names. */
const mostClassesNamed = 10;

/** States in which a job may still do something. */
const stoppable: ReadonlySet<JobState> = new Set(['queued', 'running', 'paused']);

type RunWish = ParsedParams<'runs.createMany'>['runs'][number];

interface InsertOptions {
  readonly datasetId: number;
  readonly jobId: number;
  readonly className: string | null;
}

export function runsHandlers(services: Services): DomainHandlers<'runs'> {
  const { database, repositories, events, queue, purge, starterModel, folders } = services;
  const { evaluator, mapProfiler, pixelIntervals } = services;
  const { runs, results, jobs } = repositories;

  function requireRun(runId: number): Run {
    const run = runs.get(runId);
    if (run === null) throw new WorkbenchError('not-found', `There is no run ${runId}.`);
    return run;
  }

  /** Inserts one run of a job; one that cannot be made with what is there is marked with the reason, which is returned. */
  function insertRun(wish: RunWish & { readonly modelId: string | null }, ofJob: InsertOptions) {
    const { methodId, modelId, promptSetId, settings } = wish;
    const method = methodCatalogue[methodId];
    const runId = runs.insert({
      datasetId: ofJob.datasetId,
      methodId,
      modelId: method.needsModel ? modelId : null,
      promptSetId: method.needsLearnedPrompts ? promptSetId : null,
      settings,
      rendering: renderingBeforeStart,
      jobId: ofJob.jobId,
      className: ofJob.className,
      createdAtMs: Date.now(),
    });
    try {
      const { model } = requireInputs(repositories, wish);
      runs.setModelHash(runId, model?.sha256 ?? null);
      storeReferences(repositories, {
        ...{ id: runId, datasetId: ofJob.datasetId, settings },
        ...(ofJob.className === null ? {} : { className: ofJob.className }),
      });
      return { runId, error: null };
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      runs.setError(runId, error);
      return { runId, error };
    }
  }

  async function createRuns(params: ParsedParams<'runs.createMany'>) {
    const { datasetId, modelId, className } = params;
    if (modelId === starterModelId) await starterModel.demand();
    const wishes = params.runs.map(({ settings, ...wish }) => ({
      ...wish,
      modelId,
      settings: settingsRead(wish.methodId, settings),
    }));
    const { runIds, jobId } = database.transaction(() => {
      const dataset = requireReadyDataset(repositories, datasetId);
      if (className !== null) requireClass(repositories, dataset, className);
      const job = queue.add({
        kind: 'scan',
        title: jobTitle(wishes, className === null ? dataset.name : `${className} of ${dataset.name}`),
        payload: {},
        datasetId,
        ...(modelId !== null && wishes.some((wish) => methodCatalogue[wish.methodId].needsModel)
          ? { modelId }
          : {}),
      });
      const made = wishes.map((wish) => insertRun(wish, { datasetId, jobId: job, className }));
      const [first] = made;
      if (first === undefined) throw new WorkbenchError('bad-request', 'No method was named.');
      if (first.error !== null && made.every(({ error }) => error !== null)) throw first.error;
      jobs.setRun(job, first.runId);
      return { runIds: made.map(({ runId }) => runId), jobId: job };
    });
    const job = startJob(queue, jobId);
    for (const runId of runIds) events.emit({ event: 'runs.changed', runId });
    return { runs: runIds.map(requireRun), job };
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
    'runs.retryFailures': ({ runId, imageId }) => {
      const { jobId, datasetId } = requireRun(runId);
      const job = queue.get(jobId);
      if (job !== null && stoppable.has(job.state)) {
        throw new WorkbenchError(
          'busy',
          'The run is still going on. Try its images again when it has ended.',
        );
      }
      requireReadyDataset(repositories, datasetId);
      database.transaction(() => {
        if (!results.forgetFailures(runId, imageId)) {
          throw new WorkbenchError('bad-request', 'There is no image here that this run could not score.');
        }
        results.recount(datasetId);
      });
      const resumed = queue.resume(jobId);
      events.emit({ event: 'runs.changed', runId });
      return { job: resumed };
    },
    'runs.evaluate': ({ runId }) => evaluator.evaluate(requireRun(runId)),
    'runs.mapProfile': ({ runId, ...wish }) => mapProfiler.profile(requireRun(runId), wish),
    'runs.stopProfiling': ({ runId }) => {
      mapProfiler.stop(runId);
      return { ok: true };
    },
    'runs.stopEvaluating': ({ runId }) => {
      evaluator.stop(runId);
      return { ok: true };
    },
    'runs.pixelIntervals': ({ runIds }) => pixelIntervals.intervals(runIds.map(requireRun)),
    'runs.stopPixelIntervals': ({ runIds }) => {
      pixelIntervals.stop(runIds);
      return { ok: true };
    },
    'runs.estimate': (params) => estimateRuns({ repositories, dataFolder: folders.dataFolder }, params),
    'runs.rename': ({ runId, name }) => {
      requireRun(runId);
      runs.rename(runId, name);
      events.emit({ event: 'runs.changed', runId });
      return requireRun(runId);
    },
    'runs.create': async ({ datasetId, modelId, className, ...wish }) => {
      const { runs: made, job } = await createRuns({ datasetId, modelId, className, runs: [wish] });
      const [run] = made;
      if (run === undefined) throw new WorkbenchError('internal', `Job ${job.id} has no run.`);
      return { run, job };
    },
    'runs.createMany': createRuns,
    'runs.remove': ({ runId }) => {
      const { jobId } = requireRun(runId);
      // The others of its job go on; the pass notices that one is gone.
      const [other] = runs.idsOfJob(jobId).filter((id) => id !== runId);
      const job = queue.get(jobId);
      if (other === undefined && job !== null && stoppable.has(job.state)) queue.cancel(jobId);
      database.transaction(() => {
        runs.markRemoved(runId, Date.now());
        if (other !== undefined && job?.runId === runId) jobs.setRun(jobId, other);
      });
      events.emit({ event: 'runs.changed', runId });
      purge.start();
      return { ok: true };
    },
  };
}

/** Throws where no run can be made of a data set now. */
function requireReadyDataset({ datasets, images, jobs }: Repositories, datasetId: number): DatasetCore {
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
  return dataset;
}

function requireClass({ images }: Repositories, { id, name }: DatasetCore, className: string): void {
  const all = images.classNames(id);
  if (all.includes(className)) return;
  const named = all.slice(0, mostClassesNamed).map((one) => `«${one}»`);
  const more = all.length > named.length ? ` and ${all.length - named.length} more` : '';
  throw new WorkbenchError(
    'not-found',
    `«${name}» has no class «${className}». It has ${named.join(', ')}${more}.`,
  );
}

/** `CLIP on Bottles`, `CLIP and WinCLIP on Bottles`, `6 methods on Bottles`. */
function jobTitle(wishes: readonly RunWish[], datasetName: string): string {
  const names = wishes.map(({ methodId, settings }) => methodTitle(methodId, settings));
  const methods = names.length <= 2 ? names.join(' and ') : `${names.length} methods`;
  return `${methods} on ${datasetName}`;
}
