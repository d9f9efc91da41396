import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PixelRanking } from '../../../src-main/core/evaluation/pixel-ranking.ts';
import { auroc, averagePrecision, f1Max } from '../../../src-shared/metrics/ranking.ts';
import { goldenFolder, readGoldenTensors } from '../maps/golden-tensors.ts';

interface MetricCase {
  readonly pixel_auroc: number;
  readonly pixel_ap: number;
  readonly pixel_f1max: readonly [number, number];
}
const golden = JSON.parse(readFileSync(path.join(goldenFolder, 'metrics-and-preprocess.json'), 'utf8')) as {
  readonly metrics: readonly MetricCase[];
};
const tensor = readGoldenTensors('metrics-and-preprocess.safetensors');

const noPause = () => Promise.resolve();

/** Ranks a stack of maps, `area` pixels each; a mask without a pixel inside is handed over as null. */
async function rankStack(maps: Float32Array, masks: Uint8Array, area: number) {
  const ranking = new PixelRanking(maps.length);
  for (let at = 0; at < maps.length; at += area) {
    const mask = masks.subarray(at, at + area);
    ranking.add(maps.subarray(at, at + area), mask.includes(1) ? mask : null);
  }
  return await ranking.rank(noPause);
}

describe('pixel ranking', () => {
  test.each(golden.metrics.map((metric, i) => ({ metric, i })))(
    'golden case $i: pixel AUROC, AP and F1-max within 1e-6',
    async ({ metric, i }) => {
      const maps = tensor(`metrics${i}.maps`);
      const [count = 1] = maps.shape;
      const { auroc, ap, f1Max } = await rankStack(
        Float32Array.from(maps.data),
        Uint8Array.from(tensor(`metrics${i}.masks`).data, (value) => (value > 0 ? 1 : 0)),
        maps.data.length / count,
      );
      expect(Math.abs(auroc! - metric.pixel_auroc)).toBeLessThan(1e-6);
      expect(Math.abs(ap! - metric.pixel_ap)).toBeLessThan(1e-6);
      expect(Math.abs(f1Max! - metric.pixel_f1max[0])).toBeLessThan(1e-6);
    },
  );

  test('it says what sorting everything at once says, ties, negative values and both zeros included', async () => {
    const pixel = fc.tuple(
      fc.constantFrom(-2, -0.5, -0, 0, 0.25, 0.25000003, 1, 3e38, Infinity, -Infinity),
      fc.constantFrom(0, 1),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pixel, { minLength: 1, maxLength: 60 }), async (pixels) => {
        const scores = Float32Array.from(pixels, ([score]) => score);
        const labels = Uint8Array.from(pixels, ([, label]) => label);
        const ranked = await rankStack(scores, labels, scores.length);
        const whole = { scores, labels };
        expect(ranked.auroc ?? -1).toBeCloseTo(auroc(whole) ?? -1, 12);
        expect(ranked.ap ?? -1).toBeCloseTo(averagePrecision(whole) ?? -1, 12);
        expect(ranked.f1Max ?? -1).toBeCloseTo(f1Max(whole)?.value ?? -1, 12);
      }),
    );
  });

  test('four pixels, worked out by hand', async () => {
    // Worst first: anomalous 0.9, good 0.8, anomalous 0.7, good 0.1.
    const ranked = await rankStack(Float32Array.of(0.9, 0.8, 0.7, 0.1), Uint8Array.of(1, 0, 1, 0), 4);
    expect(ranked).toEqual({ auroc: 3 / 4, ap: (1 + 2 / 3) / 2, f1Max: 4 / 5 });
  });

  test('a map with a value that is not a number adds nothing', async () => {
    const ranking = new PixelRanking(4);
    expect(ranking.add(Float32Array.of(0.5, NaN), null)).toBe(false);
    expect(ranking.add(Float32Array.of(0.2, 0.8), Uint8Array.of(0, 1))).toBe(true);
    expect((await ranking.rank(noPause)).auroc).toBe(1);
  });

  test('other work has its turn while a million pixels are sorted', async () => {
    const ranking = new PixelRanking(1_000_000);
    ranking.add(
      Float32Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 1_000_003),
      Uint8Array.from({ length: 1_000_000 }, (_, i) => i % 2),
    );
    let pauses = 0;
    await ranking.rank(() => {
      pauses++;
      return Promise.resolve();
    });
    expect(pauses).toBeGreaterThanOrEqual(8);
  });
});
