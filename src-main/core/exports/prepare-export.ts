import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { wantsFiles, type ExportSummary, type ExportWish } from '../../../src-shared/domain/export.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Database } from '../db/database.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import type { Repositories } from '../db/repositories.ts';
import { beginSummary } from './export-summary.ts';
import { selectImages, type SelectedImages } from './select-images.ts';

/** One run of an export, everything decided that can be decided before anything is written. */
export interface PreparedRun {
  readonly run: Run;
  /** Below the target; empty: the target itself. */
  readonly folder: string;
  readonly summary: ExportSummary;
  readonly selected: SelectedImages;
}

export interface PreparedExport {
  readonly dataset: DatasetCore;
  readonly runs: readonly PreparedRun[];
}

export interface PrepareOptions {
  readonly database: Database;
  readonly repositories: Repositories;
  readonly version: string;
  readonly jobId: number;
}

/**
 * Looks up what an export names and chooses thresholds and images. Throws `not-found` for what is not there,
 * `bad-request` for runs of several data sets and for an export of nothing, and what `beginSummary` throws.
 */
export function prepareExport(
  { database, repositories, version, jobId }: PrepareOptions,
  wish: ExportWish,
): PreparedExport {
  if (!wantsFiles(wish) && wish.report === null)
    throw new WorkbenchError('bad-request', 'There is nothing to export: choose some files, or the report.');
  const runs = wish.runs.map(({ runId }) => requireRun(repositories, runId));
  const [first] = runs;
  const dataset = first === undefined ? null : repositories.datasets.getCore(first.datasetId);
  if (dataset === null)
    throw new WorkbenchError('not-found', 'The data set of this export is no longer there.');
  if (runs.some(({ datasetId }) => datasetId !== dataset.id))
    throw new WorkbenchError('bad-request', 'An export takes runs of one data set.');
  if (new Set(runs.map(({ id }) => id)).size !== runs.length)
    throw new WorkbenchError('bad-request', 'The export names a run more than once.');
  return {
    dataset,
    runs: runs.map((run, k) => {
      const { scoreThreshold, mapThreshold } = wish.runs[k] ?? {};
      const options = {
        ...wish.options,
        scoreThreshold: scoreThreshold ?? wish.options.scoreThreshold,
        mapThreshold: mapThreshold ?? wish.options.mapThreshold,
      };
      const parts = { repositories, run, dataset, options, images: wish.images, version, jobId };
      const summary = beginSummary(parts);
      const selected = selectImages(database, {
        datasetId: dataset.id,
        runId: run.id,
        className: options.className,
        images: wish.images,
        scoreThresholds: summary.scoreThresholds,
      });
      const folder = runs.length === 1 ? '' : `run-${run.id}-${run.methodId}`;
      return { run, folder, summary, selected };
    }),
  };
}

export function folderOf(target: string, { folder }: Pick<PreparedRun, 'folder'>): string {
  return folder === '' ? target : join(target, folder);
}

function requireRun({ runs }: Pick<Repositories, 'runs'>, runId: number): Run {
  const run = runs.get(runId);
  if (run === null) throw new WorkbenchError('not-found', `There is no run ${runId}.`);
  if (run.scoredCount === 0) {
    throw new WorkbenchError(
      'bad-request',
      `Run ${runId} has no score yet; there is nothing to export. Wait for it, or resume it.`,
    );
  }
  return run;
}
