import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelComponents } from '../../../src-shared/mask/components.ts';
import { findMaskRegions } from '../../../src-shared/metrics/mask-regions.ts';

const masks = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) =>
    fc
      .array(fc.constantFrom(0, 0, 1), { minLength: width * height, maxLength: width * height })
      .map((values) => ({ mask: Uint8Array.from(values), width, height })),
  );

describe('the regions of a mask', () => {
  test('cover exactly its pixels, each with the area of its component as pixel-wise labelling has it', () => {
    fc.assert(
      fc.property(masks, ({ mask, width, height }) => {
        const { labels, count } = labelComponents(mask, width, height);
        const areaOf = new Map<number, number>();
        for (const label of labels) areaOf.set(label, (areaOf.get(label) ?? 0) + 1);
        const regions = findMaskRegions(mask, width, height);
        expect(regions.componentCount).toBe(count);
        expect(regions.pixelCount).toBe(width * height);
        const areas = new Uint32Array(mask.length);
        for (const [run, start] of regions.starts.entries()) {
          expect(Math.floor(start / width)).toBe(Math.floor((regions.ends[run]! - 1) / width));
          areas.fill(regions.areas[run]!, start, regions.ends[run]!);
        }
        expect([...areas]).toEqual([...labels].map((label) => (label === 0 ? 0 : areaOf.get(label))));
      }),
      { numRuns: 1000 },
    );
  });

  test('do not reach round the edge of the picture', () => {
    // The last pixel of a row and the first of the next are neighbours in memory only.
    const mask = Uint8Array.of(0, 0, 1, 1, 0, 0);
    expect(findMaskRegions(mask, 3, 2).componentCount).toBe(2);
    const apart = Uint8Array.of(0, 0, 1, 0, 0, 0, 1, 0, 0);
    expect(findMaskRegions(apart, 3, 3).componentCount).toBe(2);
  });

  test('of a mask of the wrong size are refused', () => {
    expect(() => findMaskRegions(new Uint8Array(5), 3, 2)).toThrow('5 values are not 3×2');
  });
});
