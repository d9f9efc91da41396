import { cutAfter } from './propose-threshold.ts';
import { f1MaxOf } from './ranking.ts';
import { countAbove, countReaching, type ScoreColumns } from './score-columns.ts';

/** A rule that puts a threshold where it promises something; targets are shares from 0 to 1. */
export type ThresholdRecipe =
  | { readonly kind: 'best-f1' | 'recall-1'; readonly target: null }
  | { readonly kind: 'false-alarm-rate' | 'miss-rate' | 'alarm-share'; readonly target: number };

/** Shares such as 0.29·100 fall a hair short of the whole number that is meant. */
const roundingSlack = 1e-9;

/**
 * The threshold of a recipe, halfway between the last score that reaches it and the next. Null where the labels that it
 * needs are not there.
 * - `best-f1`: the highest threshold with the best F1.
 * - `recall-1`: the highest threshold that misses no anomalous image, which is the one of best precision among them.
 * - `false-alarm-rate`: the lowest threshold that flags at most this share of the good images.
 * - `miss-rate`: the highest threshold that misses at most this share of the anomalous images.
 * - `alarm-share`: the lowest threshold that flags at most this share of the unlabelled images, of all if each has a label.
 */
export function thresholdOfRecipe(columns: ScoreColumns, recipe: ThresholdRecipe): number | null {
  switch (recipe.kind) {
    case 'best-f1': {
      const best = f1MaxOf(columns.ranking);
      return best && cutAfter(columns.all, countReaching(columns.all, best.threshold));
    }
    case 'recall-1':
      return missingAtMost(columns, 0);
    case 'miss-rate':
      return missingAtMost(columns, recipe.target);
    case 'false-alarm-rate':
      return flaggingAtMost(columns, columns.good, recipe.target);
    case 'alarm-share':
      return flaggingAtMost(
        columns,
        columns.unlabelled.length > 0 ? columns.unlabelled : columns.all,
        recipe.target,
      );
  }
}

function missingAtMost({ all, anomalous }: ScoreColumns, share: number): number | null {
  if (anomalous.length === 0) return null;
  const lastFound = anomalous[anomalous.length - 1 - Math.floor(share * anomalous.length + roundingSlack)];
  return cutAfter(all, lastFound === undefined ? 0 : countReaching(all, lastFound));
}

function flaggingAtMost({ all }: ScoreColumns, pool: Float64Array, share: number): number | null {
  if (pool.length === 0) return null;
  const firstSpared = pool[Math.floor(share * pool.length + roundingSlack)];
  return cutAfter(all, firstSpared === undefined ? all.length : countAbove(all, firstSpared));
}
