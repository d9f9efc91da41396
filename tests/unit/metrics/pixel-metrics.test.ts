import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  pixelMetricsOf,
  type PixelMetrics,
  type PixelStack,
} from '../../../src-shared/metrics/pixel-metrics.ts';
import { bruteForceMetrics } from './brute-force.ts';
import { goldenFolder, readGoldenTensors } from '../maps/golden-tensors.ts';

interface MetricCase {
  readonly pixel_auroc: number;
  readonly pixel_ap: number;
  readonly pixel_f1max: readonly [number, number];
  readonly aupro: number;
  readonly aupro_200_thresholds: number;
}
const golden = JSON.parse(readFileSync(path.join(goldenFolder, 'metrics-and-preprocess.json'), 'utf8')) as {
  readonly metrics: readonly MetricCase[];
};
const tensor = readGoldenTensors('metrics-and-preprocess.safetensors');

function goldenStack(index: number): PixelStack {
  const { shape, data } = tensor(`metrics${index}.maps`);
  const masks = tensor(`metrics${index}.masks`).data;
  const [count, height, width] = shape as [number, number, number];
  const area = width * height;
  const slices = Array.from({ length: count }, (_, i) => [i * area, (i + 1) * area] as const);
  return {
    maps: slices.map(([from, to]) => Float32Array.from(data.subarray(from, to))),
    masks: slices.map(([from, to]) => Uint8Array.from(masks.subarray(from, to))),
    width,
    height,
  };
}

const names = ['auroc', 'ap', 'f1Max', 'f1MaxThreshold', 'aupro', 'auproPaper'] as const;

function expectAlike(actual: PixelMetrics, expected: Omit<PixelMetrics, 'errorBound'>, tolerance: number) {
  for (const name of names) {
    const [a, b] = [actual[name], expected[name]];
    if (a === null || b === null) expect(`${name} ${a}`).toBe(`${name} ${b}`);
    else if (a !== b) expect(Math.abs(a - b), `${name} ${a} ${b}`).toBeLessThanOrEqual(tolerance);
  }
}

/** Values whose differences are exact, with ties, both zeros, neighbours in single precision and infinities. */
const fewValues = [-2, -0.5, -0, 0, 0.25, 0.25000003, 0.5, 1, 3e38];

function stacks(value: fc.Arbitrary<number>): fc.Arbitrary<PixelStack> {
  return fc
    .record({ width: fc.integer({ min: 1, max: 6 }), height: fc.integer({ min: 1, max: 5 }) })
    .chain(({ width, height }) => {
      const area = width * height;
      const map = fc
        .array(value, { minLength: area, maxLength: area })
        .map((values) => Float32Array.from(values));
      const mask = fc.option(
        fc
          .array(fc.constantFrom(0, 0, 1), { minLength: area, maxLength: area })
          .map((values) => Uint8Array.from(values)),
        { freq: 3 },
      );
      return fc
        .array(fc.tuple(map, mask), { minLength: 1, maxLength: 5 })
        .map((pairs) => ({ maps: pairs.map(([m]) => m), masks: pairs.map(([, m]) => m), width, height }));
    });
}

describe('pixel metrics', () => {
  test.each(golden.metrics.map((metric, i) => ({ metric, i })))(
    'golden case $i: all figures within 1e-6, with one shard and with three and hardly any memory',
    async ({ metric, i }) => {
      for (const options of [{}, { shards: 3, memoryBytes: 3000 }]) {
        const computed = await pixelMetricsOf(goldenStack(i), options);
        expect(Math.abs(computed.auroc! - metric.pixel_auroc)).toBeLessThan(1e-6);
        expect(Math.abs(computed.ap! - metric.pixel_ap)).toBeLessThan(1e-6);
        expect(Math.abs(computed.f1Max! - metric.pixel_f1max[0])).toBeLessThan(1e-6);
        expect(Math.abs(computed.aupro! - metric.aupro)).toBeLessThan(1e-6);
        expect(Math.abs(computed.auproPaper! - metric.aupro_200_thresholds)).toBeLessThan(1e-6);
        expect(computed.errorBound).toBe(0);
      }
    },
  );

  test('they are what the definitions say, with ties, both zeros and neighbours in single precision', async () => {
    await fc.assert(
      fc.asyncProperty(stacks(fc.constantFrom(...fewValues)), async (stack) => {
        expectAlike(await pixelMetricsOf(stack), bruteForceMetrics(stack), 1e-12);
      }),
      { numRuns: 300 },
    );
  });

  test('they are what the definitions say for any numbers, infinities included', async () => {
    await fc.assert(
      fc.asyncProperty(stacks(fc.float({ noNaN: true })), async (stack) => {
        expectAlike(await pixelMetricsOf(stack), bruteForceMetrics(stack), 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  test('memory for a handful of pixels and several shards give what one shard with plenty gives', async () => {
    const parts = fc.record({
      stack: stacks(fc.oneof(fc.float({ noNaN: true, min: 0, max: 1 }), fc.constantFrom(...fewValues))),
      shards: fc.integer({ min: 1, max: 4 }),
      memoryBytes: fc.integer({ min: 0, max: 64 }),
    });
    await fc.assert(
      fc.asyncProperty(parts, async ({ stack, shards, memoryBytes }) => {
        const direct = await pixelMetricsOf(stack);
        const apart = await pixelMetricsOf(stack, { shards, memoryBytes });
        expectAlike(apart, direct, 1e-9);
        expect(apart.errorBound).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('many pixels of few values are counted, not listed, and mean the same', async () => {
    const [width, height, count] = [200, 150, 7];
    let seed = 7;
    const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    const maps = Array.from({ length: count }, () =>
      // One coarse bin with far more than 65,536 pixels, and some elsewhere.
      Float32Array.from({ length: width * height }, () =>
        next() < 0.1 ? Math.round(next() * 1e4) / 1e4 : 0.75 + next() / 1000,
      ),
    );
    const masks = maps.map((_, i) =>
      i % 2 === 0
        ? null
        : Uint8Array.from({ length: width * height }, (_, k) =>
            k % width > 20 && Math.floor(k / width) % 50 > 3 ? 1 : 0,
          ),
    );
    const stack = { maps, masks, width, height };
    const counted = await pixelMetricsOf(stack);
    expectAlike(await pixelMetricsOf(stack, { shards: 2, memoryBytes: 4_000_000 }), counted, 1e-9);
    expectAlike(counted, bruteForceMetrics(stack), 1e-9);
  });

  test('four pixels, worked out by hand', async () => {
    // Worst first: anomalous 0.9, good 0.8, anomalous 0.7, good 0.1; two components of one pixel each.
    const computed = await pixelMetricsOf({
      maps: [Float32Array.of(0.9, 0.8, 0.7, 0.1)],
      masks: [Uint8Array.of(1, 0, 1, 0)],
      width: 4,
      height: 1,
    });
    expect(computed).toMatchObject({ auroc: 3 / 4, ap: (1 + 2 / 3) / 2, f1Max: 4 / 5 });
    expect(computed.f1MaxThreshold).toBe(Math.fround(0.7));
    // PRO is 1/2 from FPR 0 to 1/2, so it is 1/2 as far as 0.3, but for the climb to (1/2, 1/2) that has no width.
    expect(computed.aupro).toBeCloseTo(1 / 2, 12);
  });

  test('one value everywhere: half of what a straight line to 0.3 leaves, and nothing of the papers’ code', async () => {
    const computed = await pixelMetricsOf({
      maps: [new Float32Array(12).fill(0.5)],
      masks: [Uint8Array.from({ length: 12 }, (_, i) => (i === 5 ? 1 : 0))],
      width: 4,
      height: 3,
    });
    expect(computed).toMatchObject({ auroc: 0.5, ap: 1 / 12, f1Max: 2 / 13, auproPaper: null });
    expect(computed.aupro).toBeCloseTo(0.15, 12);
  });

  test('pixels that touch at a corner are one component, and a component may touch every border', async () => {
    // The diagonal weighs as one of two components; four neighbours would make three.
    const masks = [Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0)];
    const maps = [
      Float32Array.of(9, 1, 1, 1, 9, 1, 1, 1, 0),
      Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0.5, 0.5),
    ];
    const computed = await pixelMetricsOf({ maps, masks, width: 3, height: 3 });
    // PRO is (2/3 + 0)/2 over all of FPR 0…0.3; the six pixels at 1 come at once.
    expect(computed.aupro).toBeCloseTo(1 / 3, 12);
  });

  test('with one label only there are no metrics, and with no image neither', async () => {
    const map = Float32Array.of(0.1, 0.2);
    const none = { auroc: null, ap: null, f1Max: null, aupro: null, auproPaper: null };
    const of = (masks: (Uint8Array | null)[]) =>
      pixelMetricsOf({ maps: masks.map(() => map), masks, width: 2, height: 1 });
    expect(await of([null, Uint8Array.of(0, 0)])).toMatchObject(none);
    expect(await of([Uint8Array.of(1, 1)])).toMatchObject(none);
    expect(await of([])).toMatchObject(none);
  });

  test('values that are not numbers and sizes that do not fit are refused', async () => {
    const masks = [Uint8Array.of(1, 0)];
    const size = { width: 2, height: 1 };
    await expect(pixelMetricsOf({ maps: [Float32Array.of(1, NaN)], masks, ...size })).rejects.toThrow(
      'map 0 holds a value that is not a number',
    );
    await expect(pixelMetricsOf({ maps: [Float32Array.of(1, 2, 3)], masks, ...size })).rejects.toThrow(
      '3 values but 2 pixels of a mask',
    );
    await expect(pixelMetricsOf({ maps: [], masks, ...size })).rejects.toThrow('0 maps but 1 masks');
  });
});
