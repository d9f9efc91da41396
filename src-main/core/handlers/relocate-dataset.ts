import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import { countPresent } from '../datasets/folder-states.ts';
import { resolveFolder } from '../datasets/read-folder.ts';
import type { Services } from './handler.ts';
import { startJob } from './start-job.ts';

/** Enough to know whether a folder is the same one elsewhere. */
const mostLookedFor = 200;

/** Gives a data set the folder where its images lie now, and reads it. See `datasets.relocate` for what it throws. */
export async function relocateDataset(services: Services, datasetId: number, path: string): Promise<Job> {
  const { database, repositories, events, queue, watcher } = services;
  const { datasets, images, jobs } = repositories;
  const dataset = datasets.getCore(datasetId);
  if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
  const root = await resolveFolder(path);
  const page = { descending: false, offset: 0, limit: mostLookedFor };
  const known = images.byIds(images.idsByPath(datasetId, null, page));
  const present = await countPresent(
    root,
    known.map((image) => image.filePath ?? image.path),
  );
  if (known.length > 0 && present === 0) {
    throw new WorkbenchError(
      'incompatible',
      `None of the images of «${dataset.name}» lies in ${root} (looked for ${countOf(known.length, 'file')}, ${known[0]?.path ?? ''} first). Choose the folder that stands for ${dataset.root} now, or add this one as a data set of its own.`,
    );
  }
  const jobId = database.transaction(() => {
    const other = datasets.findByRoot(root);
    if (other !== null && other.id !== datasetId) {
      throw new WorkbenchError(
        'already-exists',
        `${root} is the folder of the data set «${other.name}». Choose another folder, or remove that data set first.`,
      );
    }
    if (jobs.listActive().some((job) => job.datasetId === datasetId)) {
      throw new WorkbenchError(
        'busy',
        `A job works on «${dataset.name}» just now. Wait for it or cancel it, then choose the folder again.`,
      );
    }
    datasets.setRoot(datasetId, root);
    const { layout, layoutOptions, name } = dataset;
    return queue.add({
      kind: 'dataset-import',
      title: `Import ${name}`,
      payload: { datasetId, layout, layoutOptions },
      datasetId,
    });
  });
  if (datasets.isWatched(datasetId)) {
    watcher.stop(datasetId);
    await watcher.start(datasetId);
  }
  events.emit({ event: 'datasets.changed', datasetId });
  return startJob(queue, jobId);
}
