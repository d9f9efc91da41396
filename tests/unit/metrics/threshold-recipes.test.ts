import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import { cutAfter } from '../../../src-shared/metrics/propose-threshold.ts';
import {
  countAbove,
  countColumns,
  countReaching,
  sortScores,
} from '../../../src-shared/metrics/score-columns.ts';
import { thresholdOfRecipe } from '../../../src-shared/metrics/threshold-recipes.ts';

type Row = readonly [number, Label | null];

const rows = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom<Label | null>('good', 'anomalous', null)),
  { minLength: 1, maxLength: 60 },
);

function columnsOf(some: readonly Row[]) {
  const descending = [...some].sort(([a], [b]) => b - a);
  return sortScores({
    scores: descending.map(([score]) => score),
    labels: descending.map(([, label]) => label),
  });
}

/** The same counts by looking at every image. */
function countOneByOne(some: readonly Row[], threshold: number) {
  const countWhere = (label: Label | null) =>
    some.filter((row) => row[1] === label && row[0] >= threshold).length;
  const total = (label: Label) => some.filter((row) => row[1] === label).length;
  const hits = countWhere('anomalous');
  return {
    flagged: some.filter(([score]) => score >= threshold).length,
    hits,
    alarms: countWhere('good'),
    misses: total('anomalous') - hits,
    goodCount: total('good'),
    anomalousCount: total('anomalous'),
    unlabelled: countWhere(null),
  };
}

/** Every threshold that counts differently: at each score, and above all. */
function everyThreshold(some: readonly Row[]): readonly number[] {
  return [...new Set(some.map(([score]) => score)), 1e6];
}

describe('sorted columns', () => {
  it('count by binary search what looking at every image counts', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: -1, max: 17, noNaN: true }), (some, threshold) => {
        const { unlabelled, ...counts } = countOneByOne(some, threshold);
        const columns = columnsOf(some);
        expect(countColumns(columns, threshold)).toEqual(counts);
        expect(countReaching(columns.unlabelled, threshold)).toBe(unlabelled);
        expect(countAbove(columns.all, threshold)).toBe(some.filter(([score]) => score > threshold).length);
      }),
    );
  });
});

describe('a recipe', () => {
  it('for the best F1 is not bettered by any threshold', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const columns = columnsOf(some);
        const value = thresholdOfRecipe(columns, { kind: 'best-f1', target: null });
        if (columns.good.length === 0 || columns.anomalous.length === 0) {
          expect(value).toBeNull();
          return;
        }
        const f1At = (threshold: number) => {
          const { hits, alarms, misses } = countOneByOne(some, threshold);
          return (2 * hits) / (2 * hits + alarms + misses);
        };
        const best = Math.max(...everyThreshold(some).map(f1At));
        expect(f1At(value!)).toBeCloseTo(best, 12);
      }),
    );
  });

  it('for no miss stops every anomalous image and as few others as any threshold that does', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const columns = columnsOf(some);
        const value = thresholdOfRecipe(columns, { kind: 'recall-1', target: null });
        if (columns.anomalous.length === 0) {
          expect(value).toBeNull();
          return;
        }
        const { misses, flagged } = countOneByOne(some, value!);
        expect(misses).toBe(0);
        const fewest = Math.min(
          ...everyThreshold(some)
            .map((threshold) => countOneByOne(some, threshold))
            .filter((counts) => counts.misses === 0)
            .map((counts) => counts.flagged),
        );
        expect(flagged).toBe(fewest);
      }),
    );
  });

  it('for a share of misses keeps it and stops as little as it can', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 100 }), (some, percent) => {
        const columns = columnsOf(some);
        const value = thresholdOfRecipe(columns, { kind: 'miss-rate', target: percent / 100 });
        if (value === null) {
          expect(columns.anomalous).toHaveLength(0);
          return;
        }
        const keeps = ({ misses, anomalousCount }: { misses: number; anomalousCount: number }) =>
          misses * 100 <= percent * anomalousCount;
        const counts = countOneByOne(some, value);
        expect(keeps(counts)).toBe(true);
        const fewest = everyThreshold(some)
          .map((threshold) => countOneByOne(some, threshold))
          .filter(keeps)
          .map(({ flagged }) => flagged);
        expect(counts.flagged).toBe(Math.min(...fewest));
      }),
    );
  });

  it('for a share of false alarms, or of a batch, keeps it and stops as much as it can', () => {
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom('false-alarm-rate', 'alarm-share'),
        (some, percent, kind) => {
          const columns = columnsOf(some);
          const value = thresholdOfRecipe(columns, { kind, target: percent / 100 });
          if (value === null) {
            expect(columns.good).toHaveLength(0);
            return;
          }
          const hasUnlabelled = columns.unlabelled.length > 0;
          const keeps = (counts: ReturnType<typeof countOneByOne>) => {
            if (kind === 'false-alarm-rate') return counts.alarms * 100 <= percent * counts.goodCount;
            return hasUnlabelled
              ? counts.unlabelled * 100 <= percent * columns.unlabelled.length
              : counts.flagged * 100 <= percent * some.length;
          };
          const counts = countOneByOne(some, value);
          expect(keeps(counts)).toBe(true);
          const most = everyThreshold(some)
            .map((threshold) => countOneByOne(some, threshold))
            .filter(keeps)
            .map(({ flagged }) => flagged);
          expect(counts.flagged).toBe(Math.max(...most));
        },
      ),
    );
  });
});

describe('a cut', () => {
  it('between two neighbouring numbers still parts them', () => {
    const above = 1 + Number.EPSILON;
    expect(cutAfter([above, 1], 1)).toBe(above);
    expect(cutAfter([3, 1], 1)).toBe(2);
  });
});
