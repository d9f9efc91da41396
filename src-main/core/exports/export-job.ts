import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { exportWishSchema, wantsFiles } from '../../../src-shared/domain/export.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { Database } from '../db/database.ts';
import type { Repositories } from '../db/repositories.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { defineJobKind, type JobContext } from '../jobs/job-kind.ts';
import { ExportPass } from './export-pass.ts';
import { folderOf, prepareExport, type PreparedExport } from './prepare-export.ts';
import { countPictures, reportName, type ReportWriter } from './report-writer.ts';
import { noMetrics, predictionMetrics } from './prediction-metrics.ts';
import { requireFreeFolder } from './require-free-folder.ts';
import { TargetFolder } from './target-folder.ts';

/** An export of one run as programs before this one queued it. */
const earlierPayloadSchema = z
  .object({ runId: z.number() })
  .loose()
  .transform(({ runId, ...others }): unknown => ({ ...others, runs: [{ runId }] }));

const payloadSchema = exportWishSchema.extend({
  /** Absolute. */
  folder: z.string().min(1),
  overwrite: z.boolean(),
});
export const exportPayloadSchema = z.union([payloadSchema, earlierPayloadSchema.pipe(payloadSchema)]);
export type ExportPayload = z.output<typeof exportPayloadSchema>;

export interface ExportJobOptions {
  readonly database: Database;
  readonly repositories: Repositories;
  readonly dataFolder: string;
  readonly version: string;
  readonly writeReport: ReportWriter;
  readonly evaluator: () => Evaluator;
}

/**
 * Writes the files of one run into a folder, of several into a folder each, and the report beside them. Memory does not
 * grow with the number of images but for their scores and names. An attempt that goes on after a crash or a full disk
 * leaves what it finds finished alone.
 */
export function createExportJobKind(options: ExportJobOptions) {
  return defineJobKind({
    kind: 'export',
    lane: 'files',
    payloadSchema: exportPayloadSchema,
    async run(payload, context) {
      const prepared = prepareExport({ ...options, jobId: context.jobId }, payload);
      const progress = makeProgress(prepared, payload, context, options);
      const failed = wantsFiles(payload)
        ? await writeFiles(options, prepared, payload, context, progress)
        : { count: 0, first: null };
      if (payload.report !== null) {
        TargetFolder.open(payload.folder);
        await options.writeReport({
          runs: prepared.runs.map(({ run }, k) => ({
            run,
            scoreThreshold: payload.runs[k]?.scoreThreshold ?? payload.options.scoreThreshold,
            mapThreshold: payload.runs[k]?.mapThreshold ?? payload.options.mapThreshold,
          })),
          className: payload.options.className,
          notRun: [],
          file: join(payload.folder, reportName),
          imagesPerClass: payload.report.imagesPerClass,
          signal: context.signal,
          onPicture: progress.onPicture,
        });
      }
      if (failed.count > 0) {
        throw new WorkbenchError(
          'unreadable',
          `${countOf(failed.count, 'file')} could not be written, the others are in ${payload.folder}. The first: ${failed.first ?? ''}`,
        );
      }
    },
  });
}

interface Progress {
  readonly onImage: (path: string) => void;
  readonly onPicture: (path: string) => void;
  readonly onMetrics: () => void;
}

/** Counts images; the report's pictures only where nothing else is written. */
function makeProgress(
  { dataset, runs }: PreparedExport,
  payload: ExportPayload,
  context: JobContext,
  { repositories }: ExportJobOptions,
): Progress {
  const { className } = payload.options;
  const total = wantsFiles(payload)
    ? runs.reduce((sum, { selected }) => sum + selected.imageCount, 0)
    : countPictures(repositories, dataset.id, className, payload.report?.imagesPerClass ?? 0);
  let done = 0;
  const count = (message: string) => {
    done = Math.min(done + 1, total);
    context.report({ done, total, message });
  };
  context.report({ done, total, message: '' });
  return {
    onImage: count,
    onPicture: wantsFiles(payload)
      ? (path) => {
          context.report({ done, total, message: `${reportName}: ${path}` });
        }
      : count,
    onMetrics: () => {
      context.report({ done, total, message: 'Metrics' });
    },
  };
}

async function writeFiles(
  { repositories, dataFolder, evaluator }: ExportJobOptions,
  { dataset, runs }: PreparedExport,
  payload: ExportPayload,
  { jobId, signal }: JobContext,
  { onImage, onMetrics }: Progress,
): Promise<{ readonly count: number; readonly first: string | null }> {
  let count = 0;
  let first: string | null = null;
  for (const prepared of runs) {
    const folder = folderOf(payload.folder, prepared);
    const { overwrite } = payload;
    const before = await requireFreeFolder({ folder, overwrite, root: dataset.root, dataFolder, jobId });
    let metrics = noMetrics;
    if (payload.options.what.includes('json')) {
      onMetrics();
      metrics = await predictionMetrics(
        (run) => evaluator().evaluate(run),
        prepared.run,
        payload.options.className,
      );
      signal.throwIfAborted();
    }
    const startedAtMs = before ?? prepared.summary.startedAtMs;
    const pass = new ExportPass({
      repositories,
      summary: { ...prepared.summary, startedAtMs },
      selected: prepared.selected,
      target: TargetFolder.open(folder),
      metrics,
      signal,
      onImage,
    });
    const failed = await pass.write();
    count += failed.failed;
    first ??= failed.first;
  }
  return { count, first };
}
