import { describe, expect, test } from 'vitest';
import { spreadPatches } from '../../../src-renderer/canvas/pixel-map.ts';
import { makeGreyTable } from '../../../src-renderer/canvas/wide-samples.ts';

const greyOf = (pixel: number | undefined) => (pixel ?? 0) & 0xff;

describe('how a picture is drawn', () => {
  test('a window spreads its grey values from black to white and leaves the rest at the ends', () => {
    const table = makeGreyTable({ level: 0.5, window: 0.1 });
    expect(greyOf(table[0])).toBe(0);
    expect(greyOf(table[Math.round(0.44 * 65_535)])).toBe(0);
    expect(greyOf(table[Math.round(0.5 * 65_535)])).toBeCloseTo(128, -1);
    expect(greyOf(table[Math.round(0.56 * 65_535)])).toBe(255);
    expect((table[0] ?? 0) >>> 24).toBe(255);
  });

  test('single patches keep their values to their edges', () => {
    const map = spreadPatches({ rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, 4) }, 4);
    expect([...map.data]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });
});
