import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClassEvaluation, RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { Run } from '../../../src-shared/domain/run.ts';

/** What `predictions.json` says of how well a run tells anomalous images and pixels; see there. */
export interface PredictionMetrics {
  readonly metrics: {
    readonly rendering: RunEvaluation['rendering'];
    readonly classes: readonly ClassEvaluation[];
    /** Null where one class alone was exported. */
    readonly mean: RunEvaluation['mean'] | null;
  } | null;
  /** Why there are none, null where there are. */
  readonly metricsProblem: string | null;
}

export const noMetrics: PredictionMetrics = { metrics: null, metricsProblem: null };

/** The metrics of a run as `evaluate` takes them. What keeps them from being taken is said, for the predictions stand without. */
export async function predictionMetrics(
  evaluate: (run: Run) => Promise<RunEvaluation>,
  run: Run,
  className: string | null,
): Promise<PredictionMetrics> {
  const without = (metricsProblem: string): PredictionMetrics => ({ metrics: null, metricsProblem });
  if (run.state !== 'succeeded') return without('The run was not finished.');
  let evaluation: RunEvaluation;
  try {
    evaluation = await evaluate(run);
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError)) throw thrown;
    return without(toErrorShape(thrown).message);
  }
  const classes = evaluation.classes.filter((one) => className === null || one.className === className);
  if (!classes.some(({ counts }) => counts.good + counts.anomalous > 0))
    return without('No image of it is labelled good or anomalous outside the train split.');
  const mean = className === null ? evaluation.mean : null;
  return { metrics: { rendering: evaluation.rendering, classes, mean }, metricsProblem: null };
}
