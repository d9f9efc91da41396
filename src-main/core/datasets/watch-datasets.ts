import type { Dataset, WatchState } from '../../../src-shared/domain/dataset.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import type { EventBus } from '../event-bus.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { defaultWatchTiming, FolderWatch, type WatchTiming } from './folder-watch.ts';
import type { ImportObserver } from './import-dataset-job.ts';

export interface DatasetWatcherOptions {
  readonly repositories: Pick<Repositories, 'datasets' | 'jobs'>;
  readonly events: EventBus;
  readonly queue: Pick<JobQueue, 'add' | 'wake' | 'resume' | 'list'>;
  readonly log: Log;
  readonly timing?: Partial<WatchTiming> | undefined;
}

export interface DatasetWatcher {
  /** Watches every data set that is to be watched. */
  resumeAll(): void;
  /** Resolves when the folder is watched or known to be missing. */
  start(datasetId: number): Promise<void>;
  stop(datasetId: number): void;
  state(datasetId: number): NonNullable<Dataset['watch']> | null;
  readonly observer: ImportObserver;
  close(): void;
}

/** Looks after the data sets whose folders are watched in this process; which ones is in the database. */
export function createDatasetWatcher(options: DatasetWatcherOptions): DatasetWatcher {
  const { repositories, events, queue, log } = options;
  const timing = { ...defaultWatchTiming, ...options.timing };
  const watches = new Map<number, FolderWatch>();
  const states = new Map<number, { state: WatchState; message: string }>();

  /** The set's last import job again: watching for a month leaves one row, not thousands. */
  function startImport(datasetId: number): boolean {
    const dataset = repositories.datasets.getCore(datasetId);
    if (dataset === null) {
      stop(datasetId);
      return false;
    }
    const last = queue
      .list()
      .filter((job) => job.kind === 'dataset-import' && job.datasetId === datasetId)
      .reduce<{ id: number; state: string } | null>(
        (newest, job) => (newest === null || job.id > newest.id ? job : newest),
        null,
      );
    if (last?.state === 'running' || last?.state === 'queued') return false;
    try {
      if (last === null) {
        const { layout, layoutOptions, name } = dataset;
        queue.add({
          kind: 'dataset-import',
          title: `Import ${name}`,
          payload: { datasetId, layout, layoutOptions },
          datasetId,
        });
        queue.wake();
      } else queue.resume(last.id);
      return true;
    } catch (thrown) {
      log('warn', `The watched folder ${dataset.root} could not be read again: ${String(thrown)}`);
      return false;
    }
  }

  const unsubscribe = events.subscribe((event) => {
    if (event.event !== 'job.changed' || event.job.kind !== 'dataset-import') return;
    const { datasetId, startedAtMs, finishedAtMs } = event.job;
    if (datasetId === null || startedAtMs === null || finishedAtMs === null) return;
    watches.get(datasetId)?.importEnded(finishedAtMs - startedAtMs);
  });

  function stop(datasetId: number): void {
    watches.get(datasetId)?.close();
    watches.delete(datasetId);
    states.delete(datasetId);
  }

  async function start(datasetId: number): Promise<void> {
    const dataset = repositories.datasets.getCore(datasetId);
    if (dataset === null || watches.has(datasetId)) return;
    const watch = new FolderWatch({
      root: dataset.root,
      timing,
      startImport: () => startImport(datasetId),
      onState(state, message) {
        states.set(datasetId, { state, message });
        if (state !== 'watching') log('info', message);
        events.emit({ event: 'datasets.changed', datasetId });
      },
    });
    watches.set(datasetId, watch);
    await watch.open();
  }

  return {
    resumeAll() {
      for (const { id } of repositories.datasets.watched()) {
        start(id).catch((thrown: unknown) => {
          log('warn', `Data set ${id} cannot be watched: ${String(thrown)}`);
        });
      }
    },
    start,
    stop,
    state: (datasetId) => states.get(datasetId) ?? null,
    observer: {
      unsettled: (datasetId) => watches.get(datasetId)?.unsettled ?? new Set(),
      foldersRead(datasetId, folders) {
        watches
          .get(datasetId)
          ?.foldersRead(folders)
          .catch((thrown: unknown) => {
            log('warn', `Folders of data set ${datasetId} cannot be watched: ${String(thrown)}`);
          });
      },
    },
    close() {
      unsubscribe();
      for (const datasetId of [...watches.keys()]) stop(datasetId);
    },
  };
}
