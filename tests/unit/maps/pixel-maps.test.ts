import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gaussianSmooth, reflectIndex } from '../../../src-shared/maps/gaussian-smooth.ts';
import type { PatchMap } from '../../../src-shared/maps/patch-map.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { upsampleBilinear } from '../../../src-shared/maps/upsample-bilinear.ts';
import { goldenFolder, largestDifference, readGoldenTensors } from './golden-tensors.ts';
import reference from './reference.json' with { type: 'json' };

// reference.json was made with PyTorch 2.15's F.interpolate(mode='bilinear', align_corners=False) and SciPy 1.17's
// gaussian_filter on this map, fp32, eight significant digits.
const small: PatchMap = {
  rows: 5,
  columns: 4,
  data: Float32Array.from({ length: 20 }, (_, i) => {
    const [r, c] = [Math.floor(i / 4), i % 4];
    return ((7 * r * r + 3 * c + 5 * r * c) % 11) / 11;
  }),
};

describe('pixel maps', () => {
  test.each([
    [9, 13, reference.up_9_13],
    [3, 2, reference.up_3_2],
    [5, 4, reference.up_5_4],
  ])('bilinear to %i×%i equals PyTorch within 1e-6', (rows, columns, expected) => {
    expect(largestDifference(upsampleBilinear(small, rows, columns), expected)).toBeLessThan(1e-6);
  });

  test.each([
    [0.8, reference['gauss_0.8']],
    // Radius 10 on 5×4 pixels: the border is reflected more than once.
    [2.5, reference['gauss_2.5']],
  ])('a Gaussian of %f pixels equals SciPy within 1e-6', (sigma, expected) => {
    expect(largestDifference(gaussianSmooth(small.data, 5, 4, sigma), expected)).toBeLessThan(1e-6);
  });

  test('upsampling and smoothing in one equals both of them in turn', () => {
    const rendered = renderPixelMap(small, { sizePx: 12, sigmaPx: 1.5 });
    expect(largestDifference(rendered, reference['render_12_1.5'])).toBeLessThan(1e-6);
    const inTurn = gaussianSmooth(upsampleBilinear(small, 37, 37), 37, 37, 4);
    expect(largestDifference(renderPixelMap(small, { sizePx: 37, sigmaPx: 4 }), inTurn)).toBeLessThan(1e-6);
  });

  test("AnomalyCLIP's smoothed golden maps come out of its unsmoothed ones within 1e-5", () => {
    const tensor = readGoldenTensors('clip-and-anomalyclip.safetensors');
    const file = readFileSync(path.join(goldenFolder, 'clip-and-anomalyclip.json'), 'utf8');
    const { sigma } = (JSON.parse(file) as { config: { sigma: number } }).config;
    const [before, after] = [tensor('anomalyclip.map_before_smoothing'), tensor('anomalyclip.map')];
    const [count, rows, columns] = before.shape as [number, number, number];
    const area = rows * columns;
    for (let i = 0; i < count; i++) {
      const raw = Float32Array.from(before.data.subarray(i * area, (i + 1) * area));
      const smooth = gaussianSmooth(raw, rows, columns, sigma);
      expect(largestDifference(smooth, after.data.subarray(i * area, (i + 1) * area))).toBeLessThan(1e-5);
    }
    expect(count).toBeGreaterThan(0);
  });

  test('a constant map stays constant at any size and smoothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 12, noNaN: true }),
        (rows, columns, sizePx, sigmaPx) => {
          const map = { rows, columns, data: new Float32Array(rows * columns).fill(0.25) };
          const rendered = renderPixelMap(map, { sizePx, sigmaPx });
          expect(rendered).toHaveLength(sizePx * sizePx);
          for (const value of rendered) expect(value).toBeCloseTo(0.25, 6);
        },
      ),
    );
  });

  test('the border is mirrored with its own pixel included', () => {
    expect([-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((i) => reflectIndex(i, 3))).toEqual([
      2, 1, 0, 0, 1, 2, 2, 1, 0, 0,
    ]);
  });
});
