import { resolve } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { ExportPayload } from '../exports/export-job.ts';
import { beginSummary } from '../exports/export-summary.ts';
import { requireFreeFolder } from '../exports/require-free-folder.ts';
import type { DomainHandlers, Services } from './handler.ts';
import { startJob } from './start-job.ts';

export function exportsHandlers({
  options: core,
  repositories,
  folders,
  queue,
}: Services): DomainHandlers<'exports'> {
  const { runs, datasets } = repositories;
  return {
    'exports.create': async ({ runId, folder: wanted, overwrite, options }) => {
      const run = runs.get(runId);
      const dataset = run === null ? null : datasets.getCore(run.datasetId);
      if (run === null || dataset === null)
        throw new WorkbenchError('not-found', `There is no run ${runId}.`);
      if (run.scoredCount === 0) {
        throw new WorkbenchError(
          'bad-request',
          `Run ${runId} has no score yet; there is nothing to export. Wait for it, or resume it.`,
        );
      }
      const folder = resolve(wanted);
      await requireFreeFolder({
        folder,
        overwrite,
        root: dataset.root,
        dataFolder: folders.dataFolder,
        jobId: null,
      });
      // Everything that can be known to be wrong is said before a job is queued.
      beginSummary({ repositories, run, dataset, options, version: core.version, jobId: 1 });
      const jobId = queue.add({
        kind: 'export',
        title: `Export of ${methodCatalogue[run.methodId].name} on ${dataset.name}`,
        payload: { runId, folder, overwrite, options } satisfies ExportPayload,
        datasetId: dataset.id,
        runId,
      });
      const job = startJob(queue, jobId);
      return { folder, job };
    },
  };
}
