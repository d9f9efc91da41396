import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cocoRunsToSpans,
  readCompressedRuns,
  writeCompressedRuns,
} from '../../../src-shared/mask/coco-runs.ts';
import { fillPolygon } from '../../../src-shared/mask/fill-polygon.ts';
import { packRuns, unpackRuns } from '../../../src-shared/mask/pack-runs.ts';
import { spansToRuns, uniteSpans } from '../../../src-shared/mask/row-spans.ts';
import { decodeRuns, encodeRuns } from '../../../src-shared/mask/run-length.ts';

interface Reference {
  readonly width: number;
  readonly height: number;
  readonly polygon: number[];
  readonly compressed: string;
  readonly counts: number[];
}

const { masks } = JSON.parse(readFileSync(join(import.meta.dirname, 'coco-reference.json'), 'utf8')) as {
  masks: Reference[];
};

/** Row-major pixels of run lengths down the columns, the slow and plain way. */
function pixelsOf(counts: readonly number[], width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height);
  let at = 0;
  for (const [i, count] of counts.entries()) {
    for (let k = 0; k < count; k++, at++)
      if (i % 2 === 1) pixels[(at % height) * width + Math.floor(at / height)] = 1;
  }
  return pixels;
}

const smallMask = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc
      .array(fc.boolean(), { minLength: width * height, maxLength: width * height })
      .map((inside) => ({ width, height, inside })),
  );

describe('COCO’s run lengths', () => {
  it.each(masks)(
    'are read as pycocotools writes them ($width×$height)',
    ({ compressed, counts, width, height }) => {
      expect(readCompressedRuns(compressed)).toEqual(counts);
      expect(writeCompressedRuns(counts)).toBe(compressed);
      const runs = spansToRuns(cocoRunsToSpans(counts, width, height));
      expect(decodeRuns(runs)).toEqual(pixelsOf(counts, width, height));
    },
  );

  it('become row-wise masks of any shape', () => {
    fc.assert(
      fc.property(smallMask, ({ width, height, inside }) => {
        const columns = Array.from(
          { length: width * height },
          (_, i) => inside[(i % height) * width + Math.floor(i / height)],
        );
        const counts: number[] = [];
        let last = false;
        for (const value of columns) {
          if (counts.length === 0 || value !== last) {
            if (counts.length === 0 && value === true) counts.push(0);
            counts.push(0);
          }
          counts[counts.length - 1]! += 1;
          last = value ?? false;
        }
        const runs = spansToRuns(cocoRunsToSpans(counts, width, height));
        expect(runs).toEqual(encodeRuns(inside.map(Number), width, height));
        expect(readCompressedRuns(writeCompressedRuns(counts))).toEqual(counts);
        expect(unpackRuns(packRuns(runs.runs))).toEqual(runs.runs);
      }),
    );
  });

  it.each([[[5]], [[-1, 13]], [[1.5, 10.5]], [[Number.NaN, 12]], [[]]])(
    'are refused where they cannot be: %j',
    (runs) => {
      expect(() => cocoRunsToSpans(runs, 3, 4)).toThrow(expect.objectContaining({ code: 'corrupt-file' }));
    },
  );

  it.each(['é', 'oooooooooo', 'P', ' ', 'O'])('are refused as damaged text: %s', (text) => {
    expect(() => cocoRunsToSpans(readCompressedRuns(text), 3, 4)).toThrow(
      expect.objectContaining({ code: 'corrupt-file' }),
    );
  });
});

describe('polygons', () => {
  it.each(masks)('are filled as by pycocotools but for pixels on the outline ($width×$height)', (mask) => {
    const { polygon, counts, width, height } = mask;
    const ours = decodeRuns(spansToRuns(fillPolygon(polygon, width, height)));
    const theirs = pixelsOf(counts, width, height);
    const differing = [...ours.keys()].filter((i) => ours[i] !== theirs[i]);
    // Theirs rounds corners to a fifth of a pixel; a centre so near to the outline may fall on either side.
    for (const i of differing) {
      const centre = [(i % width) + 0.5, Math.floor(i / width) + 0.5] as const;
      expect(distanceToOutline(polygon, centre)).toBeLessThan(0.5);
    }
    expect(differing.length).toBeLessThan(20);
  });

  it('of whole pixels fill exactly these, and what lies outside is cut off', () => {
    expect(decodeRuns(spansToRuns(fillPolygon([1, 1, 3, 1, 3, 2, 1, 2], 4, 3)))).toEqual(
      Uint8Array.from([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]),
    );
    expect(spansToRuns(fillPolygon([-9, -9, 99, -9, 99, 99, -9, 99], 4, 3)).runs).toEqual(
      Uint32Array.from([0, 12]),
    );
  });

  it('of two points, of none, or with what is no number are empty', () => {
    for (const points of [[], [1, 1, 2, 2], [0, 0, 4, 0, Number.NaN, 4], [0, 0, Infinity, 0, 4, 4]])
      expect(spansToRuns(fillPolygon(points, 4, 4)).runs).toEqual(Uint32Array.from([16]));
  });

  it('are united without counting anything twice', () => {
    fc.assert(
      fc.property(smallMask, smallMask, (a, b) => {
        const size = { width: a.width, height: a.height };
        const other = a.inside.map((_, i) => b.inside[i % b.inside.length] ?? false);
        const spans = (inside: readonly boolean[]) =>
          cocoRunsToSpans(toColumns(inside, size), size.width, size.height);
        const both = decodeRuns(spansToRuns(uniteSpans(spans(a.inside), spans(other))));
        expect(both).toEqual(Uint8Array.from(a.inside, (value, i) => Number(value || other[i])));
      }),
    );
  });
});

it('packed runs that are damaged are refused', () => {
  expect(() => unpackRuns(Uint8Array.from([0x80]))).toThrow(
    expect.objectContaining({ code: 'corrupt-file' }),
  );
  expect(() => unpackRuns(new Uint8Array(20).fill(0xff))).toThrow(
    expect.objectContaining({ code: 'corrupt-file' }),
  );
});

function toColumns(
  inside: readonly boolean[],
  { width, height }: { width: number; height: number },
): number[] {
  const counts = [0];
  let last = false;
  for (let i = 0; i < width * height; i++) {
    const value = inside[(i % height) * width + Math.floor(i / height)] ?? false;
    if (value !== last) counts.push(0);
    counts[counts.length - 1]! += 1;
    last = value;
  }
  return counts;
}

function distanceToOutline(polygon: readonly number[], [px, py]: readonly [number, number]): number {
  let nearest = Infinity;
  for (let i = 0; i < polygon.length; i += 2) {
    const [x0, y0] = [polygon[i]!, polygon[i + 1]!];
    const [x1, y1] = [polygon[(i + 2) % polygon.length]!, polygon[(i + 3) % polygon.length]!];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const along = Math.max(0, Math.min(1, ((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy)));
    nearest = Math.min(nearest, Math.hypot(px - x0 - along * dx, py - y0 - along * dy));
  }
  return nearest;
}
