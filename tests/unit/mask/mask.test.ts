import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { labelComponents } from '../../../src-shared/mask/components.ts';
import { decodeRuns, encodeRuns, maskArea } from '../../../src-shared/mask/run-length.ts';

const raster = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      data: fc.array(fc.integer({ min: 0, max: 1 }), {
        minLength: width * height,
        maxLength: width * height,
      }),
    }),
  );

/** Labels by flooding, the slow and obvious way. */
function floodLabels(data: readonly number[], width: number, height: number): number[] {
  const labels = data.map(() => 0);
  let count = 0;
  for (let start = 0; start < data.length; start++) {
    if (!data[start] || labels[start]) continue;
    labels[start] = ++count;
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (!data[next] || labels[next]) continue;
          labels[next] = count;
          open.push(next);
        }
      }
    }
  }
  return labels;
}

describe('run-length masks', () => {
  test('runs begin with the outside', () => {
    expect([...encodeRuns([0, 0, 1, 1, 1, 0], 3, 2).runs]).toEqual([2, 3, 1]);
    expect([...encodeRuns([255, 0], 2, 1).runs]).toEqual([0, 1, 1]);
    expect(maskArea(encodeRuns([1, 0, 1, 1], 2, 2))).toBe(3);
  });

  test('any raster comes back as it was', () => {
    fc.assert(
      fc.property(raster, ({ width, height, data }) => {
        const mask = encodeRuns(data, width, height);
        expect([...decodeRuns(mask)]).toEqual(data);
        expect(maskArea(mask)).toBe(data.filter(Boolean).length);
      }),
    );
  });

  test('runs that do not fill the image are refused before anything is allocated', () => {
    const bad = [[3], [5], [2, 0, 2], [4_294_967_295, 4_294_967_295]].map((runs) => Uint32Array.from(runs));
    for (const runs of bad) expect(() => decodeRuns({ width: 2, height: 2, runs })).toThrow(WorkbenchError);
  });
});

describe('connected components', () => {
  test('any raster is labelled as flooding labels it, in reading order', () => {
    fc.assert(
      fc.property(raster, ({ width, height, data }) => {
        const { labels, count } = labelComponents(data, width, height);
        const expected = floodLabels(data, width, height);
        expect([...labels]).toEqual(expected);
        expect(count).toBe(Math.max(0, ...expected));
      }),
      { numRuns: 400 },
    );
  });

  test('a checkerboard is one component and separate dots are as many as fit', () => {
    expect(
      labelComponents(
        Array.from({ length: 81 }, (_, i) => (i + 1) % 2),
        9,
        9,
      ).count,
    ).toBe(1);
    const dots = Array.from({ length: 81 }, (_, i) => (i % 9) % 2 === 0 && Math.floor(i / 9) % 2 === 0);
    expect(labelComponents(dots.map(Number), 9, 9).count).toBe(25);
  });
});
