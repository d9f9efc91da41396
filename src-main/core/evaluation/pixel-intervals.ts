import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PixelFigures, RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { ClassResamples, PixelIntervals } from '../../../src-shared/domain/pixel-intervals.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { noStatistics, type Statistic } from '../../../src-shared/metrics/bootstrap-statistics.ts';
import { pixelSampleMetrics } from '../../../src-shared/metrics/pixel-histograms.ts';
import { intervalOptions } from '../../../src-shared/metrics/resample-images.ts';
import { createLimitedWork } from '../assets/limited-work.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import { readClass, readMaps, type ScoredImage } from './class-images.ts';
import { hashEvaluationInputs } from './evaluation-inputs.ts';
import type { Evaluator } from './evaluator.ts';
import { makePause } from './make-pause.ts';
import {
  hashOfDrawn,
  packResamples,
  resamplesVersion,
  unpackResamples,
  type DrawnImages,
} from './kept-resamples.ts';
import { runResampleTasks, withPixelThread, type ResampleTask } from './resample-threads.ts';

export interface PixelIntervalsOptions {
  readonly repositories: Pick<Repositories, 'datasets' | 'images' | 'results' | 'evaluations'>;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  /** Aborted when the core closes. */
  readonly closing: AbortSignal;
  readonly log: Log;
  /** For tests: another entry of the threads. */
  readonly workerFile?: string;
}

export interface PixelIntervalsWork {
  /**
   * Intervals of the pixel metrics of runs over one data set, a column a run, and of the differences between them. Every
   * run's resamples are kept beside its evaluation; only what lacks is drawn. One comparison at a time, the newest first;
   * the same asked for meanwhile is answered together. Rejects as `runs.pixelIntervals` says.
   */
  intervals(runs: readonly Run[]): Promise<PixelIntervals>;
  /** Ends what is under way for these runs in this order. */
  stop(runIds: readonly number[]): void;
  settled(): Promise<void>;
}

export function createPixelIntervals(options: PixelIntervalsOptions): PixelIntervalsWork {
  const limited = createLimitedWork<PixelIntervals>(1);
  const underWay = new Map<string, UnderWay>();
  /** Also what nobody waits for any more: it may still be putting away what it drew. */
  const unsettled = new Set<Promise<unknown>>();

  async function begin(key: string, runs: readonly Run[], controller: AbortController) {
    const signal = AbortSignal.any([controller.signal, options.closing]);
    try {
      // Shared by its own key only: what was stopped must not be handed to who asks again.
      const work = limited.once(crypto.randomUUID(), () => compare(runs, { ...options, signal }), signal);
      unsettled.add(work);
      void work.catch(() => undefined).finally(() => unsettled.delete(work));
      return await untilAborted(work, signal);
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
      throw new WorkbenchError('cancelled', 'The resampling was stopped.');
    } finally {
      if (underWay.get(key)?.controller === controller) underWay.delete(key);
    }
  }

  return {
    intervals(runs) {
      const key = keyOf(runs.map(({ id }) => id));
      const known = underWay.get(key);
      if (known !== undefined && !known.controller.signal.aborted) return known.result;
      const controller = new AbortController();
      const result = begin(key, runs, controller);
      underWay.set(key, { controller, result });
      return result;
    },
    stop(runIds) {
      underWay.get(keyOf(runIds))?.controller.abort();
    },
    async settled() {
      await Promise.allSettled(unsettled);
    },
  };
}

interface UnderWay {
  readonly controller: AbortController;
  readonly result: Promise<PixelIntervals>;
}

function keyOf(runIds: readonly number[]): string {
  return runIds.join(' ');
}

interface Work extends PixelIntervalsOptions {
  readonly signal: AbortSignal;
}

/** One run as it takes part: what was evaluated of it, and what is kept. */
interface Column {
  readonly run: Run;
  readonly inputsHash: string;
  readonly figures: ReadonlyMap<string, PixelFigures>;
  readonly kept: ReadonlyMap<string, ClassResamples>;
  /** By class, what is to be kept from now on. */
  readonly drawn: Map<string, ClassResamples>;
  readonly statistics: Map<string, readonly Statistic[]>;
}

async function compare(runs: readonly Run[], work: Work): Promise<PixelIntervals> {
  const { repositories, signal } = work;
  signal.throwIfAborted();
  const [first] = runs;
  const dataset = first === undefined ? null : repositories.datasets.getCore(first.datasetId);
  if (first === undefined || dataset === null)
    throw new WorkbenchError('not-found', 'The data set of these runs is gone.');
  if (runs.some(({ datasetId }) => datasetId !== first.datasetId))
    throw new WorkbenchError('bad-request', 'Only runs over one data set can be compared image by image.');
  const pause = makePause(signal);
  const columns = new Map<number, Column>();
  for (const run of runs)
    if (!columns.has(run.id)) columns.set(run.id, await openColumn(run, dataset.root, pause, work));
  const classNames = repositories.images.classNames(first.datasetId);
  const tasks: ResampleTask[] = [];
  for (const className of classNames) {
    await pause();
    tasks.push(...tasksOfClass([...columns.values()], className, { root: dataset.root, pause, work }));
  }
  try {
    if (tasks.length > 0) await runResampleTasks(tasks, work);
  } finally {
    // Also what was drawn before it was stopped.
    for (const column of columns.values()) if (column.drawn.size > 0) keep(column, work);
  }
  const classes = classNames.map((className) => ({
    className,
    // A run may stand there twice: the difference from itself is 0, which only a copy of its own tells.
    statistics: runs.map(({ id }) => [
      ...(columns.get(id)?.statistics.get(className) ?? noStatistics(className, pixelSampleMetrics.length)),
    ]),
  }));
  const groups = await withPixelThread(work, (thread) =>
    thread.ask({ kind: 'describe', classes, options: intervalOptions }),
  );
  return { runIds: runs.map(({ id }) => id), groups };
}

async function openColumn(
  run: Run,
  root: string,
  pause: () => Promise<void>,
  { repositories, evaluator, signal }: Work,
): Promise<Column> {
  const evaluation = await untilAborted(evaluator.evaluate(run), signal);
  const inputsHash = await hashEvaluationInputs({ repositories, run, root, pause });
  const kept = repositories.evaluations.storedResamples(run.id, inputsHash);
  return {
    run,
    inputsHash,
    figures: figuresOf(evaluation),
    kept: new Map(kept?.version === resamplesVersion ? Object.entries(kept.classes) : []),
    drawn: new Map(),
    statistics: new Map(),
  };
}

/** Of classes that have any pixel metric. */
function figuresOf({ classes }: RunEvaluation): ReadonlyMap<string, PixelFigures> {
  return new Map(
    classes.flatMap(({ className, pixel }) => (pixel.auroc === null ? [] : [[className, pixel] as const])),
  );
}

interface ClassWork {
  readonly root: string;
  readonly pause: () => Promise<void>;
  readonly work: Work;
}

/** Takes what is kept of a class, and returns what is to be drawn of it. */
function tasksOfClass(
  columns: readonly Column[],
  className: string,
  { root, pause, work: { repositories } }: ClassWork,
): ResampleTask[] {
  const parts = columns.flatMap((column) => {
    const exact = column.figures.get(className);
    if (exact === undefined) return [];
    return [{ column, exact, images: readClass({ repositories, run: column.run }, className).scored }];
  });
  const drawn = drawnImages(parts.map(({ images }) => images));
  const strata = hashOfDrawn(drawn);
  const placeOf = new Map(drawn.ids.map((id, place) => [id, place]));
  return parts.flatMap(({ column, exact, images }): ResampleTask[] => {
    const kept = column.kept.get(className);
    const known = kept?.strata === strata ? unpackResamples(kept, className, exact) : null;
    if (known !== null) {
      column.statistics.set(className, known);
      return [];
    }
    return [
      {
        className,
        rendering: column.run.rendering,
        root,
        imageCount: images.length,
        images: () => readMaps({ repositories, run: column.run, pause }, images),
        labels: drawn.labels,
        places: Uint32Array.from(images, ({ imageId }) => placeOf.get(imageId) ?? 0),
        exact,
        options: intervalOptions,
        done: (statistics) => {
          if (statistics === null) return;
          column.statistics.set(className, statistics);
          column.drawn.set(className, packResamples(statistics, strata));
        },
      },
    ];
  });
}

/** All images that any run counts, by id: those that the resamples of image metrics are drawn from, in their order. */
function drawnImages(columns: readonly (readonly ScoredImage[])[]): DrawnImages {
  const labels = new Map(
    columns.flatMap((images) => images.map(({ imageId, label }) => [imageId, label] as const)),
  );
  const ids = [...labels.keys()].sort((a, b) => a - b);
  return { ids, labels: Uint8Array.from(ids, (id) => (labels.get(id) === 'anomalous' ? 1 : 0)) };
}

function keep({ run, inputsHash, kept, drawn }: Column, { repositories, log }: Work): void {
  try {
    repositories.evaluations.storeResamples(run.id, inputsHash, {
      version: resamplesVersion,
      classes: Object.fromEntries([...kept, ...drawn]),
    });
  } catch (thrown) {
    // Intervals that cannot be kept are still intervals.
    log('warn', `The resamples of run ${run.id} were not stored: ${toErrorShape(thrown).message}`);
  }
}

/** What others also wait for goes on when nobody waits here any more. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const onAbort = () => {
    stopped.reject(new WorkbenchError('cancelled', 'The resampling was stopped.'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
