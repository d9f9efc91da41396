import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRegions } from '../../../src-shared/maps/regions.ts';
import { labelComponents } from '../../../src-shared/mask/components.ts';
import {
  addProfile,
  emptyProfile,
  profileBinCount,
  profileBinOf,
  profileEdges,
  profileMap,
} from '../../../src-shared/metrics/map-profile.ts';

const sidePx = 9;
const pixels = sidePx * sidePx;
const maps = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: pixels, maxLength: pixels });
const masks = fc.array(fc.boolean(), { minLength: pixels, maxLength: pixels });

/** Counts at one edge by looking at every pixel and every region. */
function lookAt(map: Float32Array, mask: Uint8Array, threshold: number, minAreaPx: number) {
  const { labels, regions } = findRegions(map, sidePx, sidePx, { threshold, minAreaPx });
  const marks = labelComponents(mask, sidePx, sidePx);
  const found = new Set<number>();
  const touching = new Set<number>();
  const large = new Set(regions.map(({ label }) => label));
  for (let i = 0; i < map.length; i++) {
    if (!large.has(labels[i]!) || marks.labels[i] === 0) continue;
    found.add(marks.labels[i]!);
    touching.add(labels[i]!);
  }
  const countWhere = (inside: boolean) =>
    [...map].filter((value, i) => value >= threshold && (mask[i] !== 0) === inside).length;
  return {
    hasRegion: regions.length > 0,
    found: found.size,
    falseRegions: regions.length - touching.size,
    anomalous: countWhere(true),
    normal: countWhere(false),
  };
}

/** Sum of a column from a bin on. */
function from(column: Float64Array, bin: number): number {
  return column.subarray(bin).reduce((sum, count) => sum + count, 0);
}

describe('the profile of a map', () => {
  it('counts pixels, found defects and false regions at every edge as looking at the map does', () => {
    fc.assert(
      fc.property(maps, masks, fc.integer({ min: 1, max: 8 }), (values, inside, minAreaPx) => {
        const map = Float32Array.from(values);
        const mask = Uint8Array.from(inside, Number);
        const edges = profileEdges(0, 12);
        const totals = emptyProfile();
        const image = profileMap({ map, sidePx, edges, minAreaPx, mask }, totals);
        for (let bin = 0; bin < profileBinCount; bin += 31) {
          const expected = lookAt(map, mask, edges[bin]!, minAreaPx);
          expect({
            hasRegion: image.peakBin >= bin,
            found: from(totals.defects, bin),
            falseRegions: totals.falseRegions[bin],
            anomalous: from(totals.anomalous, bin),
            normal: from(totals.normal, bin),
          }).toEqual(expected);
        }
        expect(image.defectCount).toBe(labelComponents(mask, sidePx, sidePx).count);
      }),
      { numRuns: 150 },
    );
  });

  it('of an image whose mask is not known counts its pixels apart, and no region as false', () => {
    const totals = emptyProfile();
    const map = new Float32Array(pixels).fill(3);
    const image = profileMap({ map, sidePx, edges: profileEdges(0, 12), minAreaPx: 4, mask: null }, totals);
    expect(from(totals.unlabelled, 0)).toBe(pixels);
    expect(from(totals.falseRegions, 0)).toBe(0);
    expect(image).toEqual({ peakBin: profileBinOf(profileEdges(0, 12), 3), defectCount: 0 });
  });

  it('has no region where the least area is larger than the map', () => {
    const map = new Float32Array(pixels).fill(3);
    const all = { map, sidePx, edges: profileEdges(0, 12), mask: null };
    expect(profileMap({ ...all, minAreaPx: pixels }, emptyProfile()).peakBin).toBeGreaterThan(0);
    expect(profileMap({ ...all, minAreaPx: pixels + 1 }, emptyProfile()).peakBin).toBe(-1);
  });

  it('adds up over images', () => {
    const [sum, part] = [emptyProfile(), emptyProfile()];
    const map = new Float32Array(pixels).fill(5);
    profileMap({ map, sidePx, edges: profileEdges(0, 12), minAreaPx: 1, mask: new Uint8Array(pixels) }, part);
    addProfile(sum, part);
    addProfile(sum, part);
    expect(from(sum.normal, 0)).toBe(2 * pixels);
    expect(sum.falseRegions[0]).toBe(2);
  });
});

describe('bins', () => {
  it('hold a value between their edges, whatever rounding does', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (min, span, share) => {
          const max = min + span;
          const edges = profileEdges(min, max);
          const value = Math.min(max, min + share * span);
          const bin = profileBinOf(edges, value);
          expect(value).toBeGreaterThanOrEqual(edges[bin]!);
          if (bin + 1 < profileBinCount) expect(value).toBeLessThan(edges[bin + 1]!);
        },
      ),
    );
  });

  it('take what lies outside the scale, or is no number, at their ends', () => {
    const edges = profileEdges(1, 2);
    expect(profileBinOf(edges, 0)).toBe(0);
    expect(profileBinOf(edges, 9)).toBe(profileBinCount - 1);
    expect(profileBinOf(edges, NaN)).toBe(0);
    expect(profileBinOf(profileEdges(4, 4), 4)).toBe(0);
  });
});
