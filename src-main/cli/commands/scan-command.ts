import { isDeepStrictEqual } from 'node:util';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DatasetLayout } from '../../../src-shared/domain/dataset.ts';
import {
  methodSettingsSchema,
  type MethodId,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import { countOf } from '../../../src-shared/domain/count-of.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { CliSession } from '../cli-session.ts';
import { formatRate, formatSeconds } from '../progress-line.ts';
import { formatTable } from '../text-table.ts';
import { chooseModel, choosePrompts, type InputOptions } from './choose-inputs.ts';
import { describeProblems, findDataset, unreadableFiles } from './import-command.ts';

export interface ScanOptions extends InputOptions {
  readonly layout?: DatasetLayout;
  readonly name?: string;
  readonly imageSize?: number;
  readonly objectName?: string;
  readonly dpam?: string;
  readonly layers?: readonly number[];
  readonly sigma?: number;
  /** Go on with an unfinished run or fail. */
  readonly resume?: boolean;
  /** Begin anew although there is an unfinished run. */
  readonly new?: boolean;
}

interface RunWish {
  readonly datasetId: number;
  readonly methodId: MethodId;
  readonly modelId: string | null;
  readonly promptSetId: number | null;
  readonly settings: MethodSettings;
}

/**
 * `scan PATH|DATASET --method ID`: scores every image. Goes on with an unfinished run of the same data set, method,
 * model, prompts and settings. Throws where an image could not be scored, after the result was printed.
 */
export async function scanCommand(session: CliSession, wanted: string, options: ScanOptions): Promise<void> {
  const { dataset, isNew } = await findDataset(session, wanted, options);
  const unreadable = await unreadableFiles(session, dataset.id);
  if (unreadable.length > 0)
    session.note(
      `${countOf(unreadable.length, 'file')} could not be read:\n${describeProblems(unreadable)}`.trimEnd(),
    );
  if (dataset.imageCount === 0) {
    // Nobody asked for a data set of nothing.
    if (isNew) await session.call('datasets.remove', { datasetId: dataset.id });
    throw new WorkbenchError(
      'not-found',
      `${dataset.root} holds no image that can be read (PNG, JPEG, TIFF, BMP or WebP).`,
    );
  }
  const model = await chooseModel(session, options);
  const wish: RunWish = {
    datasetId: dataset.id,
    methodId: options.method,
    modelId: model?.id ?? null,
    promptSetId: await choosePrompts(session, options, model),
    settings: scanSettings(options),
  };
  const { job, elsewhere } = await startOrResume(session, wish, options);
  const scoredBefore = job.progress.done;
  const startedAt = performance.now();
  await session.finish(job, elsewhere);
  const durationS = (performance.now() - startedAt) / 1000;

  const run = await session.call('runs.get', { runId: runOf(job) });
  const { failures } = await session.call('runs.failures', { runId: run.id, offset: 0, limit: 1000 });
  const done = run.scoredCount + run.failedCount - scoredBefore;
  const imagesPerSecond = durationS > 0 ? done / durationS : null;
  const aurocs = run.imageAuroc.flatMap(({ auroc }) => (auroc === null ? [] : [auroc]));
  const meanAuroc = aurocs.length === 0 ? null : aurocs.reduce((sum, one) => sum + one, 0) / aurocs.length;
  session.print(
    {
      dataset,
      run,
      failures,
      meanAuroc,
      durationS,
      imagesPerSecond,
      scannedElsewhere: elsewhere,
      unreadableFiles: unreadable,
    },
    describeRun(run, dataset.classes, meanAuroc) +
      `Run ${run.id}: ${run.scoredCount} of ${run.imageCount} images scored` +
      (scoredBefore > 0 ? ` (${scoredBefore} of them before)` : '') +
      (elsewhere ? ' by another process' : '') +
      ` in ${formatSeconds(durationS)}` +
      (imagesPerSecond === null ? '' : `, ${formatRate(imagesPerSecond)} images/s`) +
      `, ${run.failedCount} failed\n` +
      failures.map((one) => `  ${one.path}: ${one.message}\n`).join(''),
  );
  if (run.failedCount > 0)
    throw new WorkbenchError(
      'unreadable',
      `${run.failedCount} of ${run.imageCount} images could not be scored.`,
    );
}

function describeRun(
  run: Run,
  classes: readonly {
    readonly name: string;
    readonly good: number;
    readonly anomalous: number;
    readonly unlabelled: number;
  }[],
  meanAuroc: number | null,
): string {
  const auroc = new Map(run.imageAuroc.map((one) => [one.className, one.auroc]));
  const rows = classes.map((one) => [
    one.name,
    one.good,
    one.anomalous,
    one.unlabelled,
    percent(auroc.get(one.name) ?? null),
  ]);
  const mean = meanAuroc === null ? [] : [['mean', '', '', '', percent(meanAuroc)]];
  return formatTable(['class', 'good', 'anomalous', 'unlabelled', 'image AUROC'], [...rows, ...mean]);
}

function percent(value: number | null): string {
  return value === null ? '-' : `${(value * 100).toFixed(1)} %`;
}

function scanSettings(options: ScanOptions): MethodSettings {
  const given = {
    imageSizePx: options.imageSize,
    objectName: options.objectName,
    dpam: options.dpam,
    layers: options.layers,
    sigmaPx: options.sigma,
  };
  const settings = methodSettingsSchema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  throw new WorkbenchError(
    'bad-request',
    `The setting ${issue?.path.join('.') ?? ''} does not fit: ${issue?.message ?? 'unknown reason'}.`,
  );
}

interface StartedScan {
  readonly job: Job;
  /** Another process holds the job: this one only watches. */
  readonly elsewhere: boolean;
}

async function startOrResume(session: CliSession, wish: RunWish, options: ScanOptions): Promise<StartedScan> {
  const unfinished = options.new === true ? undefined : await findUnfinished(session, wish);
  if (unfinished !== undefined) {
    const started = await resumeRun(session, unfinished);
    const done = unfinished.scoredCount + unfinished.failedCount;
    session.note(
      started.elsewhere
        ? `Another process is working on run ${unfinished.id} (${done} of ${unfinished.imageCount} images so far). It is watched to its end; --new starts a run of its own.`
        : `Going on with run ${unfinished.id} at image ${done + 1} of ${unfinished.imageCount} (--new starts over).`,
    );
    return started;
  }
  if (options.resume === true)
    throw new WorkbenchError(
      'not-found',
      'There is no unfinished run of this data set with this method, model, prompts and settings.',
    );
  return { job: (await session.call('runs.create', wish)).job, elsewhere: false };
}

async function findUnfinished(session: CliSession, wish: RunWish): Promise<Run | undefined> {
  const { runs } = await session.call('runs.list', { datasetId: wish.datasetId });
  return runs
    .filter((run) => run.state !== 'succeeded')
    .filter((run) => run.methodId === wish.methodId && run.modelId === wish.modelId)
    .filter((run) => run.promptSetId === wish.promptSetId && isDeepStrictEqual(run.settings, wish.settings))
    .sort((a, b) => b.id - a.id)[0];
}

/** Takes a run up where nobody holds it. What runs before this process did anything, or still waits after, is another's. */
async function resumeRun(session: CliSession, run: Run): Promise<StartedScan> {
  if (run.state !== 'running') {
    try {
      const job = await session.call('jobs.resume', { jobId: run.jobId });
      return { job, elsewhere: job.state === 'queued' };
    } catch (error) {
      if (toErrorShape(error).code !== 'busy') throw error;
    }
  }
  return { job: await session.call('jobs.get', { jobId: run.jobId }), elsewhere: true };
}

function runOf(job: Job): number {
  if (job.runId === null) throw new WorkbenchError('internal', `Job ${job.id} belongs to no run.`);
  return job.runId;
}
