import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import {
  ablationGroupIdSchema,
  ablationGroupsOf,
  type AblationGroupId,
} from '../../../src-shared/domain/ablations.ts';
import {
  trainableMethodIdSchema,
  trainableMethodNames,
  type TrainableMethodId,
} from '../../../src-shared/domain/training.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { CliActions } from '../cli-actions.ts';
import type { CliSession } from '../cli-session.ts';
import { commaList, wholeNumber } from '../options.ts';
import { formatSeconds } from '../progress-line.ts';
import { writeText } from '../write-text.ts';
import {
  ablationCsv,
  describeAblations,
  describeProblems,
  secondsOf,
  summariesOf,
  type AblatedRow,
} from './ablation-table.ts';
import { chooseModelOf, findScope } from './choose-training.ts';
import { planAblations, type AblationPlan } from './plan-ablations.ts';
import { runAblations } from './run-ablations.ts';
import { uselessSettings, wishesOf, withTrainingSettings, type SettingOptions } from './training-options.ts';

interface AblateOptions extends SettingOptions {
  readonly method: TrainableMethodId;
  readonly model?: string;
  readonly classes?: readonly string[];
  readonly validate: string;
  readonly validateClasses?: readonly string[];
  readonly groups?: readonly AblationGroupId[];
  readonly seeds?: readonly number[];
  readonly csv?: string;
}

const groupHelp = `
Groups: losses (global, local, focal, Dice off), prompts (wording, deep tokens, shared words, E, depth, length), layers,
dpam, state-word, faprompt (CAP, DAP, its losses, prior, fusion, K, k). The options of settings make the base row; each row
changes one thing of it.

Each row is a training for each seed, as «train» makes them, measured at its last epoch. One that was finished before with
the same images, model and settings is taken as it is, and one that was stopped is gone on with: a table that was
interrupted goes on with the same command.
`;

const seedList = commaList((one) => wholeNumber(0, 0xffff_ffff)(one));

const groupList = commaList((one) => {
  const group = ablationGroupIdSchema.safeParse(one);
  if (!group.success)
    throw new InvalidArgumentError(
      `There is no group «${one}»: ${ablationGroupIdSchema.options.join(', ')}.`,
    );
  return group.data;
});

/** Adds `ablate` to the program. */
export function defineAblateCommand(program: Command, { withSession }: CliActions): void {
  withTrainingSettings(
    program
      .command('ablate')
      .description("learn prompts once for each of the papers' ablations and print the table")
      .argument('<folder|dataset>', "what to learn from: a folder, or a data set's id or name")
      .addOption(
        new Option('--method <id>', 'whose prompts to learn')
          .choices(trainableMethodIdSchema.options)
          .makeOptionMandatory(),
      )
      .option('--model <id>', 'the model (default: the only one imported, else the one of the program)')
      .option('--classes <list>', 'learn from these classes alone, parted by commas', commaList(String))
      .requiredOption('--validate <folder|dataset>', 'measure every row on this')
      .option('--validate-classes <list>', 'on these classes of it alone', commaList(String))
      .option('--groups <list>', 'rows to compute, by group (default: all that the method has)', groupList)
      .option('--seeds <list>', 'a training for each: mean and deviation over them', seedList)
      .option('--csv <file>', 'write the table there too, in all digits'),
  )
    .addHelpText('after', groupHelp)
    .action((wanted: string, options: AblateOptions, command: Command) => {
      const { method, groups, seeds } = options;
      const useless = uselessSettings(method, options);
      if (useless !== null) command.error(`error: ${useless}`);
      if (seeds !== undefined && options['seed'] !== undefined)
        command.error('error: --seed and --seeds say the same; give one of them');
      const without = groups?.find((group) => !ablationGroupsOf(method).includes(group));
      if (without !== undefined)
        command.error(
          `error: ${trainableMethodNames[method]} has no group «${without}»; it has ${ablationGroupsOf(method).join(', ')}`,
        );
      return withSession((session) => ablateCommand(session, wanted, options));
    });
}

/** Prints the table of what was computed, also where it was stopped or rows failed, and throws then. */
async function ablateCommand(session: CliSession, wanted: string, options: AblateOptions): Promise<void> {
  const startedAt = performance.now();
  const scope = await findScope(session, wanted, options.classes);
  const validation = {
    ...(await findScope(session, options.validate, options.validateClasses)),
    lastEpochOnly: true,
  };
  const model = await chooseModelOf(session, options.method, options.model);
  const plan = await planAblations(session, {
    ...{ methodId: options.method, model, scope, validation },
    wishes: wishesOf(options),
    groups: options.groups ?? ablationGroupsOf(options.method),
    seeds: options.seeds ?? null,
  });
  for (const { message } of plan.warnings) session.note(message);
  for (const { name, reason } of plan.leftOut) session.note(`Left out: ${name} (${reason}).`);
  const total = plan.rows.length * plan.seeds.length;
  session.note(`${countOf(plan.rows.length, 'row')}, ${countOf(total, 'training')}.`);
  const { rows, stoppedBy } = await runAblations(session, plan);
  const csv = options.csv === undefined ? null : path.resolve(options.csv);
  if (csv !== null) await writeText(csv, ablationCsv(rows));
  const durationS = (performance.now() - startedAt) / 1000;
  session.print(
    describeAsJson(plan, rows, { csv, durationS }),
    describeAblations(rows) +
      describeProblems(rows) +
      (csv === null ? '' : `Table: ${csv}\n`) +
      `Done in ${formatSeconds(durationS)}.\n`,
  );
  if (stoppedBy !== null) throw stoppedBy;
  const failed = rows.flatMap(({ runs }) => runs.filter(({ metrics }) => metrics === null));
  if (failed.length > 0)
    throw new WorkbenchError(
      'bad-request',
      `${countOf(failed.length, 'training')} of ${total} ${failed.length === 1 ? 'has' : 'have'} no metrics; the table says why. What is done is kept.`,
    );
}

function describeAsJson(
  { methodId, model, scope, validation, seeds, warnings, leftOut }: AblationPlan,
  rows: readonly AblatedRow[],
  more: { readonly csv: string | null; readonly durationS: number },
): object {
  const [base] = rows;
  return {
    ...{
      methodId,
      model: { id: model.id, sha256: model.sha256 },
      learnedFrom: scope,
      validation,
      seeds,
      warnings,
    },
    rows: rows.map((row) => ({
      ...row,
      metrics: base === undefined ? null : summariesOf(row, base),
      seconds: secondsOf(row),
    })),
    leftOut,
    ...more,
  };
}
