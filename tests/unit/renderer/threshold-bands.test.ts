import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import { precisionRecallPoints, rocPoints, thinPoints } from '../../../src-renderer/state/curves.ts';
import {
  checkPromise,
  sayInterval,
  sayPerThousand,
  sayPromise,
} from '../../../src-renderer/state/promise-words.ts';
import { countBands, moveCut, nearestRows, qualityOf } from '../../../src-renderer/state/threshold-bands.ts';
import { aurocOf } from '../../../src-shared/metrics/ranking.ts';
import { sortScores } from '../../../src-shared/metrics/score-columns.ts';

const rows = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom<Label | null>('good', 'anomalous', null)),
  { maxLength: 60 },
);

describe('two thresholds', () => {
  it('part the images as looking at each of them does', () => {
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: -1, max: 21 }),
        fc.integer({ min: 0, max: 9 }),
        (some, low, gap) => {
          const columns = sortScores({
            scores: some.map(([score]) => score),
            labels: some.map(([, label]) => label),
          });
          const [second, threshold] = [low, low + gap];
          const bands = countBands(columns, { threshold, second });
          for (const [key, label] of [
            ['good', 'good'],
            ['anomalous', 'anomalous'],
            ['unlabelled', null],
          ] as const) {
            const own = some.flatMap(([score, each]) => (each === label ? [score] : []));
            expect(bands.stopped[key]).toBe(own.filter((score) => score >= threshold).length);
            expect(bands.human?.[key]).toBe(
              own.filter((score) => score >= second && score < threshold).length,
            );
            expect(bands.passed[key]).toBe(own.filter((score) => score < second).length);
          }
        },
      ),
    );
  });

  it('leave nothing to a human where there is only one', () => {
    const columns = sortScores({ scores: [3, 2, 1], labels: ['anomalous', 'good', 'good'] });
    const bands = countBands(columns, { threshold: 2, second: null });
    expect(bands).toEqual({
      stopped: { anomalous: 1, good: 1, unlabelled: 0 },
      human: null,
      passed: { anomalous: 0, good: 1, unlabelled: 0 },
    });
    const quality = qualityOf(columns, bands);
    expect(quality).toMatchObject({ precision: 0.5, recall: 1 });
    expect(quality.f1).toBeCloseTo(2 / 3, 12);
  });

  it('never cross: the other one gives way', () => {
    expect(moveCut({ threshold: 5, second: 3 }, 'threshold', 2)).toEqual({ threshold: 2, second: 2 });
    expect(moveCut({ threshold: 5, second: 3 }, 'second', 6)).toEqual({ threshold: 6, second: 6 });
    expect(moveCut({ threshold: 5, second: null }, 'threshold', 2)).toEqual({ threshold: 2, second: null });
  });
});

describe('the nearest images', () => {
  it('lie on both sides of the threshold, and stop at the ends of the list', () => {
    expect(nearestRows(3, 6, 2)).toEqual({ above: [1, 2], below: [3, 4] });
    expect(nearestRows(0, 2, 4)).toEqual({ above: [], below: [0, 1] });
    expect(nearestRows(2, 2, 4)).toEqual({ above: [0, 1], below: [] });
  });
});

describe('curves', () => {
  const { ranking } = sortScores({
    scores: [5, 4, 3, 2, 1],
    labels: ['anomalous', 'good', 'anomalous', null, 'good'],
  });

  it('go through every distinct score', () => {
    expect(rocPoints(ranking)).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 0.5 },
      { x: 0.5, y: 0.5 },
      { x: 0.5, y: 1 },
      { x: 1, y: 1 },
    ]);
    expect(precisionRecallPoints(ranking)[0]).toEqual({ x: 0.5, y: 1 });
    expect(aurocOf(ranking)).toBe(0.75);
  });

  it('do not exist without both labels', () => {
    const good = sortScores({ scores: [1], labels: ['good'] });
    expect(rocPoints(good.ranking)).toEqual([]);
    expect(precisionRecallPoints(good.ranking)).toEqual([]);
  });

  it('are thinned to their pixels and keep both ends', () => {
    const points = Array.from({ length: 50_001 }, (_, k) => ({ x: k / 50_000, y: k / 50_000 }));
    const thin = thinPoints(points, 100);
    expect(thin.length).toBeLessThanOrEqual(103);
    expect(thin[0]).toEqual({ x: 0, y: 0 });
    expect(thin.at(-1)).toEqual({ x: 1, y: 1 });
  });
});

describe('what the labels can promise', () => {
  it('is said per thousand with the exact interval', () => {
    // Clopper-Pearson for 13 of 1,000: 0.69 to 2.21 %.
    expect(sayPerThousand({ events: 13, trials: 1000 }, 'stopped')).toBe(
      'Of 1,000 good parts about 13 would be stopped: 7 to 22.',
    );
    expect(sayInterval({ events: 13, trials: 1000 })).toBe('1.3 % (0.7 to 2.2 %)');
    expect(sayInterval({ events: 0, trials: 0 })).toBe('–');
    expect(sayPerThousand({ events: 0, trials: 0 }, 'stopped')).toContain('cannot be said');
  });

  it('is refused with the number of labels that would do: 368 without a miss for 1 %', () => {
    // (1 - 0.01)^n <= 0.025 from n = 368 on.
    const rate = { events: 0, trials: 40 };
    const check = checkPromise(rate, 0.01);
    expect(check).toMatchObject({ kind: 'too-few', needed: 368 });
    expect(sayPromise(check, rate, 0.01, 'missed')).toBe(
      'The labels cannot support «at most 1 % of anomalous parts missed»: none of 40 still allows 8.8 %. About 368 without one would be needed.',
    );
    expect(sayPromise(checkPromise(rate, 1 / 500), rate, 1 / 500, 'missed')).toContain(
      '«at most 1 anomalous part missed in 500»',
    );
    expect(checkPromise({ events: 0, trials: 368 }, 0.01).kind).toBe('kept');
    expect(checkPromise({ events: 0, trials: 367 }, 0.01).kind).toBe('too-few');
  });

  it('is contradicted where more happened already, and open where nothing is labelled', () => {
    expect(checkPromise({ events: 5, trials: 50 }, 0.05)).toEqual({ kind: 'broken', share: 0.1 });
    expect(checkPromise({ events: 0, trials: 0 }, 0.05)).toMatchObject({
      kind: 'too-few',
      upper: 1,
      needed: 72,
    });
    expect(checkPromise({ events: 1, trials: 20 }, 0.05)).toMatchObject({ kind: 'too-few', needed: null });
  });

  it('needs a number of labels that is enough, and one fewer is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 30 }), (trials, percent) => {
        const check = checkPromise({ events: 0, trials }, percent / 100);
        if (check.kind !== 'too-few') return;
        expect(checkPromise({ events: 0, trials: check.needed! }, percent / 100).kind).toBe('kept');
        expect(checkPromise({ events: 0, trials: check.needed! - 1 }, percent / 100).kind).toBe('too-few');
      }),
      { numRuns: 40 },
    );
  });
});
