import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeContourBlocks, traceContours, type ContourLine } from '../../../src-shared/maps/contour.ts';

/** Shoelace area of a line closed on itself; with y downwards, positive for lines that run clockwise on the screen. */
function areaOf({ points }: ContourLine): number {
  let twice = 0;
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length;
    twice += points[i]! * points[j + 1]! - points[j]! * points[i + 1]!;
  }
  return twice / 2;
}

function disc(size: number, radius: number): Float32Array {
  const centre = (size - 1) / 2;
  return Float32Array.from({ length: size * size }, (_, i) => {
    return radius - Math.hypot((i % size) - centre, Math.floor(i / size) - centre);
  });
}

describe('contours', () => {
  test('a disc has one closed line of its area around its centre', () => {
    const lines = traceContours(disc(41, 12), 41, 41, 0);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.isClosed).toBe(true);
    expect(Math.abs(areaOf(lines[0]!))).toBeCloseTo(Math.PI * 144, -1);
    for (let i = 0; i < lines[0]!.points.length; i += 2) {
      const [x, y] = [lines[0]!.points[i]!, lines[0]!.points[i + 1]!];
      expect(Math.hypot(x - 20.5, y - 20.5)).toBeCloseTo(12, 0);
    }
  });

  test('a ring has two lines that run opposite ways', () => {
    const ring = disc(41, 12).map((value) => Math.min(value, 6 - value));
    const areas = traceContours(ring, 41, 41, 0).map(areaOf);
    expect(areas).toHaveLength(2);
    expect(areas[0]! * areas[1]!).toBeLessThan(0);
  });

  test('lines are placed between pixel centres by linear interpolation', () => {
    const [line] = traceContours(Float32Array.of(0, 1, 0, 1), 2, 2, 0.25);
    expect(line).toEqual({ points: Float32Array.of(0.75, 0.5, 0.75, 1.5), isClosed: false });
  });

  test('the two ways through a saddle follow the mean of its corners', () => {
    const apart = traceContours(Float32Array.of(1, 0, 0, 1), 2, 2, 0.6);
    const joined = traceContours(Float32Array.of(1, 0, 0, 1), 2, 2, 0.4);
    expect(apart).toHaveLength(2);
    expect(joined).toHaveLength(2);
    // Apart, a line cuts off the high top left corner; joined, one cuts off the low top right corner.
    expect(apart.some(({ points }) => points[0]! + points[1]! + points[2]! + points[3]! < 2.9)).toBe(true);
    expect(joined.some(({ points }) => points.includes(1.5) && points.includes(0.5))).toBe(true);
  });

  test('nothing is drawn where nothing crosses, on maps of one row, or on NaN', () => {
    expect(traceContours(new Float32Array(9), 3, 3, 0.5)).toEqual([]);
    expect(traceContours(new Float32Array(9).fill(1), 3, 3, 0.5)).toEqual([]);
    expect(traceContours(Float32Array.of(0, 1, 0), 1, 3, 0.5)).toEqual([]);
    expect(traceContours(new Float32Array(4).fill(NaN), 2, 2, 0.5)).toEqual([]);
  });

  test('each crossing of neighbours is passed exactly once and open lines end at the border', () => {
    const size = 7;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 49, maxLength: 49 }), (levels) => {
        const map = Float32Array.from(levels);
        const high = (i: number) => map[i]! >= 1.5;
        let crossings = 0;
        for (let i = 0; i < 49; i++) {
          if (i % size < size - 1 && high(i) !== high(i + 1)) crossings++;
          if (i < 42 && high(i) !== high(i + size)) crossings++;
        }
        const lines = traceContours(map, size, size, 1.5);
        expect(lines.reduce((sum, { points }) => sum + points.length / 2, 0)).toBe(crossings);
        for (const { points, isClosed } of lines) {
          if (isClosed) continue;
          for (const [x, y] of [points.slice(0, 2), points.slice(-2)].map(
            (point) => [...point] as [number, number],
          )) {
            expect([0.5, 6.5].includes(x) || [0.5, 6.5].includes(y)).toBe(true);
          }
        }
      }),
    );
  });

  test('blocks that are kept from level to level leave out no crossing, in wide maps with holes too', () => {
    const [rows, columns] = [3, 40];
    const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(NaN));
    const anyMap = fc.array(fc.oneof(fc.constant(0), value), { minLength: 120, maxLength: 120 });
    fc.assert(
      fc.property(anyMap, (values) => {
        const map = Float32Array.from(values);
        const blocks = makeContourBlocks(map, rows, columns);
        for (const level of [0, 0.5, 1, 2.5, 3]) {
          const high = (i: number) => map[i]! >= level;
          let crossings = 0;
          for (let i = 0; i < map.length; i++) {
            if (i % columns < columns - 1 && high(i) !== high(i + 1)) crossings++;
            if (i + columns < map.length && high(i) !== high(i + columns)) crossings++;
          }
          const lines = traceContours(map, rows, columns, level, blocks);
          expect(lines.reduce((sum, { points }) => sum + points.length / 2, 0)).toBe(crossings);
        }
      }),
    );
  });
});
