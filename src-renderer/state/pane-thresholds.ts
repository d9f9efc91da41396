import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { chosenFor, nothingChosen, thresholdKey } from '../../src-shared/domain/chosen-thresholds.ts';
import type { OperatingPoint } from '../../src-shared/domain/operating-point.ts';
import type { RunScores } from '../../src-shared/domain/run.ts';
import { proposeThreshold } from '../../src-shared/metrics/propose-threshold.ts';
import { sortScores } from '../../src-shared/metrics/score-columns.ts';
import { thresholdOfRecipe, type ThresholdRecipe } from '../../src-shared/metrics/threshold-recipes.ts';
import { useClient } from './client-context.ts';
import { paneCuts, paneToken, type ComparedPane, type PaneThreshold } from './compare-panes.ts';
import { scoresOfClass } from './run-thresholds.ts';
import { useThresholdStore } from './thresholds.ts';

export interface PanesCut {
  /** Of each pane: its own score threshold, or the one in force in Review; null without scores. */
  readonly thresholds: readonly (number | null)[];
  /** Where each pane's middle band begins, at most its threshold; null: it has none. */
  readonly seconds: readonly (number | null)[];
}

/** Where each pane cuts scores. */
export function usePaneThresholds(
  panes: readonly ComparedPane[],
  scores: readonly (RunScores | undefined)[],
  className: string | null,
  points: readonly OperatingPoint[],
): PanesCut {
  const byKey = useThresholdStore((state) => state.byKey);
  const proposed = useMemo(
    () =>
      scores.map((each) => (each ? (proposeThreshold(scoresOfClass(each, className))?.value ?? null) : null)),
    [scores, className],
  );
  return useMemo(() => {
    const cuts = panes.map(({ run, at }, place) => {
      const own = paneCuts(at, points);
      if (own.score !== null) return { threshold: own.score, second: own.second };
      const chosen = chosenFor(
        byKey[thresholdKey(run.id, className)] ?? nothingChosen,
        byKey[thresholdKey(run.id, null)] ?? nothingChosen,
      );
      const threshold = chosen.score ?? proposed[place] ?? null;
      const second = chosen.second === null || threshold === null ? null : Math.min(chosen.second, threshold);
      return { threshold, second };
    });
    return {
      thresholds: cuts.map(({ threshold }) => threshold),
      seconds: cuts.map(({ second }) => second),
    };
  }, [panes, byKey, className, points, proposed]);
}

/** What a pane can be cut at besides Review's threshold, as far as the labels allow it. */
export const paneRecipes = [
  { kind: 'best-f1', target: null },
  { kind: 'recall-1', target: null },
  { kind: 'false-alarm-rate', target: 0.05 },
  { kind: 'false-alarm-rate', target: 0.01 },
] as const satisfies readonly ThresholdRecipe[];

/** The threshold of each of `paneRecipes` over the images that metrics count; null where labels are missing. */
export function recipeValues(scores: RunScores): readonly (number | null)[] {
  const counted = [...scores.scores.keys()].filter((row) => scores.leftOut[row] === null);
  const columns = sortScores({
    scores: counted.flatMap((row) => scores.scores[row] ?? []),
    labels: counted.map((row) => scores.labels[row] ?? null),
  });
  return paneRecipes.map((recipe) => thresholdOfRecipe(columns, recipe));
}

/** A threshold for a second pane of a run that cuts elsewhere than the panes that are there. */
export function otherThreshold(scores: RunScores, taken: readonly (number | null)[]): PaneThreshold {
  const lowest = scores.scores.at(-1) ?? 0;
  const highest = scores.scores[0] ?? 1;
  const candidates = [...recipeValues(scores), (lowest + highest) / 2, highest, lowest];
  const known = new Set(taken.map(shortened));
  const value = candidates.find((each) => each !== null && !known.has(shortened(each)));
  return { kind: 'score', value: value ?? highest };
}

function shortened(value: number | null): string {
  return value === null ? '' : paneToken(1, { kind: 'score', value });
}

const pointsRoot = 'operating-points-of-set';

/** Saved thresholds of a data set, newest first. */
export function useSavedThresholds(datasetId: number): readonly OperatingPoint[] {
  const client = useClient();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: [pointsRoot, datasetId],
    queryFn: async () => (await client.call('operatingPoints.list', { datasetId })).operatingPoints,
  });
  useEffect(
    () =>
      client.transport.onEvent((event) => {
        if (event.event === 'operatingPoints.changed')
          void queries.invalidateQueries({ queryKey: [pointsRoot] });
      }),
    [client, queries],
  );
  return data ?? none;
}

const none: readonly OperatingPoint[] = [];
