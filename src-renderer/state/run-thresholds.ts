import { useCallback, useMemo } from 'react';
import { chosenFor } from '../../src-shared/domain/chosen-thresholds.ts';
import type { RunScores } from '../../src-shared/domain/run.ts';
import { useRunScores } from './queries.ts';
import {
  proposeThreshold,
  thresholdKey,
  useChosenThresholds,
  useThresholdStore,
  type ChosenThresholds,
  type ProposedThreshold,
} from './thresholds.ts';

/** The columns of one class; of all where `className` is null. The order stays. */
export function scoresOfClass(scores: RunScores, className: string | null): RunScores {
  if (className === null) return scores;
  const wanted = scores.classNames.indexOf(className);
  const rows = [...scores.classes.keys()].filter((row) => scores.classes[row] === wanted);
  const pick = <T>(column: readonly T[]): T[] =>
    rows.flatMap((row) => {
      const value = column[row];
      return value === undefined ? [] : [value];
    });
  return {
    classNames: scores.classNames,
    imageIds: pick(scores.imageIds),
    scores: pick(scores.scores),
    labels: pick(scores.labels),
    classes: pick(scores.classes),
    leftOut: pick(scores.leftOut),
  };
}

export interface RunThreshold {
  /** Worst first, of the class that is shown; undefined while loading. */
  readonly scores: RunScores | undefined;
  readonly error: Error | null;
  readonly proposed: ProposedThreshold | null;
  /** Of this class, or, where it has none of its own, of the whole run. */
  readonly chosen: ChosenThresholds;
  /** A run has just begun: too few scores to draw a line through them. */
  readonly isEarly: boolean;
  /** The score threshold in force; null without scores, or with too few. */
  readonly value: number | null;
  /** Where the share of a human begins, at most `value`; null: there is no middle band. */
  readonly second: number | null;
  change(change: Partial<ChosenThresholds>): void;
}

/** While a run goes on, thresholds wait for as many scores. */
export const fewestScores = 8;

/** Scores of a run and the threshold in force on them: the user's, else the proposed one. */
export function useRunThreshold(
  runId: number | null,
  className: string | null,
  underWay = false,
): RunThreshold {
  const query = useRunScores(runId);
  const key = runId === null ? null : thresholdKey(runId, className);
  const own = useChosenThresholds(key);
  const ofRun = useChosenThresholds(runId === null ? null : thresholdKey(runId, null));
  const chosen = useMemo(() => chosenFor(own, ofRun), [own, ofRun]);
  const changeStore = useThresholdStore((state) => state.change);
  const scores = useMemo(() => query.data && scoresOfClass(query.data, className), [query.data, className]);
  const isEarly = underWay && scores !== undefined && scores.imageIds.length < fewestScores;
  const proposed = useMemo(() => (scores && !isEarly ? proposeThreshold(scores) : null), [scores, isEarly]);
  const change = useCallback(
    (changed: Partial<ChosenThresholds>) => {
      if (key === null) return;
      // A class goes back to what is proposed for it, not to what was chosen for all classes.
      const isUndone = changed.score === null && className !== null && ofRun.score !== null;
      changeStore(key, completeChange(isUndone ? { ...changed, score: proposed?.value ?? null } : changed));
    },
    [changeStore, key, className, ofRun.score, proposed],
  );
  const value = isEarly ? null : (chosen.score ?? proposed?.value ?? null);
  return {
    scores,
    error: query.error,
    proposed,
    chosen,
    isEarly,
    value,
    second: chosen.second === null || value === null ? null : Math.min(chosen.second, value),
    change,
  };
}

/** Who moves a threshold alone takes it away from the recipe or the operating point that it came from. */
function completeChange(changed: Partial<ChosenThresholds>): Partial<ChosenThresholds> {
  return {
    ...(changed.score === undefined ? {} : { recipe: null, point: null }),
    ...(changed.map === undefined ? {} : { mapRecipe: null, mapPoint: null }),
    ...changed,
  };
}
