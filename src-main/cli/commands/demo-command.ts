import path from 'node:path';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { MethodInfo } from '../../../src-shared/domain/method.ts';
import type { CliSession } from '../cli-session.ts';
import { formatSeconds } from '../progress-line.ts';
import { formatTable } from '../text-table.ts';
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
 * `demo`: imports the sample images, runs every method that needs no learned prompts, with the starter model where a
 * model is needed, prints a table, and writes a report. Throws, after the result was printed, where anything was left out.
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
  const outcomes: MethodOutcome[] = [];
  for (const method of methods.filter((one) => !one.needsLearnedPrompts))
    outcomes.push(await runMethod(session, dataset, method, modelId));

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
    `${dataset.imageCount} sample images in ${dataset.classes.length} classes, AUROC in percent\n\n` +
      (done.length === 0 ? '' : `${outcomeTable(dataset, done)}\n`) +
      left.map(({ name, reason }) => `${name} was not run: ${reason}\n`).join('') +
      (written === null ? '' : `Report: ${written.file} (${(written.sizeBytes / 1e6).toFixed(1)} MB)\n`) +
      `Done in ${formatSeconds(durationS)}.\n`,
  );
  if (left.length > 0) {
    throw new WorkbenchError(
      'unavailable',
      `Not everything was done: ${left.length} of ${outcomes.length} methods did not run.`,
    );
  }
}

async function runMethod(
  session: CliSession,
  dataset: Dataset,
  method: MethodInfo,
  modelId: string | null,
): Promise<MethodOutcome> {
  if (method.needsModel && modelId === null) {
    const reason = 'it needs the starter model, which is not part of this copy of the workbench.';
    return { method, evaluation: null, reason };
  }
  if (method.unavailable !== null) return { method, evaluation: null, reason: method.unavailable };
  try {
    const { run, job } = await session.call('runs.create', {
      datasetId: dataset.id,
      methodId: method.id,
      modelId: method.needsModel ? modelId : null,
      promptSetId: null,
      settings: {},
    });
    await session.finish(job);
    const { failedCount, imageCount } = await session.call('runs.get', { runId: run.id });
    const evaluation = await session.call('runs.evaluate', { runId: run.id });
    const reason = failedCount === 0 ? null : `${failedCount} of ${imageCount} images could not be scored.`;
    return { method, evaluation, reason };
  } catch (error) {
    const { code, message } = toErrorShape(error);
    if (code === 'cancelled') throw error;
    return { method, evaluation: null, reason: message };
  }
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

/** A row a class; three columns a method. */
function outcomeTable(dataset: Dataset, outcomes: readonly MethodOutcome[]): string {
  const headings = outcomes.flatMap(({ method }) => [`${method.id} image`, 'pixel', 's/image']);
  const rows = dataset.classes.map(({ name }) => [
    name,
    ...outcomes.flatMap(({ evaluation }) => {
      const one = evaluation?.classes.find(({ className }) => className === name);
      return figures(one?.image.auroc, one?.pixel.auroc, one?.meanDurationMs);
    }),
  ]);
  const mean = outcomes.flatMap(({ evaluation }) =>
    figures(evaluation?.mean.image.auroc, evaluation?.mean.pixel.auroc, evaluation?.mean.durationMs),
  );
  return formatTable(['class', ...headings], [...rows, ['mean', ...mean]]);
}

/** Undefined: the class is not in the evaluation. */
type Figure = number | null | undefined;

function figures(imageAuroc: Figure, pixelAuroc: Figure, durationMs: Figure): string[] {
  const show = (value: Figure, factor: number, digits: number) =>
    typeof value === 'number' ? (value * factor).toFixed(digits) : '-';
  return [show(imageAuroc, 100, 1), show(pixelAuroc, 100, 1), show(durationMs, 0.001, 3)];
}
