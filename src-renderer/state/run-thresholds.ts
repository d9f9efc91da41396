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
  /** The score threshold in force; null without scores. */
  readonly value: number | null;
  change(change: Partial<ChosenThresholds>): void;
}

/** Scores of a run and the threshold in force on them: the user's, else the proposed one. */
export function useRunThreshold(runId: number | null, className: string | null): RunThreshold {
  const query = useRunScores(runId);
  const key = runId === null ? null : thresholdKey(runId, className);
  const chosen = useChosenThresholds(key);
  const changeStore = useThresholdStore((state) => state.change);
  const scores = useMemo(() => query.data && scoresOfClass(query.data, className), [query.data, className]);
  const proposed = useMemo(() => (scores ? proposeThreshold(scores) : null), [scores]);
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
    value: chosen.score ?? proposed?.value ?? null,
    change,
  };
}
