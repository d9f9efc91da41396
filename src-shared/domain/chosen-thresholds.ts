import { z } from 'zod';
import { idSchema } from './dataset.ts';
import { recipeKinds } from './operating-point.ts';

const finite = z.number().finite();

/** The recipe that put a threshold where it is; it counts only as long as the threshold is still at `value`. */
const cookedSchema = z
  .object({ kind: z.enum(recipeKinds), target: z.number().nullable(), value: finite })
  .readonly()
  .nullable()
  .catch(null);
export type CookedThreshold = NonNullable<z.infer<typeof cookedSchema>>;

/** The operating point that a threshold was taken from; it counts only as long as the threshold is still at `value`. */
const takenSchema = z.object({ id: idSchema, value: finite }).readonly().nullable().catch(null);

/**
 * What a person chose of the thresholds of a run, or of one class of it; null: nothing, so the proposed one stands.
 * `score`, `second`, `recipe` and `point` are of the image level, `map` and what begins with it of the pixel level.
 */
export const chosenThresholdsSchema = z.object({
  score: finite.nullable().catch(null),
  /** Where a human's share begins: images from here up to the score threshold are looked at again; null: none are. */
  second: finite.nullable().catch(null),
  recipe: cookedSchema,
  point: takenSchema,
  map: finite.nullable().catch(null),
  mapSecond: finite.nullable().catch(null),
  mapRecipe: cookedSchema,
  mapPoint: takenSchema,
  /** Smaller regions do not count, in pixels of the rendered map; null: `usualRegionAreaPx`. */
  minRegionAreaPx: z.number().int().min(1).nullable().catch(null),
});
export type ChosenThresholds = Readonly<z.infer<typeof chosenThresholdsSchema>>;

export const nothingChosen: ChosenThresholds = chosenThresholdsSchema.parse({});

/** Settings whose names begin so hold what was chosen; the rest of the name is `thresholdKey`. */
export const thresholdSettingPrefix = 'window.thresholds.';

/** Classes of one data set can score on quite different levels, so each class has thresholds of its own. */
export function thresholdKey(runId: number, className: string | null): string {
  return className === null ? `${runId}` : `${runId}/${className}`;
}

/**
 * What holds for a class: its own choice, and where it has none what was chosen for the whole run. Image level and pixel
 * level are taken as a whole each.
 */
export function chosenFor(own: ChosenThresholds, ofRun: ChosenThresholds): ChosenThresholds {
  const image = own.score === null ? ofRun : own;
  const pixel = own.map === null ? ofRun : own;
  return {
    score: image.score,
    second: image.second,
    recipe: image.recipe,
    point: image.point,
    map: pixel.map,
    mapSecond: pixel.mapSecond,
    mapRecipe: pixel.mapRecipe,
    mapPoint: pixel.mapPoint,
    minRegionAreaPx: own.minRegionAreaPx ?? ofRun.minRegionAreaPx,
  };
}

/** Smaller regions than this share of the map are noise of the upsampling, not findings. */
const smallestShare = 0.0002;

/** The minimum region area where nobody chose one: 0.02 % of the map, in its pixels. */
export function usualRegionAreaPx(mapSidePx: number): number {
  return Math.max(1, Math.round(smallestShare * mapSidePx * mapSidePx));
}
