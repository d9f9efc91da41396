import { existsSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import {
  trainableMethodIdSchema,
  type TrainableMethodId,
  type Training,
  type TrainingCheckpoint,
} from '../../../src-shared/domain/training.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import { withPercent } from '../../../src-shared/text/in-percent.ts';
import type { CliActions } from '../cli-actions.ts';
import type { CliSession } from '../cli-session.ts';
import { commaList, wholeNumber } from '../options.ts';
import { formatSeconds } from '../progress-line.ts';
import { formatTable } from '../text-table.ts';
import { chooseModelOf, findScope } from './choose-training.ts';
import { uselessSettings, wishesOf, withTrainingSettings, type SettingOptions } from './training-options.ts';

interface TrainOptions extends SettingOptions {
  readonly method?: TrainableMethodId;
  readonly model?: string;
  readonly classes?: readonly string[];
  readonly name?: string;
  readonly validate?: string;
  readonly validateClasses?: readonly string[];
  readonly resume?: number;
  readonly keepEpoch?: number;
  readonly export?: string;
  readonly format: 'safetensors' | 'torch';
  readonly overwrite?: boolean;
}

const help = `
Learns from the labelled images outside the train split; anomalous ones need masks for the pixel losses. Features of
images are computed once and kept. Every epoch leaves a checkpoint; the last one (or --keep-epoch) becomes a prompt set that
«scan --prompts» takes by name. What is stopped goes on with --resume, to the same prompts.
`;

/** Adds `train` to the program. */
export function defineTrainCommand(program: Command, { withSession }: CliActions): void {
  withTrainingSettings(
    program
      .command('train')
      .description('learn prompts from a data set with labels and masks')
      .argument('[folder|dataset]', "what to learn from: a folder, or a data set's id or name")
      .addOption(
        new Option('--method <id>', 'whose prompts to learn').choices(trainableMethodIdSchema.options),
      )
      .option('--model <id>', 'the model (default: the only one imported, else the one of the program)')
      .option('--classes <list>', 'learn from these classes alone, parted by commas', commaList(String))
      .option('--name <name>', 'of the training and its prompts (default: method and data set)')
      .option('--validate <folder|dataset>', 'measure every checkpoint on this')
      .option('--validate-classes <list>', 'on these classes of it alone', commaList(String))
      .addOption(
        new Option('--resume <id>', 'go on with a training that was stopped').argParser(wholeNumber(1)),
      )
      .option('--keep-epoch <number>', 'the checkpoint that becomes a prompt set', wholeNumber(1, 1000))
      .option('--export <file>', 'write its prompts to a file too')
      .addOption(
        new Option('--format <format>', 'of that file; torch is what the released code reads')
          .choices(['safetensors', 'torch'])
          .default('safetensors'),
      )
      .option('--overwrite', 'replace that file'),
  )
    .addHelpText('after', help)
    .action((wanted: string | undefined, options: TrainOptions, command: Command) => {
      const { method, resume } = options;
      if (resume !== undefined) {
        if (wanted !== undefined || method !== undefined)
          command.error(
            'error: --resume goes on with what was begun; name no data set and no method with it',
          );
        return withSession((session) => resumeTraining(session, resume, options));
      }
      if (wanted === undefined) command.error("error: missing required argument 'folder|dataset'");
      if (method === undefined) command.error("error: required option '--method <id>' not specified");
      const useless = uselessSettings(method, options);
      if (useless !== null) command.error(`error: ${useless}`);
      if (options.validateClasses !== undefined && options.validate === undefined)
        command.error('error: --validate-classes needs --validate');
      return withSession((session) => startTraining(session, wanted, method, options));
    });
}

async function startTraining(
  session: CliSession,
  wanted: string,
  methodId: TrainableMethodId,
  options: TrainOptions,
): Promise<void> {
  requireFree(options);
  const scope = await findScope(session, wanted, options.classes);
  const validation =
    options.validate === undefined
      ? null
      : await findScope(session, options.validate, options.validateClasses);
  const model = await chooseModelOf(session, methodId, options.model);
  const order = {
    methodId,
    modelId: model.id,
    ...scope,
    settings: wishesOf(options),
    validation,
  };
  const plan = await session.call('trainings.plan', order);
  for (const { message } of plan.warnings) session.note(message);
  const training = await session.call('trainings.start', {
    ...order,
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  session.note(describeStart(training, plan));
  await follow(session, training, options, plan.warnings);
}

function describeStart(
  { id, imageCount, anomalousCount, settings }: Training,
  { estimate }: MethodResult<'trainings.plan'>,
): string {
  const time =
    estimate === null
      ? ''
      : `, about ${formatSeconds(estimate.featureSeconds + settings.epochs * estimate.epochSeconds)}`;
  return `Training ${id}: ${countOf(imageCount, 'image')}, ${anomalousCount} anomalous, ${countOf(settings.epochs, 'epoch')}${time}`;
}

/** Told before hours of work, not after. */
function requireFree({ export: file, overwrite }: TrainOptions): void {
  if (file === undefined || overwrite === true || !existsSync(file)) return;
  throw new WorkbenchError(
    'already-exists',
    `${file} is there already. Choose another name, or say --overwrite.`,
  );
}

async function resumeTraining(session: CliSession, trainingId: number, options: TrainOptions): Promise<void> {
  requireFree(options);
  const { training } = await session.call('trainings.get', { trainingId });
  const isOver = training.state === 'running' || training.state === 'succeeded';
  // Its checkpoints can be kept all the same, by whoever names one.
  if (training.datasetId === null && !isOver) {
    if (options.keepEpoch === undefined) throw setRemoved(training);
    await keep(session, training, options, [], 0);
    return;
  }
  if (!isOver) await session.call('jobs.resume', { jobId: training.jobId });
  await follow(session, training, options, []);
}

/** What is left of a training that cannot go on. */
function setRemoved({ id, datasetName, epochsDone }: Training): WorkbenchError {
  const left =
    epochsDone === 0
      ? 'It has no checkpoint.'
      : `What it learned in ${countOf(epochsDone, 'epoch')} is kept; make prompts of it with: anomaly-workbench train --resume ${id} --keep-epoch ${epochsDone}`;
  return new WorkbenchError(
    'not-found',
    `The data set «${datasetName}» of training ${id} was removed, so that it cannot go on. ${left}`,
  );
}

async function follow(
  session: CliSession,
  training: Training,
  options: TrainOptions,
  warnings: MethodResult<'trainings.plan'>['warnings'],
): Promise<void> {
  const { id: trainingId, jobId } = training;
  const startedAt = performance.now();
  const goOn = `go on with: anomaly-workbench train --resume ${trainingId}`;
  try {
    const job = await session.call('jobs.get', { jobId });
    if (job.state !== 'succeeded') await session.finish(job, false, goOn);
  } catch (thrown) {
    const { code } = toErrorShape(thrown);
    if (code === 'not-found') throw await whyNotFound(session, trainingId, thrown);
    if (code !== 'cancelled') throw thrown;
    throw new WorkbenchError('cancelled', `Cancelled. Its checkpoints are kept; ${goOn}`);
  }
  await keep(session, training, options, warnings, (performance.now() - startedAt) / 1000);
}

async function whyNotFound(session: CliSession, trainingId: number, thrown: unknown): Promise<unknown> {
  const { training } = await session.call('trainings.get', { trainingId });
  return training.datasetId === null ? setRemoved(training) : thrown;
}

/** Makes prompts of the last epoch, or of the one that was asked for, and prints what became of the training. */
async function keep(
  session: CliSession,
  { id: trainingId }: Training,
  options: TrainOptions,
  warnings: MethodResult<'trainings.plan'>['warnings'],
  durationS: number,
): Promise<void> {
  const { training, losses, checkpoints } = await session.call('trainings.get', { trainingId });
  const epoch = options.keepEpoch ?? training.epochsDone;
  const promptSet = await session.call('trainings.keep', { trainingId, epoch, name: training.name });
  const exported = await exportTo(session, promptSet, options);
  session.print(
    { training, warnings, losses, checkpoints, promptSet, exported, durationS },
    describeCheckpoints(checkpoints) +
      (durationS === 0 ? '' : `Training ${trainingId} took ${formatSeconds(durationS)}. `) +
      `Epoch ${epoch} is prompts ${promptSet.id} «${promptSet.name}».\n` +
      (exported === null ? '' : `Written to ${exported.file}\n`),
  );
}

async function exportTo(
  session: CliSession,
  { id: promptSetId }: PromptSet,
  { export: file, format, overwrite = false }: TrainOptions,
): Promise<MethodResult<'prompts.export'> | null> {
  if (file === undefined) return null;
  return await session.call('prompts.export', { promptSetId, format, file: path.resolve(file), overwrite });
}

/** A row an epoch; metrics in percent where there are some. */
function describeCheckpoints(checkpoints: readonly TrainingCheckpoint[]): string {
  const isMeasured = checkpoints.some(({ validation }) => validation !== null);
  const problems = new Set(checkpoints.flatMap(({ problem }) => (problem === null ? [] : [problem])));
  const table = formatTable(
    ['epoch', 'loss', ...(isMeasured ? ['image AUROC', 'AP', 'pixel AUROC', 'AUPRO'] : [])],
    checkpoints.map(({ epoch, lossMean, validation }) => {
      const { image, pixel } = validation?.mean ?? {};
      const metrics = [image?.auroc, image?.ap, pixel?.auroc, pixel?.aupro];
      return [epoch, lossMean.toPrecision(4), ...(isMeasured ? metrics.map(withPercent) : [])];
    }),
  );
  return table + [...problems].map((problem) => `${problem}\n`).join('');
}
