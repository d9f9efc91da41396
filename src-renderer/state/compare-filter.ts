import { z } from 'zod';
import type { VerdictValue } from '../../src-shared/domain/verdict.ts';
import { countsAt, type Comparison } from './compare.ts';

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
  'metrics-counted',
  'metrics-left-out',
] as const;
export const compareFilterSchema = z.enum(compareFilters);
export type CompareFilter = z.infer<typeof compareFilterSchema>;

export interface FilterFacts {
  readonly verdicts: ReadonlyMap<number, VerdictValue>;
  /** Of the panes; null: it says nothing. */
  readonly thresholds: readonly (number | null)[];
}

/** The rows that a filter leaves, in their order. */
export function filterRows(
  comparison: Comparison,
  rows: readonly number[],
  filters: readonly CompareFilter[],
  facts: FilterFacts,
): readonly number[] {
  if (filters.length === 0) return rows;
  const wanted = new Set<string>(filters);
  const groups = ['label', 'verdict', 'panes', 'metrics'].filter((group) =>
    filters.some((filter) => filter.startsWith(`${group}-`)),
  );
  return rows.filter((row) => {
    const tokens = tokensOf(comparison, row, facts);
    return groups.every((group) =>
      tokens.some((token) => token.startsWith(`${group}-`) && wanted.has(token)),
    );
  });
}

/** How many of some rows each filter names. */
export function countFilters(
  comparison: Comparison,
  rows: readonly number[],
  facts: FilterFacts,
): ReadonlyMap<CompareFilter, number> {
  const counts = new Map<CompareFilter, number>();
  for (const row of rows)
    for (const token of tokensOf(comparison, row, facts)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

function tokensOf(
  comparison: Comparison,
  row: number,
  { verdicts, thresholds }: FilterFacts,
): readonly CompareFilter[] {
  const label = comparison.labels[row] ?? null;
  const predictions = new Set(
    comparison.scores.flatMap((column, place) => {
      const [score, threshold] = [column[row] ?? null, thresholds[place] ?? null];
      return score === null || threshold === null ? [] : [score >= threshold];
    }),
  );
  const counted = comparison.scores.some((_, place) => countsAt(comparison, place, row));
  return [
    `label-${label ?? 'none'}`,
    `verdict-${verdicts.get(comparison.imageIds[row] ?? 0) ?? 'none'}`,
    predictions.size > 1 ? 'panes-differ' : 'panes-agree',
    counted ? 'metrics-counted' : 'metrics-left-out',
  ];
}
