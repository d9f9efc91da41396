import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MethodParams } from '../../../src-shared/contract/methods.ts';
import {
  ablationGroupIdSchema,
  ablationGroups,
  ablationGroupsOf,
  ablationRows,
  learnsSame,
  type AblationGroupId,
} from '../../../src-shared/domain/ablations.ts';
import { methodIdSchema } from '../../../src-shared/domain/method.ts';
import {
  trainableMethodIdSchema,
  trainableMethodNames,
  type TrainableMethodId,
  type Training,
  type TrainingPlan,
  type TrainingWishes,
} from '../../../src-shared/domain/training.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { CliActions } from '../cli-actions.ts';
import { cancelled, type CliSession } from '../cli-session.ts';
import {
  ablationCsv,
  describeRows,
  figuresOf,
  measureRows,
  type AblationOutcome,
  type AblationResult,
} from './ablation-table.ts';
import { chooseModel } from './choose-inputs.ts';
import { findDataset } from './find-dataset.ts';
import { uselessSettings, wishesOf, withTrainingSettings, type SettingOptions } from './training-options.ts';

interface AblateOptions extends SettingOptions {
  readonly method: TrainableMethodId;
  readonly test: string;
  readonly testClasses?: readonly string[];
  readonly classes?: readonly string[];
  readonly model?: string;
  readonly groups?: readonly AblationGroupId[];
  readonly seeds: readonly number[];
  readonly csv?: string;
  readonly dryRun?: boolean;
}

const groupLines = ablationGroupIdSchema.options
  .map((id) => `  ${id.padEnd(13)} ${ablationGroups[id].source}\n`)
  .join('');

const help = `
Each row of the papers' ablation tables is an ordinary training with one thing changed, measured on --test after its last
epoch and held against the row with nothing changed. Other options change all rows. Rows that are done are not learned
again: the same command goes on where it was stopped. What the model is too small for is left out, and said.

Groups:
${groupLines}`;

const defaultSeed = 111;
const mostSeeds = 20;

function nameList(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function groupList(text: string): AblationGroupId[] {
  return [...new Set(nameList(text))].map((name) => {
    const group = ablationGroupIdSchema.safeParse(name);
    if (!group.success)
      throw new InvalidArgumentError(
        `«${name}» is no group. There are: ${ablationGroupIdSchema.options.join(', ')}.`,
      );
    return group.data;
  });
}

function seedList(text: string): number[] {
  const names = [...new Set(nameList(text))];
  const seeds = names.map(Number);
  const areGood =
    names.every((name) => /^\d{1,10}$/.test(name)) && seeds.every((seed) => seed <= 0xffff_ffff);
  if (!areGood || seeds.length === 0 || seeds.length > mostSeeds)
    throw new InvalidArgumentError(`Give 1 to ${mostSeeds} whole numbers, parted by commas.`);
  return [...new Set(seeds)];
}

/** Adds `ablate` to the program. */
export function defineAblateCommand(program: Command, { withSession }: CliActions): void {
  withTrainingSettings(
    program
      .command('ablate')
      .description("make the papers' ablation tables on data of your own")
      .argument('<folder|dataset>', "what to learn from: a folder, or a data set's id or name")
      .requiredOption('--test <folder|dataset>', 'what every row is measured on')
      .addOption(
        new Option('--method <id>', 'whose prompts to learn')
          .choices(trainableMethodIdSchema.options)
          .makeOptionMandatory(),
      )
      .option('--model <id>', 'the model (default: the only one imported, else the one of the program)')
      .option('--classes <list>', 'learn from these classes alone, parted by commas', nameList)
      .option('--test-classes <list>', 'measure on these classes alone', nameList)
      .option('--groups <list>', 'what to compare, parted by commas (default: all of the method)', groupList)
      .addOption(
        new Option('--seeds <list>', 'trainings of each row; several give mean and standard deviation')
          .argParser(seedList)
          .default([defaultSeed], `${defaultSeed}`),
      )
      .option('--csv <file>', 'write the table there too')
      .option('--dry-run', 'say which rows there would be, and learn nothing'),
    ['seed'],
  )
    .addHelpText('after', help)
    .action((wanted: string, options: AblateOptions, command: Command) => {
      const { method, groups = [] } = options;
      const useless = uselessSettings(method, options);
      if (useless !== null) command.error(`error: ${useless}`);
      const foreign = groups.filter((id) => !ablationGroups[id].methods.includes(method));
      if (foreign.length > 0)
        command.error(
          `error: ${foreign.join(' and ')} would compare nothing: ${trainableMethodNames[method]} has ${ablationGroupsOf(method).join(', ')}`,
        );
      return withSession((session) => ablate(session, wanted, options));
    });
}

/** A row with the settings of its first seed. */
interface PlannedRow {
  readonly group: AblationGroupId | null;
  readonly name: string;
  readonly wishes: TrainingWishes;
  readonly plan: TrainingPlan;
}

interface LeftOutRow {
  readonly group: AblationGroupId;
  readonly name: string;
  readonly reason: string;
}

type Order = Omit<MethodParams<'trainings.start'>, 'settings' | 'name' | 'probeImageIds'>;

interface Ablation {
  readonly session: CliSession;
  readonly order: Order;
  readonly model: Model;
  readonly base: TrainingWishes;
  readonly options: AblateOptions;
}

async function ablate(session: CliSession, wanted: string, options: AblateOptions): Promise<void> {
  const { dataset } = await findDataset(session, wanted, {}, { looksAgain: false });
  const { dataset: test } = await findDataset(session, options.test, {}, { looksAgain: false });
  const methodId = options.method;
  const model = await chooseModel(session, [methodIdSchema.parse(methodId)], options.model);
  if (model === null)
    throw new WorkbenchError(
      'needs-choice',
      `${trainableMethodNames[methodId]} needs a model. Add one with: anomaly-workbench models import FILE`,
    );
  const order: Order = {
    methodId,
    modelId: model.id,
    datasetId: dataset.id,
    classNames: options.classes ?? null,
    validation: { datasetId: test.id, classNames: options.testClasses ?? null },
  };
  const ablation: Ablation = { session, order, model, base: wishesOf(options), options };
  const { rows, leftOut } = await planRows(ablation);
  for (const { name, reason } of leftOut) session.note(`Left out: ${name}. ${reason}`);
  if (options.dryRun === true) {
    await printRows(ablation, rows, leftOut);
    return;
  }
  const outcomes: AblationOutcome[] = [];
  for (const [index, row] of rows.entries()) {
    session.note(`Row ${index + 1} of ${rows.length}: ${row.name}`);
    outcomes.push(await runRow(ablation, row));
  }
  const measured = measureRows(outcomes);
  const file = options.csv === undefined ? null : path.resolve(options.csv);
  if (file !== null) await writeText(file, ablationCsv(measured));
  session.print(
    {
      ...{ methodId, dataset: dataset.name, test: test.name, seeds: options.seeds },
      model: { id: model.id, sha256: model.sha256 },
      ...{ rows: measured, leftOut, csv: file },
    },
    `${trainableMethodNames[methodId]} learns from ${dataset.name}, tested on ${test.name}, in percent, ${countOf(options.seeds.length, 'seed')}\n` +
      describeRows(measured) +
      (file === null ? '' : `Table: ${file}\n`),
  );
  const empty = outcomes.find(({ results }) => results.length === 0);
  if (empty !== undefined)
    throw new WorkbenchError(
      'bad-request',
      `«${empty.name}» gave no figures: ${empty.problem ?? 'no seed was learned.'}`,
    );
}

/** The default row first; rows that the model cannot have are apart. Throws where it cannot have the default one. */
async function planRows({ session, order, model, base, options }: Ablation): Promise<{
  readonly rows: readonly PlannedRow[];
  readonly leftOut: readonly LeftOutRow[];
}> {
  const seed = options.seeds[0] ?? defaultSeed;
  const settings = { ...base, seed };
  const first = await session.call('trainings.plan', { ...order, settings });
  for (const { message } of first.warnings) session.note(message);
  const rows: PlannedRow[] = [{ group: null, name: 'default', wishes: base, plan: first }];
  const leftOut: LeftOutRow[] = [];
  for (const group of options.groups ?? ablationGroupsOf(order.methodId)) {
    for (const { name, wishes } of ablationRows(group, order.methodId, model.config, first.settings)) {
      try {
        // What overlaps has been said.
        const plan = await session.call('trainings.plan', {
          ...order,
          validation: null,
          settings: { ...settings, ...wishes },
        });
        rows.push({ group, name, wishes: { ...base, ...wishes }, plan });
      } catch (thrown) {
        const { code, message } = toErrorShape(thrown);
        if (code !== 'bad-request') throw thrown;
        leftOut.push({ group, name, reason: message });
      }
    }
  }
  return { rows, leftOut };
}

/** The training that has learned a row, or has begun to; finished ones first. */
async function findTraining(
  { session, order, model }: Ablation,
  { plan }: PlannedRow,
  seed: number,
): Promise<Training | null> {
  const { trainings } = await session.call('trainings.list', {});
  const same = trainings.filter(
    (one) =>
      one.methodId === order.methodId &&
      one.modelSha256 === model.sha256 &&
      one.modelId === model.id &&
      one.datasetId === order.datasetId &&
      one.versionHash === plan.versionHash &&
      JSON.stringify(one.classNames) === JSON.stringify(order.classNames) &&
      JSON.stringify(one.validation) === JSON.stringify(order.validation) &&
      learnsSame(order.methodId, one.settings, { ...plan.settings, seed }),
  );
  return same.find(({ state }) => state === 'succeeded') ?? same[0] ?? null;
}

async function printRows(
  ablation: Ablation,
  rows: readonly PlannedRow[],
  leftOut: readonly LeftOutRow[],
): Promise<void> {
  const { session, options } = ablation;
  const listed = [];
  for (const row of rows) {
    const done = [];
    for (const seed of options.seeds)
      if ((await findTraining(ablation, row, seed))?.state === 'succeeded') done.push(seed);
    listed.push({ group: row.group, name: row.name, settings: row.plan.settings, done });
  }
  const missing = listed.reduce((sum, { done }) => sum + options.seeds.length - done.length, 0);
  session.print(
    { rows: listed, leftOut, missing },
    listed
      .map(
        ({ group, name, done }) =>
          `${group ?? ''}${group === null ? '' : ': '}${name}${done.length > 0 ? `, done for ${done.join(', ')}` : ''}\n`,
      )
      .join('') + `${countOf(missing, 'training')} to be learned\n`,
  );
}

/** Every seed of a row. What goes wrong with one is said and does not stop the others; only cancelling is thrown. */
async function runRow(ablation: Ablation, row: PlannedRow): Promise<AblationOutcome> {
  const results: AblationResult[] = [];
  const problems = new Set<string>();
  for (const seed of ablation.options.seeds) {
    try {
      results.push(await runSeed(ablation, row, seed));
    } catch (thrown) {
      const { code, message } = toErrorShape(thrown);
      if (code === 'cancelled') throw cancelled();
      problems.add(message);
    }
  }
  const problem = problems.size === 0 ? null : [...problems].join(' ');
  return { group: row.group, name: row.name, results, problem };
}

async function runSeed(ablation: Ablation, row: PlannedRow, seed: number): Promise<AblationResult> {
  const { session, order } = ablation;
  const known = await findTraining(ablation, row, seed);
  const training = known ?? (await start(ablation, row, seed));
  const wasKnown = known?.state === 'succeeded';
  if (known !== null && !wasKnown && known.state !== 'running')
    await session.call('jobs.resume', { jobId: training.jobId });
  const job = await session.call('jobs.get', { jobId: training.jobId });
  if (job.state !== 'succeeded') await session.finish(job);
  const { startedAtMs, finishedAtMs } = await session.call('jobs.get', { jobId: training.jobId });
  const { checkpoints } = await session.call('trainings.get', { trainingId: training.id });
  const last = checkpoints.find(({ epoch }) => epoch === training.settings.epochs);
  const validation = last?.validation ?? null;
  if (validation === null)
    throw new WorkbenchError(
      'unsupported',
      last?.problem ??
        `The last checkpoint of training ${training.id} was not measured on data set ${order.validation?.datasetId ?? ''}.`,
    );
  return {
    ...{ seed, trainingId: training.id, figures: figuresOf(validation), wasKnown },
    durationS: startedAtMs === null || finishedAtMs === null ? null : (finishedAtMs - startedAtMs) / 1000,
  };
}

function start({ session, order, options }: Ablation, row: PlannedRow, seed: number): Promise<Training> {
  const withSeed = options.seeds.length > 1 ? `, seed ${seed}` : '';
  return session.call('trainings.start', {
    ...order,
    settings: { ...row.wishes, seed },
    name: `${trainableMethodNames[order.methodId]} ablation, ${row.name}${withSeed}`,
    probeImageIds: [],
  });
}

async function writeText(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (cause) {
    throw new WorkbenchError(
      'forbidden',
      `${file} could not be written: ${cause instanceof Error ? cause.message : String(cause)}. Name another file with --csv.`,
      { cause },
    );
  }
}
