import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Dataset, DatasetLayout } from '../../../src-shared/domain/dataset.ts';
import { folderState } from '../datasets/folder-states.ts';
import { requireReadOptions } from '../datasets/require-read-options.ts';
import { detectLayout } from '../datasets/layouts.ts';
import { inspectDataset } from '../datasets/inspect-dataset.ts';
import { resolveFolder } from '../datasets/read-folder.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { DomainHandlers, Services } from './handler.ts';
import { datasetInUse, jobsOnDataset } from './free-dataset.ts';
import { createInspections } from './inspections.ts';
import { relocateDataset } from './relocate-dataset.ts';
import { startJob } from './start-job.ts';

export function datasetsHandlers(services: Services): DomainHandlers<'datasets'> {
  const { database, repositories, folders, events, queue, purge, watcher, closing } = services;
  const { datasets } = repositories;
  const inspections = createInspections(events, closing);

  function requireDataset(datasetId: number): Dataset {
    const dataset = datasets.get(datasetId);
    if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
    return dataset;
  }

  /** Reading a folder another way would take labels, masks and the AUROC of finished runs from what is there. */
  function requireSameLayout(known: DatasetCore, layout: DatasetLayout): void {
    if (known.layout === layout) return;
    const imageCount = repositories.images.count(known.id, null);
    const runCount = repositories.runs.list(known.id).length;
    if (imageCount === 0 && runCount === 0) return;
    throw new WorkbenchError(
      'already-exists',
      `${known.root} is the data set ${known.id} «${known.name}» already, read as ${known.layout}, with ${countOf(imageCount, 'image')} and ${countOf(runCount, 'run')}. Read as ${layout} it would lose its labels, masks or classes, so nothing was changed. Import it without another layout, or remove the data set first.`,
    );
  }

  function withWatch(dataset: Dataset): Dataset {
    const watch = watcher.state(dataset.id);
    if (watch !== null) return { ...dataset, watch };
    if (!datasets.isWatched(dataset.id)) return dataset;
    return { ...dataset, watch: { state: 'elsewhere', message: 'It is watched where the window runs.' } };
  }

  return {
    'datasets.list': () => ({ datasets: datasets.list().map(withWatch) }),
    'datasets.get': ({ datasetId }) => withWatch(requireDataset(datasetId)),
    'datasets.watch': async ({ datasetId, watch }) => {
      requireDataset(datasetId);
      datasets.setWatched(datasetId, watch);
      if (watch) await watcher.start(datasetId);
      else watcher.stop(datasetId);
      events.emit({ event: 'datasets.changed', datasetId });
      return withWatch(requireDataset(datasetId));
    },
    'datasets.inspect': ({ path, layout, layoutOptions, openFiles, inspectionId }) =>
      inspections.run(inspectionId ?? null, (signal, onProgress) =>
        inspectDataset({
          path,
          layout,
          layoutOptions,
          excluded: [realpathSync(folders.dataFolder)],
          signal,
          onProgress,
          pictures: openFiles === true ? services.previewPictures : undefined,
        }),
      ),
    'datasets.stopInspecting': ({ inspectionId }) => {
      inspections.stop(inspectionId);
      return { ok: true };
    },
    'datasets.opened': ({ datasetId }) => {
      requireDataset(datasetId);
      datasets.setOpened(datasetId, Date.now());
      return withWatch(requireDataset(datasetId));
    },
    'datasets.rename': ({ datasetId, name }) => {
      requireDataset(datasetId);
      datasets.setName(datasetId, name);
      events.emit({ event: 'datasets.changed', datasetId });
      return withWatch(requireDataset(datasetId));
    },
    'datasets.relocate': async ({ datasetId, path }) => {
      const job = await relocateDataset(services, datasetId, path);
      return { dataset: withWatch(requireDataset(datasetId)), job };
    },
    'datasets.folders': async () => ({
      folders: await Promise.all(datasets.listCores().map((dataset) => folderState(dataset))),
    }),
    'datasets.import': async ({ path, layout, layoutOptions, name }) => {
      const root = await resolveFolder(path);
      const detected = layout ?? datasets.findByRoot(root)?.layout ?? (await detectLayout(root, closing));
      requireReadOptions(root, detected, layoutOptions);
      // From here on nothing waits: two windows that import the same folder get one data set and one job.
      const { datasetId, jobId } = database.transaction(() => {
        const known = datasets.findByRoot(root);
        const running =
          known === null
            ? undefined
            : repositories.jobs
                .listActive()
                .find((job) => job.kind === 'dataset-import' && job.datasetId === known.id);
        if (known !== null) requireSameLayout(known, detected);
        if (known !== null && running !== undefined) return { datasetId: known.id, jobId: running.id };
        const finalName = name ?? known?.name ?? (basename(root) || root);
        const chosen = layoutOptions ?? known?.layoutOptions ?? {};
        const id =
          known?.id ??
          datasets.insert({
            name: finalName,
            root,
            layout: detected,
            layoutOptions: chosen,
            createdAtMs: Date.now(),
          });
        if (known !== null) {
          datasets.update(id, { name: finalName, layout: detected, layoutOptions: chosen });
          datasets.setState(id, 'importing');
        }
        return {
          datasetId: id,
          jobId: queue.add({
            kind: 'dataset-import',
            title: `Import ${finalName}`,
            payload: { datasetId: id, layout: detected, layoutOptions: chosen },
            datasetId: id,
          }),
        };
      });
      events.emit({ event: 'datasets.changed', datasetId });
      const job = startJob(queue, jobId);
      return { dataset: withWatch(requireDataset(datasetId)), job };
    },
    'datasets.remove': ({ datasetId, cancelJobs = false }) => {
      const { name } = requireDataset(datasetId);
      const { users, rereading } = jobsOnDataset(repositories, datasetId);
      if (users.length > 0 && !cancelJobs) throw datasetInUse(name, users);
      watcher.stop(datasetId);
      // Those that wait first: what ends lets the next begin.
      for (const job of [...users, ...rereading].reverse()) queue.cancel(job.id);
      database.transaction(() => {
        // Another process may have begun something in this moment.
        const { users: late } = jobsOnDataset(repositories, datasetId);
        if (late.length > 0) throw datasetInUse(name, late);
        datasets.markRemoved(datasetId, Date.now());
      });
      events.emit({ event: 'datasets.changed', datasetId });
      events.emit({ event: 'runs.changed', runId: null });
      // Trainings tell whether their data set is there.
      events.emit({ event: 'trainings.changed', trainingId: null });
      purge.start();
      return { ok: true };
    },
    'datasets.problems': ({ datasetId, offset, limit }) => {
      requireDataset(datasetId);
      return {
        total: datasets.countProblems(datasetId),
        problems: datasets.problems(datasetId, offset, limit),
      };
    },
  };
}
