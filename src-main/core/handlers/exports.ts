import { resolve } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { exportSummarySchema, type ExportSummary } from '../../../src-shared/domain/export.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { ExportPayload } from '../exports/export-job.ts';
import { inspectTarget, planExport } from '../exports/plan-export.ts';
import { folderOf, prepareExport } from '../exports/prepare-export.ts';
import { reportName } from '../exports/report-writer.ts';
import { requireExport } from '../exports/require-export.ts';
import { requireFreeFolder, summaryName } from '../exports/require-free-folder.ts';
import { TargetFolder } from '../exports/target-folder.ts';
import type { DomainHandlers, Services } from './handler.ts';
import { startJob } from './start-job.ts';

export function exportsHandlers(services: Services): DomainHandlers<'exports'> {
  const { options: core, database, repositories, folders, queue, closing } = services;
  const { dataFolder } = folders;
  const parts = { database, repositories, version: core.version, jobId: 1 };

  return {
    'exports.create': async ({ folder: wanted, overwrite, ...wish }) => {
      // Everything that can be known to be wrong is said before a job is queued.
      const { dataset, runs } = prepareExport(parts, wish);
      if (runs.every(({ selected }) => selected.imageCount === 0)) {
        throw new WorkbenchError(
          'bad-request',
          'No image is left by that choice, so there is nothing to export. Choose other images.',
        );
      }
      const folder = resolve(wanted);
      await requireFreeFolder({ folder, overwrite, root: dataset.root, dataFolder, jobId: null });
      const [first, ...others] = runs;
      const what =
        first === undefined || others.length > 0
          ? `${runs.length} runs`
          : methodCatalogue[first.run.methodId].name;
      const jobId = queue.add({
        kind: 'export',
        title: `Export of ${what} on ${dataset.name}`,
        payload: { ...wish, folder, overwrite } satisfies ExportPayload,
        datasetId: dataset.id,
        ...(first === undefined ? {} : { runId: first.run.id }),
      });
      const job = startJob(queue, jobId);
      return { folder, job };
    },
    'exports.plan': async (wish) => await planExport(repositories, prepareExport(parts, wish), wish, closing),
    'exports.inspectFolder': async ({ folder, datasetId }) => {
      const dataset = repositories.datasets.getCore(datasetId);
      if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
      return await inspectTarget({ folder: resolve(folder), root: dataset.root, dataFolder });
    },
    'exports.written': async ({ jobId }) => {
      const { folder, runs, report } = requireExport(repositories, jobId);
      const names = await TargetFolder.list(folder).catch((): readonly string[] => []);
      const summaries: ExportSummary[] = [];
      for (const { runId } of runs) {
        const run = repositories.runs.get(runId);
        if (run === null) continue;
        const own = runs.length === 1 ? '' : `run-${run.id}-${run.methodId}`;
        const summary = await readSummary(folderOf(folder, { folder: own }));
        if (summary !== null && summary.jobId === jobId) summaries.push(summary);
      }
      return {
        folder,
        report: report !== null && names.includes(reportName) ? reportName : null,
        isThere: names.length > 0,
        runs: summaries,
      };
    },
  };
}

/** What an export says of itself; null where it was not begun, or is gone. */
async function readSummary(folder: string): Promise<ExportSummary | null> {
  const names = await TargetFolder.list(folder).catch((): readonly string[] => []);
  if (!names.includes(summaryName)) return null;
  try {
    const text = await TargetFolder.open(folder).read(summaryName);
    const summary = exportSummarySchema.safeParse(JSON.parse(text ?? 'null'));
    return summary.success ? summary.data : null;
  } catch {
    // Not JSON: somebody else's file by now.
    return null;
  }
}
