import path from 'node:path';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { ClassEvaluation, RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { MethodId, MethodInfo } from '../../../src-shared/domain/method.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { CliSession } from '../cli-session.ts';
import { formatSeconds } from '../progress-line.ts';
import { formatTable } from '../text-table.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';
import { importFolder } from './import-command.ts';

export interface DemoOptions {
  readonly report: string;
}

/** All of the sample set: it has six images a class. */
const imagesPerClass = 12;

interface MethodOutcome {
  readonly method: MethodInfo;
  /** Null where it did not run to its end, then with the reason. */
  readonly evaluation: RunEvaluation | null;
  readonly reason: string | null;
}

/**
 * `demo`: imports the sample images, runs every method in one pass, with the starter model and its prompts where they are
 * needed, prints a table, and writes a report. A method that no prompts come with is named and not missed. Throws, after the result was printed, where anything was left out.
 */
export async function demoCommand(session: CliSession, { report }: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  const { folder } = await session.call('samples.get', {});
  if (folder === null) {
    throw new WorkbenchError(
      'not-found',
      'The sample images are missing: there is no folder assets/samples.',
    );
  }
  const dataset = await importFolder(session, folder, { name: 'Sample images' });
  const { models } = await session.call('models.list', {});
  const modelId = models.find((model) => model.bundled === true)?.id ?? null;
  const { methods } = await session.call('methods.list', { modelId });
  const promptSetIds = await bundledPrompts(session);
  const [wanted, withoutPrompts] = partition(
    methods,
    ({ id, needsLearnedPrompts }) => !needsLearnedPrompts || promptSetIds.has(id),
  );
  const outcomes = await runDemoMethods(session, dataset, { modelId, methods: wanted, promptSetIds });

  const done = outcomes.filter((one) => one.evaluation !== null);
  const left = outcomes.flatMap(({ method, reason }) =>
    reason === null ? [] : [{ name: method.name, reason }],
  );
  const written =
    done.length === 0
      ? null
      : await session.call('reports.write', {
          runIds: done.flatMap(({ evaluation }) => evaluation?.runId ?? []),
          notRun: left,
          file: path.resolve(report),
          imagesPerClass,
        });
  const durationS = (performance.now() - startedAt) / 1000;
  session.print(
    { dataset, methods: describeMethods(outcomes), report: written?.file ?? null, durationS },
    `${dataset.imageCount} sample images in ${dataset.classes.length} classes\n\n` +
      (done.length === 0 ? '' : `${outcomeTables(dataset, done)}\n`) +
      left.map(({ name, reason }) => `${name} was not run: ${reason}\n`).join('') +
      (withoutPrompts.length === 0
        ? ''
        : `No prompts come with the workbench for: ${withoutPrompts.map(({ name }) => name).join(', ')}\n`) +
      (written === null ? '' : `Report: ${written.file} (${formatSize(written.sizeBytes)})\n`) +
      `Done in ${formatSeconds(durationS)}.\n`,
  );
  if (left.length > 0) {
    throw new WorkbenchError(
      'unavailable',
      `Not everything was done: ${left.length} of ${outcomes.length} methods did not run.`,
    );
  }
}

/** The prompts that came with the program, by method. */
async function bundledPrompts(session: CliSession): Promise<ReadonlyMap<MethodId, number>> {
  const { promptSets } = await session.call('prompts.list', {});
  return new Map(
    promptSets.flatMap(({ id, methodId, bundled }) => (bundled === true ? [[methodId, id]] : [])),
  );
}

function partition<T>(all: readonly T[], belongs: (one: T) => boolean): [T[], T[]] {
  return [all.filter(belongs), all.filter((one) => !belongs(one))];
}

interface DemoPlan {
  readonly modelId: string | null;
  readonly methods: readonly MethodInfo[];
  readonly promptSetIds: ReadonlyMap<MethodId, number>;
}

/** Every method in one pass over the images. */
async function runDemoMethods(
  session: CliSession,
  dataset: Dataset,
  plan: DemoPlan,
): Promise<MethodOutcome[]> {
  const { modelId, methods: wanted } = plan;
  const reasons = new Map(
    wanted.map((method) => [
      method.id,
      method.needsModel && modelId === null
        ? 'it needs the starter model, which is not part of this copy of the workbench.'
        : method.unavailable,
    ]),
  );
  const running = wanted.filter(({ id }) => reasons.get(id) === null);
  const runs = running.length === 0 ? [] : await onePass(session, dataset, { ...plan, methods: running });
  const outcomes: MethodOutcome[] = [];
  for (const method of wanted) {
    const index = running.indexOf(method);
    const runId = runs[index]?.id;
    outcomes.push(
      runId === undefined
        ? { method, evaluation: null, reason: reasons.get(method.id) ?? 'it was not started.' }
        : await readOutcome(session, method, runId),
    );
  }
  return outcomes;
}

async function onePass(
  session: CliSession,
  dataset: Dataset,
  { modelId, methods, promptSetIds }: DemoPlan,
): Promise<readonly Run[]> {
  const { runs, job } = await session.call('runs.createMany', {
    datasetId: dataset.id,
    modelId,
    runs: methods.map(({ id }) => ({
      methodId: id,
      promptSetId: promptSetIds.get(id) ?? null,
      settings: {},
    })),
  });
  try {
    await session.finish(job);
  } catch (error) {
    // The runs say themselves why they did not come through.
    if (toErrorShape(error).code === 'cancelled') throw error;
  }
  return runs;
}

async function readOutcome(session: CliSession, method: MethodInfo, runId: number): Promise<MethodOutcome> {
  const { state, error, failedCount, imageCount } = await session.call('runs.get', { runId });
  if (state !== 'succeeded')
    return { method, evaluation: null, reason: error?.message ?? 'it was not finished.' };
  const evaluation = await session.evaluate(runId, `Metrics of ${method.name}`);
  const reason = failedCount === 0 ? null : `${failedCount} of ${imageCount} images could not be scored.`;
  return { method, evaluation, reason };
}

/** In the form that `evaluate --json` has. */
function describeMethods(outcomes: readonly MethodOutcome[]): object {
  return Object.fromEntries(
    outcomes.map(({ method, evaluation, reason }) => {
      if (evaluation === null) return [method.id, { unavailable: reason }];
      const classes = evaluation.classes.map(({ className, ...one }) => [className, one]);
      return [
        method.id,
        { runId: evaluation.runId, classes: Object.fromEntries(classes), mean: evaluation.mean },
      ];
    }),
  );
}

interface Column {
  readonly title: string;
  readonly ofClass: (one: ClassEvaluation) => number | null;
  readonly ofAll: (mean: RunEvaluation['mean']) => number | null;
  readonly show: (value: number) => string;
}

const columns: readonly Column[] = [
  {
    title: 'Image AUROC, %',
    ofClass: ({ image }) => image.auroc,
    ofAll: ({ image }) => image.auroc,
    show: inPercent,
  },
  {
    title: 'Pixel AUROC, %',
    ofClass: ({ pixel }) => pixel.auroc,
    ofAll: ({ pixel }) => pixel.auroc,
    show: inPercent,
  },
  {
    title: 'Seconds an image',
    ofClass: ({ meanDurationMs }) => meanDurationMs,
    ofAll: ({ durationMs }) => durationMs,
    show: (durationMs) => (durationMs / 1000).toFixed(3),
  },
];

/** A table a figure: a row a class and the mean, a column a method. */
function outcomeTables(dataset: Dataset, outcomes: readonly MethodOutcome[]): string {
  const tables = columns.map(({ title, ofClass, ofAll, show }) => {
    const cell = (value: number | null | undefined) => (typeof value === 'number' ? show(value) : '-');
    const rows = dataset.classes.map(({ name }) => [
      name,
      ...outcomes.map(({ evaluation }) => {
        const one = evaluation?.classes.find(({ className }) => className === name);
        return cell(one && ofClass(one));
      }),
    ]);
    const mean = outcomes.map(({ evaluation }) => cell(evaluation && ofAll(evaluation.mean)));
    return formatTable([title, ...outcomes.map(({ method }) => method.id)], [...rows, ['mean', ...mean]]);
  });
  return tables.join('\n');
}
