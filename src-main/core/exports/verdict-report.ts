import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Verdict, VerdictCounts } from '../../../src-shared/domain/verdict.ts';
import type { Repositories } from '../db/repositories.ts';
import { chooseScoreThreshold, scoresOfClass } from './choose-thresholds.ts';

const rowsAtOnce = 1000;

/** The threshold by which a report flags one class's images under one run. */
export interface ReportThreshold {
  readonly letter: string;
  readonly className: string;
  /** Null where none could be chosen. */
  readonly value: number | null;
  readonly chosenBy: string;
}

/** One row of the trail, with what its threshold meant. */
export interface ReportVerdict {
  readonly verdict: Verdict;
  /** Whether it is its image's newest. */
  readonly holds: boolean;
  /** Name of the operating point that has the threshold it was given at; null: none has. */
  readonly operatingPoint: string | null;
}

/** What people said and settled on, as a report tells it. */
export interface ReportDecisions {
  readonly thresholds: readonly ReportThreshold[];
  /** Of the report's runs, newest first. */
  readonly operatingPoints: readonly OperatingPoint[];
  readonly counts: readonly VerdictCounts[];
  /** The whole trail, oldest first. */
  readonly verdicts: readonly ReportVerdict[];
}

/** Thresholds with how they were chosen, and every verdict on a data set. `runs` with their letters. */
export function collectDecisions(
  { verdicts, operatingPoints, results }: Pick<Repositories, 'verdicts' | 'operatingPoints' | 'results'>,
  datasetId: number,
  classNames: readonly string[],
  runs: readonly { readonly letter: string; readonly run: Run }[],
): ReportDecisions {
  const thresholds: ReportThreshold[] = [];
  for (const { letter, run } of runs) {
    const scores = results.scores(run.id);
    for (const className of classNames) {
      const own = scoresOfClass(scores, className);
      const { value, chosenBy } = chooseScoreThreshold(className, { kind: 'default' }, own);
      thresholds.push({ letter, className, value, chosenBy });
    }
  }
  const trail: Verdict[] = [];
  for (let after = 0; ;) {
    const page = verdicts.pageAfter(datasetId, after, rowsAtOnce);
    trail.push(...page);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  // A removed point may be the one that a verdict was given at.
  const points = operatingPoints.everOf(datasetId);
  const newest = new Map(trail.map(({ imagePath, id }) => [imagePath, id]));
  return {
    thresholds,
    operatingPoints: operatingPoints
      .list(datasetId)
      .filter(({ runId }) => runs.some(({ run }) => run.id === runId)),
    counts: verdicts.counts(datasetId),
    verdicts: trail.map((verdict) => ({
      verdict,
      holds: newest.get(verdict.imagePath) === verdict.id,
      operatingPoint: pointOf(verdict, points)?.name ?? null,
    })),
  };
}

function pointOf({ basis }: Verdict, points: readonly OperatingPoint[]): OperatingPoint | undefined {
  if (basis === null || basis.threshold === null) return undefined;
  return points.find(
    ({ level, runId, threshold }) =>
      level === 'image' && runId === basis.runId && threshold === basis.threshold,
  );
}
