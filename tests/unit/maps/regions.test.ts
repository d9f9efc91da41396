import { describe, expect, test } from 'vitest';
import { findRegions } from '../../../src-shared/maps/regions.ts';

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
});
