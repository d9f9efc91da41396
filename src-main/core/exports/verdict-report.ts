import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { ChosenThreshold } from '../../../src-shared/domain/export.ts';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import type { Verdict, VerdictCounts } from '../../../src-shared/domain/verdict.ts';
import type { Repositories } from '../db/repositories.ts';
import { predictionAt } from './prediction-files.ts';
import type { KnownRun } from './report-pictures.ts';

const rowsAtOnce = 1000;
/** A report with more rows would no longer open quickly; `verdicts export` writes all. */
const mostVerdicts = 3000;

/** Images of one class by label and by which side of the threshold they are on. */
export interface ThresholdCounts {
  /** Anomalous at or above; below. */
  readonly found: number;
  readonly missed: number;
  /** Good at or above; below. */
  readonly falseAlarms: number;
  readonly passed: number;
  readonly unlabelledAbove: number;
  readonly unlabelledBelow: number;
  /** Of those below, whatever their label: at or above the second threshold, for a person to look at again. */
  readonly between: number;
}

/** The threshold by which a report flags one class's images under one run. */
export interface ReportThreshold {
  readonly letter: string;
  readonly chosen: ChosenThreshold;
  readonly counts: ThresholdCounts;
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
  /** Rows of the trail there are. */
  readonly verdictCount: number;
  /** Oldest first; of very many the newest. */
  readonly verdicts: readonly ReportVerdict[];
}

/** Thresholds with what they did, and every verdict on a data set. */
export function collectDecisions(
  repositories: Pick<Repositories, 'verdicts' | 'operatingPoints' | 'results'>,
  datasetId: number,
  classNames: readonly string[],
  runs: readonly (KnownRun & { readonly letter: string })[],
): ReportDecisions {
  const { verdicts, operatingPoints, results } = repositories;
  const thresholds = runs.flatMap(({ letter, run, scoreThresholds }) => {
    const scores = results.scores(run.id);
    return classNames.flatMap((className) => {
      const chosen = scoreThresholds.get(className);
      if (chosen === undefined) return [];
      return [{ letter, chosen, counts: countAtThreshold(scores, chosen) }];
    });
  });
  // A removed point may be the one that a verdict was given at.
  const points = operatingPoints.everOf(datasetId);
  const newest = newestVerdicts(verdicts, datasetId);
  let verdictCount = 0;
  let last: Verdict[] = [];
  for (const verdict of eachVerdict(verdicts, datasetId)) {
    verdictCount++;
    last.push(verdict);
    if (last.length >= 2 * mostVerdicts) last = last.slice(-mostVerdicts);
  }
  return {
    thresholds,
    operatingPoints: operatingPoints
      .list(datasetId)
      .filter(({ runId }) => runs.some(({ run }) => run.id === runId)),
    counts: verdicts.counts(datasetId).filter(({ className }) => classNames.includes(className)),
    verdictCount,
    verdicts: last.slice(-mostVerdicts).map((verdict) => ({
      verdict,
      holds: newest.get(verdict.imagePath)?.id === verdict.id,
      operatingPoint: pointOf(verdict, points)?.name ?? null,
    })),
  };
}

/** Every row of a data set's trail, oldest first. */
export function* eachVerdict(verdicts: Repositories['verdicts'], datasetId: number): Generator<Verdict> {
  for (let after = 0; ;) {
    const page = verdicts.pageAfter(datasetId, after, rowsAtOnce);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** The row that holds, by the path of its image. */
export function newestVerdicts(
  verdicts: Repositories['verdicts'],
  datasetId: number,
): ReadonlyMap<string, Pick<Verdict, 'id' | 'value'>> {
  const newest = new Map<string, Pick<Verdict, 'id' | 'value'>>();
  for (const { imagePath, id, value } of eachVerdict(verdicts, datasetId))
    newest.set(imagePath, { id, value });
  return newest;
}

/** What a threshold does to the images of its class that count in metrics; unlabelled ones by themselves. */
function countAtThreshold(scores: RunScores, chosen: ChosenThreshold): ThresholdCounts {
  const counts = { found: 0, missed: 0, falseAlarms: 0, passed: 0, unlabelledAbove: 0, unlabelledBelow: 0 };
  let between = 0;
  const wanted = scores.classNames.indexOf(chosen.className);
  for (const [row, score] of scores.scores.entries()) {
    if (scores.classes[row] !== wanted || (scores.leftOut[row] ?? null) !== null) continue;
    const prediction = predictionAt(chosen, score);
    if (prediction === null) continue;
    if (prediction === 'unsure') between++;
    const isAbove = prediction === 'anomalous';
    switch (scores.labels[row] ?? null) {
      case 'anomalous':
        counts[isAbove ? 'found' : 'missed']++;
        break;
      case 'good':
        counts[isAbove ? 'falseAlarms' : 'passed']++;
        break;
      case null:
        counts[isAbove ? 'unlabelledAbove' : 'unlabelledBelow']++;
        break;
    }
  }
  return { ...counts, between };
}

function pointOf({ basis }: Verdict, points: readonly OperatingPoint[]): OperatingPoint | undefined {
  if (basis === null || basis.threshold === null) return undefined;
  return points.find(
    ({ level, runId, threshold }) =>
      level === 'image' && runId === basis.runId && threshold === basis.threshold,
  );
}
