import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  justifyRows,
  rowOfTile,
  tileAcross,
  tileAspect,
} from '../../../src-renderer/state/justified-rows.ts';

const options = { widthPx: 1000, gapPx: 8, heightPx: 160 };
const aspects = fc.array(fc.double({ min: 0.05, max: 20, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('a justified grid', () => {
  it('holds every picture once, fills its width and stays near the wished height', () => {
    fc.assert(
      fc.property(aspects, (shapes) => {
        const { count, first, heights } = justifyRows(shapes, options);
        expect([first[0], first[count]]).toEqual([0, shapes.length]);
        for (let row = 0; row < count; row++) {
          const tiles = shapes.slice(first[row], first[row + 1]);
          expect(tiles.length).toBeGreaterThan(0);
          const height = heights[row]!;
          const width = tiles.reduce((sum, each) => sum + tileAspect(each) * height, 8 * (tiles.length - 1));
          if (row < count - 1) {
            expect(width).toBeCloseTo(1000, 6);
            expect(height).toBeGreaterThan(160 / 2);
            expect(height).toBeLessThan(160 * 2);
          } else expect(width).toBeLessThan(1000.001);
        }
      }),
    );
  });

  it('puts pictures of one shape into columns, the last row too', () => {
    const { heights, first } = justifyRows(Array<number>(32).fill(1), options);
    expect(new Set(heights).size).toBe(1);
    const perRow = first[1]!;
    expect(heights[0]).toBeCloseTo((1000 - 8 * (perRow - 1)) / perRow, 9);
  });

  it('finds rows by tiles, and the tile above or below', () => {
    fc.assert(
      fc.property(aspects, (shapes) => {
        const rows = justifyRows(shapes, options);
        for (let index = 0; index < shapes.length; index++) {
          const row = rowOfTile(rows, index);
          expect(rows.first[row]!).toBeLessThanOrEqual(index);
          expect(rows.first[row + 1]!).toBeGreaterThan(index);
          const below = tileAcross(rows, shapes, index, row + 1, 8);
          expect(rowOfTile(rows, below)).toBe(row + 1 < rows.count ? row + 1 : row);
        }
        expect(tileAcross(rows, shapes, 0, -1, 8)).toBe(0);
      }),
    );
  });

  it('has no row where there is no picture', () => {
    expect(justifyRows([], options).count).toBe(0);
  });
});
