import { Option, type Command } from 'commander';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { methodIdSchema, type MethodId } from '../../../src-shared/domain/method.ts';
import { methodTitle } from '../../../src-shared/domain/method-settings.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { CliActions } from '../cli-actions.ts';
import { describeFallBacks } from '../compute-options.ts';
import type { CliSession } from '../cli-session.ts';
import { formatRate, formatSeconds } from '../progress-line.ts';
import { formatTable } from '../text-table.ts';
import { withPercent } from '../../../src-shared/text/in-percent.ts';
import { findDataset } from './find-dataset.ts';
import type { FolderOptions } from './folder-options.ts';
import { describeProblems } from './import-command.ts';
import {
  describeMethods,
  methodChoice,
  uselessOptions,
  withMethodOptions,
  type MethodChoice,
  type MethodOptions,
} from './method-options.ts';
import { planMethods, runMethods, type MethodRun, type UnavailableMethod } from './run-methods.ts';
import { requireAny, requireImages, throwWhereNotDone } from './scan-outcome.ts';

interface ScanOptions extends MethodOptions, FolderOptions {
  readonly method?: MethodId;
  readonly methods?: MethodChoice;
  readonly class?: string;
  /** Go on with an unfinished run or fail. */
  readonly resume?: boolean;
  /** Begin anew although there is an unfinished run. */
  readonly new?: boolean;
}

const folderHelp = `
A folder that is a data set already is scanned as it was read last, so that an unfinished run goes on with the same
images. «import FOLDER» reads what is new there; so does a scan that is told how to read it (--layout, --cut, …).
`;

/** Adds `scan` to the program. */
export function defineScanCommand(program: Command, { withSession }: CliActions): void {
  withMethodOptions(
    program
      .command('scan')
      .description('score every image of a folder or a data set')
      .argument('<folder|dataset>', "a folder, read the first time only, or a data set's id or name")
      .addOption(
        new Option('--method <id>', 'how to score').choices(methodIdSchema.options).conflicts('methods'),
      )
      .option(
        '--methods <list>',
        'several methods in one pass over the images, such as baseline,clip,winclip+4; «all»: every one that can run',
        methodChoice,
      ),
  )
    .option('--class <name>', 'look through one class alone (default: all)')
    .addOption(new Option('--resume', 'go on with an unfinished run, or fail').conflicts('new'))
    .option('--new', 'begin anew although there is an unfinished run')
    .addHelpText('after', `${folderHelp}\nMethods:\n${describeMethods()}`)
    .action((wanted: string, options: ScanOptions, command: Command) => {
      const choice =
        options.methods ?? (options.method && [{ methodId: options.method, shots: null }]) ?? null;
      if (choice === null) command.error("error: required option '--method <id>' not specified");
      else {
        const useless = uselessOptions(options, choice);
        if (useless !== null) command.error(`error: ${useless}`);
        return withSession((session) => scanCommand(session, wanted, choice, options));
      }
    });
}

interface ScannedRun {
  readonly key: string;
  readonly run: Run;
  readonly failures: MethodResult<'runs.failures'>['failures'];
  readonly meanAuroc: number | null;
}

/**
 * `scan PATH|DATASET --method ID`: scores every image. Goes on with an unfinished run of the same data set, method,
 * model, prompts and settings. Throws where an image could not be scored or a named method could not run, after the
 * result was printed.
 */
async function scanCommand(
  session: CliSession,
  wanted: string,
  choice: MethodChoice,
  options: ScanOptions,
): Promise<void> {
  const found = await findDataset(session, wanted, options, { looksAgain: false });
  const { dataset } = found;
  const unreadable = await requireImages(session, found);
  const plan = await planMethods(session, choice, options);
  requireAny(plan.planned, plan.unavailable);
  const startedAt = performance.now();
  const done = await runMethods(session, {
    datasetId: dataset.id,
    ...(options.class === undefined ? {} : { className: options.class }),
    plan,
    isNew: options.new === true,
    reuseFinished: false,
    mustResume: options.resume === true,
  });
  const durationS = (performance.now() - startedAt) / 1000;
  const scanned: ScannedRun[] = [];
  for (const one of done.runs) scanned.push(await readRun(session, one));
  for (const line of describeFallBacks(scanned.map(({ run }) => run))) session.note(line);
  // Where some of several came through, the others say why they did not.
  if (done.failure !== null && scanned.every(({ run }) => run.state !== 'succeeded')) throw done.failure;

  const result = { dataset, scanned, unavailable: withFailed(plan.unavailable, done.runs, scanned) };
  const imageCount = Math.max(0, ...scanned.map(({ run }) => run.scoredCount + run.failedCount));
  const imagesPerSecond = durationS > 0 ? (imageCount - done.doneBefore) / durationS : null;
  const timing = { durationS, imagesPerSecond, scannedElsewhere: done.isElsewhere };
  const [single] = options.methods === undefined ? scanned : [];
  session.print(
    single === undefined
      ? {
          dataset,
          runs: scanned,
          unavailable: Object.fromEntries(result.unavailable.map(({ key, reason }) => [key, reason])),
          ...timing,
          unreadableFiles: unreadable,
        }
      : {
          dataset,
          run: single.run,
          failures: single.failures,
          meanAuroc: single.meanAuroc,
          ...timing,
          unreadableFiles: unreadable,
        },
    describeScan(result, { ...timing, doneBefore: done.doneBefore }),
  );
  throwWhereNotDone(scanned, choice === 'all' ? [] : result.unavailable);
}

/** What could not be planned, and what failed while others of the pass went on. */
function withFailed(
  unavailable: readonly UnavailableMethod[],
  runs: readonly MethodRun[],
  scanned: readonly ScannedRun[],
): UnavailableMethod[] {
  const failed = runs.flatMap((one) => {
    const { state, error } = scanned.find(({ key }) => key === one.key)?.run ?? {};
    return state === 'succeeded' ? [] : [{ ...one, reason: error?.message ?? 'It was not finished.' }];
  });
  return [...unavailable, ...failed];
}

async function readRun(session: CliSession, { key, runId }: MethodRun): Promise<ScannedRun> {
  const run = await session.call('runs.get', { runId });
  const { failures } = await session.call('runs.failures', { runId, offset: 0, limit: 1000 });
  const aurocs = run.imageAuroc.flatMap(({ auroc }) => (auroc === null ? [] : [auroc]));
  const meanAuroc = aurocs.length === 0 ? null : aurocs.reduce((sum, one) => sum + one, 0) / aurocs.length;
  return { key, run, failures, meanAuroc };
}

interface ScanResult {
  readonly dataset: Dataset;
  readonly scanned: readonly ScannedRun[];
  readonly unavailable: readonly UnavailableMethod[];
}

interface ScanTiming {
  readonly durationS: number;
  readonly imagesPerSecond: number | null;
  readonly scannedElsewhere: boolean;
  readonly doneBefore: number;
}

function describeScan({ dataset, scanned, unavailable }: ScanResult, timing: ScanTiming): string {
  const lines = scanned
    .filter(({ run }) => run.state === 'succeeded')
    .map(({ run, failures }) => {
      const method = scanned.length === 1 ? '' : `, ${methodTitle(run.methodId, run.settings)}`;
      return (
        `Run ${run.id}${method}: ${run.scoredCount} of ${run.imageCount} images scored` +
        (timing.doneBefore > 0 ? ` (${timing.doneBefore} of them before)` : '') +
        (timing.scannedElsewhere ? ' by another process' : '') +
        ` in ${formatSeconds(timing.durationS)}` +
        (timing.imagesPerSecond === null ? '' : `, ${formatRate(timing.imagesPerSecond)} images/s`) +
        `, ${run.failedCount} failed\n` +
        describeProblems(failures)
      );
    });
  return (
    aurocTable(dataset, scanned) +
    lines.join('') +
    unavailable.map(({ key, reason }) => `${key} was not run: ${reason}\n`).join('')
  );
}

/** A row a class, a column a run. */
function aurocTable({ classes }: Dataset, scanned: readonly ScannedRun[]): string {
  const headings = scanned.length === 1 ? ['image AUROC'] : scanned.map(({ key }) => `AUROC ${key}`);
  const rows = classes.map((one) => [
    one.name,
    one.good,
    one.anomalous,
    one.unlabelled,
    ...scanned.map(({ run }) =>
      withPercent(run.imageAuroc.find(({ className }) => className === one.name)?.auroc ?? null),
    ),
  ]);
  const hasMean = scanned.some(({ meanAuroc }) => meanAuroc !== null);
  const mean = ['mean', '', '', '', ...scanned.map(({ meanAuroc }) => withPercent(meanAuroc))];
  return formatTable(
    ['class', 'good', 'anomalous', 'unlabelled', ...headings],
    [...rows, ...(hasMean ? [mean] : [])],
  );
}
