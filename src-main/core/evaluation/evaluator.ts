import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { createLimitedWork } from '../assets/limited-work.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import type { EventBus } from '../event-bus.ts';
import { evaluateRun } from './evaluate-run.ts';
import { hashEvaluationInputs } from './evaluation-inputs.ts';
import { learnedClasses, withLearnedNotes, type LearnedFromRepositories } from './learned-classes.ts';
import { makePause } from './make-pause.ts';
import { openPixelWorkers, type PixelWorkers } from './pixel-workers.ts';

const eventEveryMs = 150;

export interface EvaluatorOptions {
  readonly repositories: LearnedFromRepositories & Pick<Repositories, 'results' | 'evaluations'>;
  readonly events: EventBus;
  /** Aborted when the core closes. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

export interface Evaluator {
  /**
   * Metrics of a run; as stored where nothing they depend on has changed since, else computed (`run.evaluating` tells
   * how far). One at a time; who asks for the same run meanwhile waits for the same result, but where the run has ended
   * since that was begun for a new one: nothing would tell them later that theirs lacks the last images.
   * Rejects with `not-found` for a data set that is gone, `cancelled` when it was stopped or the core closes.
   */
  evaluate(run: Run): Promise<RunEvaluation>;
  /** Ends the run's evaluation if there is one. */
  stop(runId: number): void;
  /** Resolves when no evaluation is under way. */
  settled(): Promise<void>;
}

export function createEvaluator({ repositories, events, closing, log }: EvaluatorOptions): Evaluator {
  const limited = createLimitedWork<RunEvaluation>(1);
  const underWay = new Map<
    number,
    { begunWith: Run; controller: AbortController; result: Promise<RunEvaluation> }
  >();

  async function evaluateNow(run: Run, signal: AbortSignal): Promise<RunEvaluation> {
    signal.throwIfAborted();
    const dataset = repositories.datasets.getCore(run.datasetId);
    if (dataset === null) throw new WorkbenchError('not-found', `There is no data set ${run.datasetId}.`);
    const { root } = dataset;
    const pause = makePause(signal);
    const inputsHash = await hashEvaluationInputs({ repositories, run, root, pause });
    const known = repositories.evaluations.stored(run.id, inputsHash);
    if (known !== null) return known;
    let workers: PixelWorkers | null = null;
    let toldAtMs = performance.now();
    try {
      const evaluation = await evaluateRun({
        repositories,
        run,
        root,
        pause,
        workers: (imageCount) => (workers ??= openPixelWorkers({ signal, imageCount, log })),
        onProgress: (share) => {
          if (performance.now() - toldAtMs < eventEveryMs) return;
          toldAtMs = performance.now();
          events.emit({ event: 'run.evaluating', runId: run.id, share });
        },
      });
      signal.throwIfAborted();
      store(evaluation, inputsHash);
      return evaluation;
    } finally {
      await (workers as PixelWorkers | null)?.close();
    }
  }

  function store(evaluation: RunEvaluation, inputsHash: string): void {
    try {
      repositories.evaluations.store(evaluation, inputsHash, Date.now());
    } catch (thrown) {
      // Figures that cannot be kept are still figures.
      log(
        'warn',
        `The evaluation of run ${evaluation.runId} was not stored: ${toErrorShape(thrown).message}`,
      );
    }
  }

  function evaluate(run: Run): Promise<RunEvaluation> {
    const known = underWay.get(run.id);
    if (known !== undefined)
      return hasEndedSince(run, known.begunWith) ? known.result.then(() => evaluate(run)) : known.result;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, closing]);
    const result = limited
      .once(String(run.id), () => evaluateNow(run, signal))
      .then((evaluation) =>
        // Not stored with the figures: prompts and data sets are removed and renamed without them.
        withLearnedNotes(evaluation, learnedClasses(repositories, run.promptSetId, run.datasetId)),
      )
      .catch((thrown: unknown) => {
        if (!signal.aborted) throw thrown;
        throw new WorkbenchError('cancelled', 'The evaluation was stopped.');
      })
      .finally(() => underWay.delete(run.id));
    underWay.set(run.id, { begunWith: run, controller, result });
    return result;
  }

  return {
    evaluate,
    stop(runId) {
      underWay.get(runId)?.controller.abort();
    },
    async settled() {
      await Promise.allSettled([...underWay.values()].map(({ result }) => result));
    },
  };
}

/** While a run goes on whoever shows it asks again and again; what was asked for then is good enough. */
function hasEndedSince(run: Run, before: Run): boolean {
  const seen = ({ scoredCount, failedCount }: Run): number => scoredCount + failedCount;
  return run.state !== 'running' && seen(run) !== seen(before);
}
