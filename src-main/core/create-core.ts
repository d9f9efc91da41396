import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import type { MethodName, MethodParams, MethodResult } from '../../src-shared/contract/methods.ts';
import { freeBytesAt } from '../system/free-bytes.ts';
import { defaultImageTools } from './assets/default-image-tools.ts';
import type { ImageTools } from './assets/image-tools.ts';
import { createAssetServer } from './assets/serve-asset.ts';
import { createThumbnailStore } from './assets/thumbnail-store.ts';
import { createPromptBenches } from './bench/prompt-benches.ts';
import { createComputeClient } from './compute-client/compute-client.ts';
import type { Core, CoreOptions, CoreTiming } from './core.ts';
import { createImportJobKind } from './datasets/import-dataset-job.ts';
import { createPreviewPictures } from './datasets/preview-pictures.ts';
import { createDatasetWatcher, type DatasetWatcher } from './datasets/watch-datasets.ts';
import { openDatabase } from './db/open-database.ts';
import { createRepositories } from './db/repositories.ts';
import { createDispatch } from './dispatch.ts';
import { createEvaluator } from './evaluation/evaluator.ts';
import { createPixelIntervals } from './evaluation/pixel-intervals.ts';
import { createMapProfiler } from './evaluation/map-profiler.ts';
import { createEventBus } from './event-bus.ts';
import { createExportJobKind } from './exports/export-job.ts';
import { createReportWriter } from './exports/report-writer.ts';
import { createCatalogue } from './downloads/catalogue.ts';
import { createHttpsTransport, type HttpTransport } from './downloads/https-transport.ts';
import { createHandlers } from './handlers/registry.ts';
import { createJobQueue, type JobQueue } from './jobs/job-queue.ts';
import { createModelDownloadJobKind } from './downloads/model-download-job.ts';
import { createModelImportJobKind } from './library/model-import-job.ts';
import { createScanJobKind } from './scans/scan-job.ts';
import { watchOtherProcesses } from './jobs/watch-other-processes.ts';
import { libraryFolders } from './library/library-folders.ts';
import { sweepLibrary } from './library/library-sweep.ts';
import { createPurge } from './purge.ts';
import { createFeatureCacheLimit } from './library/feature-cache-limit.ts';
import { createThumbnailLimit } from './library/thumbnail-limit.ts';
import { rememberLog } from './problem-report.ts';
import { readComputeSettings } from './compute-settings.ts';
import { createTrainingJobKind } from './training/training-job.ts';
import { sweepTrainings } from './training/training-files.ts';
import { createStarterModel } from './library/starter-model.ts';

export type { AssetResponse, Core, CoreOptions, Log, LogLevel } from './core.ts';

const defaultTiming: CoreTiming = { leaseMs: 15_000, tickMs: 1000, abortGraceMs: 300 };

/** What tests put in the place of real parts. */
export interface CoreParts {
  readonly imageTools?: ImageTools;
  /** How downloads reach their servers. */
  readonly transport?: HttpTransport;
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/**
 * The workbench without a window: options in, services out. Opens (or makes) the data folder, takes up jobs that a crash
 * interrupted, and starts the compute process when something needs it.
 * Rejects with `corrupt-file`, `incompatible`, `forbidden` or `disk-full` when the data folder cannot be used.
 */
export async function createCore(options: CoreOptions, parts: CoreParts = {}): Promise<Core> {
  const { log, lines: logLines } = rememberLog(options.log);
  const timing = { ...defaultTiming, ...options.timing };
  const folders = libraryFolders(resolve(options.dataFolder));
  const imageTools = parts.imageTools ?? defaultImageTools;
  const database = openDatabase({ ...options, log, dataFolder: folders.dataFolder });
  const repositories = createRepositories(database);
  await sweepLibrary(folders, repositories, log);
  await sweepTrainings(folders, repositories, log);
  const events = createEventBus(log);
  const closing = new AbortController();
  const compute = createComputeClient({
    launcher: options.computeLauncher,
    log,
    emit: events.emit,
    abortGraceMs: timing.abortGraceMs,
  });
  const catalogue = createCatalogue(options.catalogueFile ?? null);
  const writeReport = createReportWriter({ ...options, repositories, evaluator: () => evaluator, log });
  const featureCacheLimit = createFeatureCacheLimit(folders.features, repositories);
  const queue: JobQueue = createJobQueue({
    database,
    jobs: repositories.jobs,
    kinds: [
      createImportJobKind({
        repositories,
        events,
        excluded: [realpathSync(folders.dataFolder)],
        probe: imageTools.probe,
        probeMask: imageTools.probeMask,
        watching: {
          unsettled: (datasetId) => watcher.observer.unsettled(datasetId),
          foldersRead: (datasetId, read) => {
            watcher.observer.foldersRead(datasetId, read);
          },
        },
      }),
      createModelImportJobKind({ repositories, compute, folders, events, log }),
      createModelDownloadJobKind({
        repositories,
        compute,
        folders,
        events,
        log,
        catalogue,
        transport: parts.transport ?? createHttpsTransport(),
        freeBytes: parts.freeBytes ?? freeBytesAt,
        enqueue: (job) => queue.add(job),
        wake: () => {
          queue.wake();
        },
      }),
      createScanJobKind({
        repositories,
        compute,
        folders,
        events,
        computeSettings: () => readComputeSettings(repositories, options.computeSettings),
      }),
      createTrainingJobKind({
        repositories,
        compute,
        folders,
        events,
        computeSettings: () => readComputeSettings(repositories, options.computeSettings),
        featureLimitBytes: () => featureCacheLimit.limitBytes(),
        version: options.version,
        log,
      }),
      createExportJobKind({
        database,
        repositories,
        dataFolder: folders.dataFolder,
        version: options.version,
        writeReport,
        evaluator: () => evaluator,
      }),
    ],
    events,
    log,
    timing,
    takeOver: (options.runJobs ?? (options.host === 'cli' ? 'own' : 'all')) === 'all',
    dataFolder: folders.dataFolder,
  });
  const watcher: DatasetWatcher = createDatasetWatcher({
    repositories,
    events,
    queue,
    log,
    timing: options.watchTiming,
  });
  const previewPictures = createPreviewPictures();
  const thumbnailLimit = createThumbnailLimit(folders.thumbnails, repositories, log);
  const promptBenches = createPromptBenches({
    repositories,
    compute,
    folders,
    events,
    computeSettings: () => readComputeSettings(repositories, options.computeSettings),
    featureCache: featureCacheLimit.place,
    checkpointPrompts: (trainingId, epoch) => {
      const training = repositories.trainings.get(trainingId);
      const stored = repositories.trainingCheckpoints.get(trainingId, epoch);
      const textWidth = repositories.models.get(training?.modelId ?? '')?.config.text.width;
      if (training === null || stored === null || textWidth === undefined) return null;
      const file = join(folders.training(trainingId), stored.storedFile);
      return { methodId: training.methodId, textWidth, file };
    },
    closing: closing.signal,
  });
  const purge = createPurge(repositories, log);
  const starterModel = createStarterModel({
    starterModelFolder: options.starterModelFolder ?? null,
    database,
    repositories,
    folders,
    compute,
    events,
    closing: closing.signal,
    log,
  });
  const evaluator = createEvaluator({ repositories, events, closing: closing.signal, log });
  const mapProfiler = createMapProfiler({ repositories, events, closing: closing.signal, log });
  const pixelIntervals = createPixelIntervals({ repositories, evaluator, closing: closing.signal, log });
  const handlers = createHandlers({
    options,
    database,
    repositories,
    folders,
    events,
    queue,
    compute,
    purge,
    watcher,
    previewPictures,
    starterModel,
    catalogue,
    evaluator,
    writeReport,
    mapProfiler,
    pixelIntervals,
    thumbnailLimit,
    featureCacheLimit,
    promptBenches,
    logLines,
    closing: closing.signal,
  });
  const { dispatch, call } = createDispatch(handlers, log);
  const asset = createAssetServer({
    repositories,
    previewPictures,
    tools: imageTools,
    thumbnails: createThumbnailStore(folders.thumbnails, imageTools, log, thumbnailLimit.made),
    log,
  });
  const watch = watchOtherProcesses({ database, listJobs: queue.list, events });

  const tick = () => {
    try {
      queue.tick();
      watch.look();
    } catch (thrown) {
      log('warn', `Looking after jobs failed and is tried again: ${toErrorShape(thrown).message}`);
    }
  };
  tick();
  purge.start();
  // A command watches only what it was asked to.
  if (options.host !== 'cli') watcher.resumeAll();
  // A window will want it in a moment; a command that needs no model does not make one.
  if (options.host !== 'cli') void starterModel.ensure();
  const timer = setInterval(tick, timing.tickMs);
  let closed: Promise<void> | null = null;

  async function close(): Promise<void> {
    clearInterval(timer);
    closing.abort();
    watcher.close();
    queue.close();
    await Promise.all([
      compute.close(),
      purge.stop(),
      queue.settled(),
      starterModel.settled(),
      evaluator.settled(),
      mapProfiler.settled(),
      pixelIntervals.settled(),
      thumbnailLimit.settled(),
    ]);
    database.close();
  }

  return {
    dispatch,
    call: async <N extends MethodName>(method: N, params: MethodParams<N>) =>
      (await call(method, params)) as MethodResult<N>,
    subscribe: events.subscribe,
    asset,
    close: () => (closed ??= close()),
  };
}
