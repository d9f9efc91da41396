import { z } from 'zod';
import type { VerdictValue } from '../../src-shared/domain/verdict.ts';
import { countsAt, judgePanes, type Comparison } from './compare.ts';

/** What a comparison can be narrowed to: within a group any, between groups all. */
export const compareFilters = [
  'label-anomalous',
  'label-good',
  'label-none',
  'verdict-defect',
  'verdict-unsure',
  'verdict-good',
  'verdict-none',
  'panes-differ',
  'panes-agree',
  'prediction-check',
  'metrics-counted',
  'metrics-left-out',
] as const;
export const compareFilterSchema = z.enum(compareFilters);
export type CompareFilter = z.infer<typeof compareFilterSchema>;

export interface FilterFacts {
  readonly verdicts: ReadonlyMap<number, VerdictValue>;
  /** Of the panes; null: it says nothing. */
  readonly thresholds: readonly (number | null)[];
  /** Where their middle bands begin; null: there is none. */
  readonly seconds: readonly (number | null)[];
}

const groups = ['label', 'verdict', 'panes', 'prediction', 'metrics'] as const;
const bitOf = new Map<string, number>(compareFilters.map((filter, bit) => [filter, 1 << bit]));

function maskOf(...filters: readonly CompareFilter[]): number {
  return filters.reduce((mask, filter) => mask | (bitOf.get(filter) ?? 0), 0);
}

/** What each image of a comparison is: bit k stands for filter k of `compareFilters`. O(images · panes). */
export function filterBits(
  comparison: Comparison,
  { verdicts, thresholds, seconds }: FilterFacts,
): Uint16Array {
  const { apart, toCheck } = judgePanes(comparison, thresholds, seconds);
  const places = [...comparison.scores.keys()];
  return Uint16Array.from(comparison.imageIds, (imageId, row) =>
    maskOf(
      `label-${comparison.labels[row] ?? 'none'}`,
      `verdict-${verdicts.get(imageId) ?? 'none'}`,
      apart[row] === 1 ? 'panes-differ' : 'panes-agree',
      ...(toCheck[row] === 1 ? (['prediction-check'] as const) : []),
      places.some((place) => countsAt(comparison, place, row)) ? 'metrics-counted' : 'metrics-left-out',
    ),
  );
}

/** The rows that filters leave, in their order. */
export function filterRows(
  bits: Uint16Array,
  rows: readonly number[],
  filters: readonly CompareFilter[],
): readonly number[] {
  if (filters.length === 0) return rows;
  const wanted = groups.flatMap((group) => {
    const chosen = filters.filter((filter) => filter.startsWith(`${group}-`));
    return chosen.length === 0 ? [] : [maskOf(...chosen)];
  });
  return rows.filter((row) => wanted.every((mask) => ((bits[row] ?? 0) & mask) !== 0));
}

/** How many of some rows each filter names. */
export function countFilters(bits: Uint16Array, rows: readonly number[]): ReadonlyMap<CompareFilter, number> {
  // By what an image is in all, of which there are few; each of those is looked into once.
  const alike = new Uint32Array(1 << compareFilters.length);
  for (let k = 0; k < rows.length; k++) {
    const own = bits[rows[k] ?? 0] ?? 0;
    alike[own] = (alike[own] ?? 0) + 1;
  }
  const counts = compareFilters.map(() => 0);
  for (const [own, count] of alike.entries())
    if (count > 0)
      for (let bit = 0; bit < counts.length; bit++)
        if ((own & (1 << bit)) !== 0) counts[bit] = (counts[bit] ?? 0) + count;
  return new Map(compareFilters.map((filter, bit) => [filter, counts[bit] ?? 0]));
}
