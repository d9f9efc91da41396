import { useMemo } from 'react';
import type { ChosenThresholds, CookedThreshold } from '../../src-shared/domain/chosen-thresholds.ts';
import type { OperatingPoint } from '../../src-shared/domain/operating-point.ts';
import type { RunScale, RunScores } from '../../src-shared/domain/run.ts';
import { sortScores, type ScoreColumns } from '../../src-shared/metrics/score-columns.ts';
import { thresholdOfRecipe, type ThresholdRecipe } from '../../src-shared/metrics/threshold-recipes.ts';
import { mapThresholdOfRecipe, rankByRegion, snapToEdge, type ProfileTable } from './map-profile.ts';
import type { RunThreshold } from './run-thresholds.ts';
import { moveCut, type Cuts } from './threshold-bands.ts';
import type { ThresholdLevel } from './threshold-words.ts';

/** Images from the worst on, each with what a threshold is held against. */
export type RankedImages = Pick<RunScores, 'imageIds' | 'labels' | 'scores'>;

/** A threshold that can be moved, on scores or on maps: what the panels of the view need of either. */
export interface ThresholdModel {
  readonly level: ThresholdLevel;
  readonly min: number;
  readonly max: number;
  /** Images by score; at the pixel level by the threshold at which their first region appears. */
  readonly ranked: RankedImages;
  readonly columns: ScoreColumns;
  readonly cuts: Cuts;
  /** The rule that put the threshold where it is; null: a person did, or it is the proposed one. */
  readonly recipe: CookedThreshold | null;
  /** The operating point that it was taken from. */
  readonly pointId: number | null;
  readonly isProposed: boolean;
  /** Of the pixel level; null at the image level. */
  readonly table: ProfileTable | null;
}

/** Few-shot references were shown to the method, so they tell nothing of it. */
export function withoutReferences(scores: RunScores): RankedImages & { readonly leftOut: number } {
  const { imageIds, labels, scores: values, leftOut } = scores;
  const kept = [...imageIds.keys()].filter((row) => leftOut[row] !== 'reference');
  if (kept.length === imageIds.length) return { imageIds, labels, scores: values, leftOut: 0 };
  return {
    imageIds: kept.map((row) => imageIds[row] ?? 0),
    labels: kept.map((row) => labels[row] ?? null),
    scores: kept.map((row) => values[row] ?? 0),
    leftOut: imageIds.length - kept.length,
  };
}

/** The threshold on scores; `value` is the one in force. */
export function useImageModel(
  { chosen, value }: Pick<RunThreshold, 'chosen' | 'value'>,
  ranked: RankedImages,
  scale: RunScale,
): ThresholdModel | null {
  const columns = useMemo(() => sortScores(ranked), [ranked]);
  // Review moves the upper threshold alone; the lower one never lies above it.
  const second = chosen.second === null || value === null ? null : Math.min(chosen.second, value);
  const cuts = useMemo<Cuts>(() => ({ threshold: value ?? 0, second }), [value, second]);
  if (value === null) return null;
  return {
    level: 'image',
    min: scale.scoreMin,
    max: scale.scoreMax,
    ranked,
    columns,
    cuts,
    recipe: chosen.recipe?.value === value ? chosen.recipe : null,
    pointId: chosen.point?.value === value ? chosen.point.id : null,
    isProposed: chosen.score === null,
    table: null,
  };
}

/** The threshold on maps, at an edge of the profile; `proposed` holds where nobody chose one. */
export function usePixelModel(
  { chosen }: Pick<RunThreshold, 'chosen'>,
  table: ProfileTable | undefined,
  proposed: number | null,
): ThresholdModel | null {
  const ranked = useMemo(() => table && rankByRegion(table), [table]);
  const columns = useMemo(() => ranked && sortScores(ranked), [ranked]);
  const value = chosen.map ?? proposed;
  const threshold = table && value !== null ? snapToEdge(table, value) : null;
  const second =
    table && threshold !== null && chosen.mapSecond !== null
      ? Math.min(threshold, snapToEdge(table, chosen.mapSecond))
      : null;
  const cuts = useMemo<Cuts>(() => ({ threshold: threshold ?? 0, second }), [threshold, second]);
  if (!table || !ranked || !columns || threshold === null) return null;
  return {
    level: 'pixel',
    min: table.profile.mapMin,
    max: table.profile.mapMax,
    ranked,
    columns,
    cuts,
    recipe: chosen.mapRecipe?.value === value ? chosen.mapRecipe : null,
    pointId: chosen.mapPoint?.value === value ? chosen.mapPoint.id : null,
    isProposed: chosen.map === null,
    table,
  };
}

type Change = Partial<ChosenThresholds>;

/** Both thresholds of a level as a change of what is stored; who and what put them there goes with them. */
function place(
  level: ThresholdLevel,
  { threshold, second }: Cuts,
  from: { readonly recipe?: CookedThreshold | null; readonly pointId?: number | null } = {},
): Change {
  const recipe = from.recipe ?? null;
  const point =
    from.pointId === undefined || from.pointId === null ? null : { id: from.pointId, value: threshold };
  return level === 'image'
    ? { score: threshold, second, recipe, point }
    : { map: threshold, mapSecond: second, mapRecipe: recipe, mapPoint: point };
}

/** A handle was moved; at the pixel level it comes to rest at an edge. */
export function moveThreshold(model: ThresholdModel, which: keyof Cuts, to: number): Change {
  const value = model.table ? snapToEdge(model.table, to) : to;
  return place(model.level, moveCut(model.cuts, which, value));
}

/** The middle band begins an eighth of the way down to the scale's lowest value. */
export function setSecond(model: ThresholdModel, on: boolean): Change {
  const { threshold } = model.cuts;
  const lower = threshold - (threshold - model.min) / 8;
  const second = on ? (model.table ? snapToEdge(model.table, lower) : lower) : null;
  return place(
    model.level,
    { threshold, second: second === null ? null : Math.min(second, threshold) },
    model,
  );
}

/** Null where the labels that a recipe needs are not there. */
export function cookThreshold(model: ThresholdModel, recipe: ThresholdRecipe): Change | null {
  const { columns, table, cuts } = model;
  const value = table ? mapThresholdOfRecipe(table, columns, recipe) : thresholdOfRecipe(columns, recipe);
  if (value === null) return null;
  const second = cuts.second === null ? null : Math.min(cuts.second, value);
  return place(model.level, { threshold: value, second }, { recipe: { ...recipe, value } });
}

export function applyPoint({
  id,
  level,
  threshold,
  secondThreshold,
  minRegionAreaPx,
  recipe: { kind, target },
}: OperatingPoint): Change {
  return {
    ...place(
      level,
      { threshold, second: secondThreshold },
      { pointId: id, recipe: kind === 'manual' ? null : { kind, target, value: threshold } },
    ),
    ...(level === 'pixel' && minRegionAreaPx > 0 ? { minRegionAreaPx } : {}),
  };
}

/** Back to what the workbench proposes. */
export function forgetThreshold(level: ThresholdLevel): Change {
  return level === 'image'
    ? { score: null, second: null, recipe: null, point: null }
    : { map: null, mapSecond: null, mapRecipe: null, mapPoint: null };
}
