import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import { binScores } from '../../../src-renderer/state/histogram.ts';
import { pickUsualImages, quantile } from '../../../src-shared/maps/map-threshold.ts';
import { scoresOfClass } from '../../../src-renderer/state/run-thresholds.ts';
import { describeCounts, describeProposal } from '../../../src-renderer/state/threshold-words.ts';
import { countAtThreshold, proposeThreshold, thresholdKey } from '../../../src-renderer/state/thresholds.ts';

/** Worst first, as the core sends them. */
function sorted(rows: readonly (readonly [number, Label | null])[]) {
  const descending = [...rows].sort(([a], [b]) => b - a);
  return { scores: descending.map(([score]) => score), labels: descending.map(([, label]) => label) };
}

const separable = sorted([
  [0.9, 'anomalous'],
  [0.8, 'anomalous'],
  [0.3, 'good'],
  [0.1, 'good'],
]);

describe('the proposed score threshold', () => {
  it('lies halfway between the labels where they can be told apart', () => {
    const proposed = proposeThreshold(separable);
    expect(proposed).toMatchObject({ kind: 'best-f1', f1: 1, precision: 1, recall: 1 });
    expect(proposed?.value).toBeCloseTo(0.55);
    expect(proposed && describeProposal(proposed)).toBe(
      'Chosen for the best F1 (100.0 %) on 2 good and 2 anomalous images.',
    );
  });

  it('has the best F1 of all thresholds, by trying each', () => {
    const rows = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom<Label>('good', 'anomalous')),
      { minLength: 2, maxLength: 40 },
    );
    fc.assert(
      fc.property(rows, (some) => {
        const scores = sorted([[5, 'good'], [15, 'anomalous'], ...some]);
        const proposed = proposeThreshold(scores);
        if (proposed?.kind !== 'best-f1') return;
        const f1At = (threshold: number) => {
          const { hits, alarms, misses } = countAtThreshold(scores, threshold);
          return (2 * hits) / (2 * hits + alarms + misses);
        };
        expect(f1At(proposed.value)).toBeCloseTo(proposed.f1, 10);
        for (const threshold of scores.scores)
          expect(f1At(threshold)).toBeLessThanOrEqual(proposed.f1 + 1e-12);
      }),
    );
  });

  it('takes the widest gap where the best F1 would stop nearly every good part, and says so', () => {
    // Half of the anomalous lie far above, the others below all good: F1 is best when everything is flagged.
    const scores = sorted([
      ...Array.from({ length: 4 }, (_, k) => [10 + k, 'anomalous'] as const),
      ...Array.from({ length: 3 }, (_, k) => [5 + k, 'good'] as const),
      ...Array.from({ length: 4 }, (_, k) => [k, 'anomalous'] as const),
    ]);
    const proposed = proposeThreshold(scores);
    expect(proposed).toMatchObject({ kind: 'widest-gap', recall: 0.5, falseAlarmRate: 0 });
    expect(proposed?.value).toBeCloseTo(8.5);
    expect(proposed && describeProposal(proposed)).toContain('50 % of anomalous and 0 % of good');
  });

  it('keeps 95 % of good parts below it where only good ones are labelled', () => {
    const scores = sorted(Array.from({ length: 100 }, (_, k) => [k, 'good'] as const));
    const proposed = proposeThreshold(scores);
    expect(proposed?.kind).toBe('above-good');
    expect(countAtThreshold(scores, proposed!.value).alarms).toBe(5);
  });

  it('finds 95 % of anomalous parts where only those are labelled', () => {
    const scores = sorted(Array.from({ length: 100 }, (_, k) => [k, 'anomalous'] as const));
    const proposed = proposeThreshold(scores);
    expect(proposed?.kind).toBe('most-anomalous');
    expect(countAtThreshold(scores, proposed!.value).hits).toBe(95);
  });

  it('flags the highest tenth where nothing is labelled', () => {
    const scores = sorted(Array.from({ length: 50 }, (_, k) => [k, null] as const));
    const proposed = proposeThreshold(scores);
    expect(proposed?.kind).toBe('top-share');
    expect(countAtThreshold(scores, proposed!.value).flagged).toBe(5);
  });

  it('is absent without scores and exists for a single one', () => {
    expect(proposeThreshold({ scores: [], labels: [] })).toBeNull();
    expect(proposeThreshold({ scores: [0.5], labels: [null] })?.value).toBeLessThan(0.5);
  });
});

describe('what a threshold does', () => {
  it('is counted over labelled images and said in words', () => {
    const scores = sorted([
      ...separable.scores.map((s, k) => [s, separable.labels[k] ?? null] as const),
      [0.85, null],
    ]);
    const counts = countAtThreshold(scores, 0.8);
    expect(counts).toEqual({ flagged: 3, hits: 2, alarms: 0, misses: 0, goodCount: 2, anomalousCount: 2 });
    expect(describeCounts(counts, 5)).toBe('Flags 3 of 5 images, finds 2 of 2 anomalous, stops 0 of 2 good.');
  });

  it('belongs to a run and, inside it, to a class', () => {
    expect(thresholdKey(4, null)).toBe('4');
    expect(thresholdKey(4, 'hazelnut')).toBe('4/hazelnut');
  });
});

describe('columns of scores', () => {
  const all = {
    classNames: ['felt', 'tile'],
    imageIds: [7, 3, 9],
    scores: [0.9, 0.5, 0.1],
    labels: ['anomalous', null, 'good'] as const,
    classes: [1, 0, 1],
    leftOut: [null, null, null],
  };

  it('can be narrowed to a class without changing their order', () => {
    expect(scoresOfClass(all, 'tile')).toMatchObject({
      imageIds: [7, 9],
      scores: [0.9, 0.1],
      labels: ['anomalous', 'good'],
    });
    expect(scoresOfClass(all, 'no such class').imageIds).toEqual([]);
    expect(scoresOfClass(all, null)).toBe(all);
  });

  it('fall into bins with both ends inside', () => {
    const bins = binScores({ scores: [1, 0.5, 0], labels: ['anomalous', null, 'good'] }, 0, 1, 2);
    expect(bins).toEqual([
      { good: 1, anomalous: 0, unlabelled: 0 },
      { good: 0, anomalous: 1, unlabelled: 1 },
    ]);
  });
});

describe('the proposed map threshold', () => {
  it('looks at good images where there are some, spread over their scores', () => {
    const imageIds = Array.from({ length: 200 }, (_, k) => k + 1);
    const labels = imageIds.map((id) => (id % 2 === 0 ? 'good' : 'anomalous') satisfies Label);
    const picked = pickUsualImages({ imageIds, labels });
    expect(picked.from).toBe('good');
    expect(picked.imageIds).toHaveLength(24);
    expect(picked.imageIds.every((id) => id % 2 === 0)).toBe(true);
    expect(new Set(picked.imageIds).size).toBe(24);
  });

  it('looks at the lower half where nothing is labelled good', () => {
    const picked = pickUsualImages({ imageIds: [1, 2, 3, 4], labels: [null, null, null, null] });
    expect(picked).toEqual({ from: 'low-half', imageIds: [3, 4] });
  });

  it('is a quantile of the values', () => {
    const values = Float32Array.from({ length: 100 }, (_, k) => 99 - k);
    expect(quantile(values, 0.99)).toBe(99);
    expect(quantile(values, 0)).toBe(0);
    expect(quantile(values, 1)).toBe(99);
    expect(() => quantile(new Float32Array(), 0.5)).toThrow(RangeError);
  });
});
