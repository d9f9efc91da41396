import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findRegions } from '../../../src-shared/maps/regions.ts';
import { labelComponents } from '../../../src-shared/mask/components.ts';

// prettier-ignore
const map = Float32Array.of(
  9, 9, 0, 0, 0,
  9, 1, 0, 5, 5,
  0, 0, 0, 5, 7,
  3, 0, 0, 0, 0,
  0, 4, 0, 0, 0,
);

describe('regions', () => {
  test('regions at or above the threshold come highest peak first with area, peak, box and centroid', () => {
    const { regions, labels } = findRegions(map, 5, 5, { threshold: 3 });
    expect(regions.map(({ areaPx, peak }) => [areaPx, peak])).toEqual([
      [3, 9],
      [4, 7],
      [2, 4],
    ]);
    expect(regions[1]).toEqual({
      label: 2,
      areaPx: 4,
      peak: 7,
      peakX: 4,
      peakY: 2,
      box: { x: 3, y: 1, width: 2, height: 2 },
      centroid: { x: 4, y: 2 },
    });
    // Diagonal neighbours are one region.
    expect(regions[2]!.box).toEqual({ x: 0, y: 3, width: 2, height: 2 });
    expect(labels[15]).toBe(labels[21]);
    expect(labels[2]).toBe(0);
  });

  test('regions smaller than asked for are left out', () => {
    expect(findRegions(map, 5, 5, { threshold: 3, minAreaPx: 3 }).regions).toHaveLength(2);
    expect(findRegions(map, 5, 5, { threshold: 10 }).regions).toEqual([]);
  });

  test('labels are those of the connected components of what reaches the threshold, in any map', () => {
    const value = fc.oneof(fc.constantFrom(0, 1, 2, 3), fc.constant(NaN));
    const anyMap = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
      .chain(([rows, columns]) =>
        fc.record({
          rows: fc.constant(rows),
          columns: fc.constant(columns),
          values: fc.array(value, { minLength: rows * columns, maxLength: rows * columns }),
          threshold: fc.constantFrom(0, 1, 2, 3, 4),
        }),
      );
    fc.assert(
      fc.property(anyMap, ({ rows, columns, values, threshold }) => {
        const inside = values.map((each) => (each >= threshold ? 1 : 0));
        const expected = labelComponents(inside, columns, rows);
        const { labels, regions } = findRegions(Float32Array.from(values), rows, columns, { threshold });
        expect(labels).toEqual(expected.labels);
        expect(regions).toHaveLength(expected.count);
        for (const { label, areaPx, peak, peakX, peakY, box, centroid } of regions) {
          const pixels = [...labels.keys()].filter((i) => labels[i] === label);
          const [xs, ys] = [pixels.map((i) => i % columns), pixels.map((i) => Math.floor(i / columns))];
          expect(areaPx).toBe(pixels.length);
          expect(peak).toBe(Math.max(...pixels.map((i) => values[i]!)));
          expect(peakY * columns + peakX).toBe(pixels.find((i) => values[i] === peak));
          expect([box.x, box.y]).toEqual([Math.min(...xs), Math.min(...ys)]);
          expect([box.x + box.width, box.y + box.height]).toEqual([Math.max(...xs) + 1, Math.max(...ys) + 1]);
          const mean = (places: number[]) => places.reduce((sum, each) => sum + each, 0) / places.length;
          expect(centroid.x).toBeCloseTo(mean(xs) + 0.5, 9);
          expect(centroid.y).toBeCloseTo(mean(ys) + 0.5, 9);
        }
      }),
    );
  });
});
