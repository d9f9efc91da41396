import { useCallback, useMemo } from 'react';
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
  };
}

export interface RunThreshold {
  /** Worst first, of the class that is shown; undefined while loading. */
  readonly scores: RunScores | undefined;
  readonly error: Error | null;
  readonly proposed: ProposedThreshold | null;
  readonly chosen: ChosenThresholds;
  /** A run has just begun: too few scores to draw a line through them. */
  readonly isEarly: boolean;
  /** The score threshold in force; null without scores, or with too few. */
  readonly value: number | null;
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
  const chosen = useChosenThresholds(key);
  const changeStore = useThresholdStore((state) => state.change);
  const scores = useMemo(() => query.data && scoresOfClass(query.data, className), [query.data, className]);
  const isEarly = underWay && scores !== undefined && scores.imageIds.length < fewestScores;
  const proposed = useMemo(() => (scores && !isEarly ? proposeThreshold(scores) : null), [scores, isEarly]);
  const change = useCallback(
    (changed: Partial<ChosenThresholds>) => {
      if (key !== null) changeStore(key, changed);
    },
    [changeStore, key],
  );
  return {
    scores,
    error: query.error,
    proposed,
    chosen,
    isEarly,
    value: isEarly ? null : (chosen.score ?? proposed?.value ?? null),
    change,
  };
}
