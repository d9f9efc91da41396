import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auroc, averagePrecision, f1Max } from '../../../src-shared/metrics/ranking.ts';
import { goldenFolder, readGoldenTensors } from '../maps/golden-tensors.ts';

interface MetricCase {
  readonly labels: readonly number[];
  readonly image_auroc: number;
  readonly image_ap: number;
  readonly image_f1max: readonly [number, number];
  readonly pixel_auroc: number;
  readonly pixel_ap: number;
  readonly pixel_f1max: readonly [number, number];
}
const golden = JSON.parse(readFileSync(path.join(goldenFolder, 'metrics-and-preprocess.json'), 'utf8')) as {
  readonly metrics: readonly MetricCase[];
};
const tensor = readGoldenTensors('metrics-and-preprocess.safetensors');

/** F1 at one threshold, straight from its definition. */
function f1At(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): number {
  let [tp, fp, fn] = [0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    const isAbove = scores[i]! >= threshold;
    if (isAbove && labels[i]) tp++;
    else if (isAbove) fp++;
    else if (labels[i]) fn++;
  }
  return (2 * tp) / (2 * tp + fp + fn);
}

describe('ranking metrics', () => {
  test.each(golden.metrics.map((metric, i) => ({ metric, i })))(
    'golden case $i: image and pixel AUROC, AP and F1-max within 1e-6',
    ({ metric, i }) => {
      const image = { scores: tensor(`metrics${i}.scores`).data, labels: metric.labels };
      const pixel = { scores: tensor(`metrics${i}.maps`).data, labels: tensor(`metrics${i}.masks`).data };
      expect(Math.abs(auroc(image)! - metric.image_auroc)).toBeLessThan(1e-6);
      expect(Math.abs(averagePrecision(image)! - metric.image_ap)).toBeLessThan(1e-6);
      expect(Math.abs(f1Max(image)!.value - metric.image_f1max[0])).toBeLessThan(1e-6);
      expect(Math.abs(auroc(pixel)! - metric.pixel_auroc)).toBeLessThan(1e-6);
      expect(Math.abs(averagePrecision(pixel)! - metric.pixel_ap)).toBeLessThan(1e-6);
      const best = f1Max(pixel)!;
      expect(Math.abs(best.value - metric.pixel_f1max[0])).toBeLessThan(1e-6);
      expect(Math.abs(f1At(pixel.scores, pixel.labels, best.threshold) - best.value)).toBeLessThan(1e-12);
    },
  );

  test('AUROC is the share of pairs in the right order, ties counting half, whatever the scores', () => {
    const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(scored, (pairs) => {
        const scores = pairs.map(([score]) => score);
        const labels = pairs.map(([, label]) => label);
        const high = scores.filter((_, i) => labels[i] === 1);
        const low = scores.filter((_, i) => labels[i] === 0);
        const won = high.flatMap((h) => low.map((l) => (h > l ? 1 : h === l ? 0.5 : 0)));
        const area = auroc({ scores, labels });
        if (won.length === 0) expect(area).toBeNull();
        else expect(area).toBeCloseTo(won.reduce<number>((a, b) => a + b, 0) / won.length, 12);
        const best = f1Max({ scores, labels });
        if (best === null) expect(won).toHaveLength(0);
        else expect(best.value).toBeCloseTo(Math.max(...scores.map((s) => f1At(scores, labels, s))), 12);
      }),
    );
  });

  test('one label only gives no figure', () => {
    for (const labels of [
      [0, 0],
      [1, 1],
      [true, true],
    ]) {
      expect([auroc, averagePrecision, f1Max].map((metric) => metric({ scores: [1, 2], labels }))).toEqual([
        null,
        null,
        null,
      ]);
    }
    expect(auroc({ scores: [], labels: [] })).toBeNull();
  });

  test('scores that are equal everywhere give half the area and the share of anomalies as precision', () => {
    const scored = { scores: [1, 1, 1, 1], labels: [1, 0, 0, 0] };
    expect(auroc(scored)).toBe(0.5);
    expect(averagePrecision(scored)).toBe(0.25);
    expect(f1Max(scored)).toEqual({ value: 0.4, threshold: 1 });
  });

  test('infinite scores are ranked and scores that are no numbers are refused', () => {
    expect(auroc({ scores: [Infinity, 1, -Infinity], labels: [1, 1, 0] })).toBe(1);
    expect(() => auroc({ scores: [NaN, 1], labels: [1, 0] })).toThrow(RangeError);
    expect(() => auroc({ scores: [1], labels: [1, 0] })).toThrow(RangeError);
  });
});
