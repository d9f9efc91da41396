import path from 'node:path';
import { Option, type Command } from 'commander';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import { methodTitle } from '../../../src-shared/domain/method-settings.ts';
import type { PublishedFigure } from '../../../src-shared/domain/published-results.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { CliActions } from '../cli-actions.ts';
import type { CliSession } from '../cli-session.ts';
import { formatSeconds } from '../progress-line.ts';
import { writeText } from '../write-text.ts';
import { describeEvaluation, describeNotes, evaluationCsv, meanClasses } from './evaluation-text.ts';
import { findDataset } from './find-dataset.ts';
import type { FolderOptions } from './folder-options.ts';
import {
  describeMethods,
  methodChoice,
  methodWishes,
  uselessOptions,
  withMethodOptions,
  type MethodChoice,
  type MethodOptions,
} from './method-options.ts';
import { describePublished, readPublished } from './published-text.ts';
import { planMethods, runMethods, type MethodRun, type UnavailableMethod } from './run-methods.ts';
import { requireAny, requireImages, throwWhereNotDone } from './scan-outcome.ts';

interface EvaluateOptions extends MethodOptions, FolderOptions {
  readonly methods: MethodChoice;
  readonly csv?: string;
  readonly new?: boolean;
  readonly skipUnavailable?: boolean;
}

const exitHelp = `
Exit code 0: every method named was evaluated on every image. 1: a method named cannot run or an image could
not be scored; what could be done is printed all the same, with the reasons. «--methods all» and
--skip-unavailable ask only for the methods that can run.
`;

/** Adds `evaluate` to the program. */
export function defineEvaluateCommand(program: Command, { withSession }: CliActions): void {
  withMethodOptions(
    program
      .command('evaluate')
      .description('score a folder or a data set with several methods and measure how well they do')
      .argument('<folder|dataset>', "a folder, read again where it changed, or a data set's id or name")
      .addOption(
        new Option(
          '--methods <list>',
          'methods in one pass over the images, such as baseline,clip,winclip+4; «all»: every one that can run',
        )
          .argParser(methodChoice)
          .makeOptionMandatory(),
      ),
  )
    .option('--csv <file>', 'write the metrics there too')
    .option('--new', 'score again although there are runs made with the same')
    .option('--skip-unavailable', 'do not count it as a failure where a method named cannot run')
    .addHelpText('after', `${exitHelp}\nMethods:\n${describeMethods()}`)
    .action((wanted: string, options: EvaluateOptions, command: Command) => {
      const useless = uselessOptions(options, options.methods);
      if (useless !== null) command.error(`error: ${useless}`);
      return withSession((session) => evaluateCommand(session, wanted, options));
    });
}

/** A run with its metrics. */
interface Evaluated extends MethodRun {
  readonly run: Run;
  readonly evaluation: RunEvaluation;
  readonly published: readonly PublishedFigure[];
}

/**
 * `evaluate PATH|DATASET --methods LIST`: runs what has not been run with the same model, prompts and settings, all in one
 * pass, and takes the metrics of methods.md §8. Throws where a named method or an image was left out, after the result
 * was printed.
 */
async function evaluateCommand(session: CliSession, wanted: string, options: EvaluateOptions): Promise<void> {
  const startedAt = performance.now();
  const found = await findDataset(session, wanted, options, { looksAgain: true });
  const { dataset } = found;
  const unreadable = await requireImages(session, found);
  requireLabels(dataset);
  const plan = await planMethods(session, options.methods, options);
  requireAny(plan.planned, plan.unavailable);
  const done = await runMethods(session, {
    datasetId: dataset.id,
    plan,
    isNew: options.new === true,
    reuseFinished: true,
  });
  const { evaluated, failed } = await evaluateRuns(session, dataset.name, done.runs);
  const order = methodWishes(options.methods, options).map(({ key }) => key);
  const unavailable = [...plan.unavailable, ...failed];
  if (evaluated.length === 0) {
    if (done.failure !== null) throw done.failure;
    requireAny([], unavailable);
  }

  const methods = evaluated.map(({ key, evaluation, published }) => ({ key, ...evaluation, published }));
  const csvFile = options.csv === undefined ? null : path.resolve(options.csv);
  if (csvFile !== null) await writeText(csvFile, evaluationCsv(methods));
  const durationS = (performance.now() - startedAt) / 1000;
  session.print(
    {
      dataset: describeDataset(dataset),
      model: plan.model === null ? null : { id: plan.model.id, sha256: plan.model.sha256 },
      methods: describeMethodsAsJson(evaluated, unavailable, order),
      unreadableFiles: unreadable,
      csv: csvFile,
      durationS,
    },
    `${dataset.name}: ${countOf(dataset.imageCount, 'image')} in ${countOf(dataset.classes.length, 'class', 'classes')}\n` +
      describeEvaluation(
        dataset.classes.map(({ name }) => name),
        methods,
      ) +
      describePublished(
        dataset.classes.map(({ name }) => name),
        evaluated,
      ) +
      describeNotes(methods) +
      unavailable.map(({ key, reason }) => `${key} was not run: ${reason}\n`).join('') +
      (csvFile === null ? '' : `Metrics: ${csvFile}\n`) +
      `Done in ${formatSeconds(durationS)}.\n`,
  );
  const mayBeLeftOut = options.methods === 'all' || options.skipUnavailable === true;
  throwWhereNotDone(evaluated, mayBeLeftOut ? [] : unavailable);
}

/** Throws `bad-request` where no image is labelled: before hours of scanning, for there is nothing to hold scores against. */
function requireLabels({ name, root, classes }: Dataset): void {
  if (classes.some(({ good, anomalous }) => good + anomalous > 0)) return;
  throw new WorkbenchError(
    'bad-request',
    `No image of «${name}» (${root}) is labelled good or anomalous, so there is nothing to hold scores against. Label them by the names of folders (such as test/good and test/scratch) or in a table (--table), and evaluate again; or score them without labels with «scan» and write the scores with «export».`,
  );
}

async function evaluateRuns(
  session: CliSession,
  datasetName: string,
  runs: readonly MethodRun[],
): Promise<{ evaluated: Evaluated[]; failed: UnavailableMethod[] }> {
  const evaluated: Evaluated[] = [];
  const failed: UnavailableMethod[] = [];
  for (const one of runs) {
    const run = await session.call('runs.get', { runId: one.runId });
    if (run.state !== 'succeeded') {
      failed.push({ ...one, reason: run.error?.message ?? 'It was not finished.' });
      continue;
    }
    const title = `Metrics of ${methodTitle(run.methodId, run.settings)}`;
    const evaluation = await session.evaluate(run.id, title);
    const classNames = evaluation.classes.map(({ className }) => className);
    const published = await readPublished(session, run, { datasetName, classNames });
    evaluated.push({ ...one, run, evaluation, published });
  }
  return { evaluated, failed };
}

function describeDataset({ id, name, root, layout, imageCount }: Dataset): object {
  return { id, name, root, layout, imageCount };
}

/** In the order asked for: metrics, or why there are none. */
function describeMethodsAsJson(
  evaluated: readonly Evaluated[],
  unavailable: readonly UnavailableMethod[],
  order: readonly string[],
): object {
  const entries = [
    ...evaluated.map(({ key, run, isReused, evaluation, published }) => {
      const { classes, mean, rendering } = evaluation;
      const { methodId, settings, references, promptSetId } = run;
      const byClass = classes.map(({ className, ...one }) => [className, one] as const);
      return {
        key,
        value: {
          classes: Object.fromEntries(byClass),
          // `classes`: whose figures the means are of.
          mean: { ...mean, classes: meanClasses(classes) },
          published,
          runId: run.id,
          ...{ methodId, promptSetId, settings, rendering },
          ...(references.length === 0 ? {} : { references }),
          isReused,
        },
      };
    }),
    ...unavailable.map(({ key, reason }) => ({ key, value: { unavailable: reason } })),
  ];
  entries.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}
