import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DatasetLayout } from '../../../src-shared/domain/dataset.ts';
import {
  methodSettingsSchema,
  type MethodId,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { CliSession } from '../cli-session.ts';
import { formatRate, formatSeconds } from '../progress-line.ts';
import { formatTable } from '../text-table.ts';
import { findDataset } from './import-command.ts';

export interface ScanOptions {
  readonly method: MethodId;
  readonly layout?: DatasetLayout;
  readonly name?: string;
  readonly model?: string;
  readonly prompts?: string;
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
  const dataset = await findDataset(session, wanted, options);
  if (dataset.imageCount === 0)
    throw new WorkbenchError(
      'not-found',
      `${dataset.root} holds no image that can be read (PNG, JPEG, TIFF, BMP or WebP).`,
    );
  const wish: RunWish = {
    datasetId: dataset.id,
    methodId: options.method,
    modelId: await chooseModel(session, options),
    promptSetId: await choosePrompts(session, options),
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
    { dataset, run, failures, meanAuroc, durationS, imagesPerSecond, scannedElsewhere: elsewhere },
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

/** The named model; the only one that was imported, else the program's own; null for a method that needs none. */
async function chooseModel(session: CliSession, options: ScanOptions): Promise<string | null> {
  const method = methodCatalogue[options.method];
  if (!method.needsModel) return null;
  const { models } = await session.call('models.list', {});
  const imported = models.filter((one) => one.bundled !== true);
  const [only, second] = imported.length > 0 ? imported : models;
  const chosen = options.model ?? (second === undefined ? only?.id : undefined);
  if (chosen !== undefined) {
    const model = models.find((one) => one.id === chosen);
    if (model?.note !== undefined) session.note(`${model.id}: ${model.note}`);
    return chosen;
  }
  throw new WorkbenchError(
    'needs-choice',
    only === undefined
      ? `${method.name} needs a model and there is none. Add one with: anomaly-workbench models import FILE`
      : `${method.name} needs a model; choose one with --model: ${models.map((one) => one.id).join(', ')}`,
  );
}

/** A file is imported; a number is an id; anything else a name. Null for a method without learned prompts. */
async function choosePrompts(session: CliSession, options: ScanOptions): Promise<number | null> {
  const method = methodCatalogue[options.method];
  if (!method.needsLearnedPrompts) return null;
  const { promptSets } = await session.call('prompts.list', {});
  const wanted = options.prompts;
  if (wanted === undefined) {
    const [only, second] = promptSets;
    if (only !== undefined && second === undefined) return only.id;
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs learned prompts; name a file, an id or a name with --prompts` +
        (only === undefined ? '.' : `: ${promptSets.map((one) => `${one.id} (${one.name})`).join(', ')}`),
    );
  }
  const known = promptSets.find((one) => String(one.id) === wanted || one.name === wanted);
  if (known !== undefined) return known.id;
  const file = path.resolve(wanted);
  if (!(await isFile(file)))
    throw new WorkbenchError('not-found', `${wanted} is neither a file nor one of the imported prompt sets.`);
  // The same file scanned with twice is one prompt set: that is what lets a broken-off scan be gone on with.
  const imported = promptSets.findLast((one) => one.sourceFile === file);
  if (imported !== undefined) return imported.id;
  return (await session.call('prompts.import', { path: file })).id;
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
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
