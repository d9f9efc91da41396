import { labelComponents } from '../mask/components.ts';
import { RegionFlood } from './region-flood.ts';

/** Map thresholds that are counted at: this many, evenly over the run's scale. */
export const profileBinCount = 1024;

/**
 * Lower edges of the bins, from the scale's lowest value up to its highest, which is the edge of the last bin; one more
 * stands behind, which no value reaches. A count at an edge is exact: it is of all values «≥ edge».
 */
export function profileEdges(min: number, max: number): Float64Array {
  const step = max > min ? (max - min) / (profileBinCount - 1) : (Math.abs(min) || 1) / 1000;
  return Float64Array.from({ length: profileBinCount + 1 }, (_, bin) => min + bin * step);
}

/** The last bin whose edge a value reaches; what lies outside the scale, or is no number, goes to its ends. */
export function profileBinOf(edges: Float64Array, value: number): number {
  const first = edges[0] as number;
  const step = (edges[1] as number) - first;
  let bin = Math.min(profileBinCount - 1, Math.max(0, Math.floor((value - first) / step) || 0));
  // Divided and multiplied again, a value can come out on the other side of an edge.
  while (bin > 0 && value < (edges[bin] as number)) bin--;
  while (bin + 1 < profileBinCount && value >= (edges[bin + 1] as number)) bin++;
  return bin;
}

/** Pixels of maps by bin, and where their regions begin; sums over images. */
export interface MapProfileTotals {
  /** Outside masks, of good images and of those with a mask. */
  readonly normal: Float64Array;
  /** Inside masks. */
  readonly anomalous: Float64Array;
  /** Of images whose mask is not known. */
  readonly unlabelled: Float64Array;
  /** Marked defects that a region touches at this bin's edge for the first time, coming from above. */
  readonly defects: Float64Array;
  /** Regions at this bin's edge that touch no mark, in images whose mask is known. */
  readonly falseRegions: Float64Array;
}

export function emptyProfile(): MapProfileTotals {
  const bins = () => new Float64Array(profileBinCount);
  return {
    normal: bins(),
    anomalous: bins(),
    unlabelled: bins(),
    defects: bins(),
    falseRegions: bins(),
  };
}

export function addProfile(totals: MapProfileTotals, part: MapProfileTotals): void {
  for (const key of ['normal', 'anomalous', 'unlabelled', 'defects', 'falseRegions'] as const) {
    const sum = totals[key];
    for (const [bin, count] of part[key].entries()) sum[bin] = (sum[bin] as number) + count;
  }
}

export interface ProfiledMap {
  /** Row-major, side×side. */
  readonly map: Float32Array;
  readonly sidePx: number;
  readonly edges: Float64Array;
  /** Regions of fewer pixels do not count; at least 1. */
  readonly minAreaPx: number;
  /** Non-zero inside, side×side; all zero for a good image; null: not known. */
  readonly mask: Uint8Array | null;
}

export interface ProfiledImage {
  /** The highest bin at whose edge the map has a region that counts; -1: none is large enough anywhere. */
  readonly peakBin: number;
  /** Marked defects of the mask; 0 where it is not known. */
  readonly defectCount: number;
}

/**
 * Adds an image to the totals. One flood from the highest value down joins pixels to 8-connected regions by union-find, so
 * that regions at all thresholds come out of one pass: O(n α(n)). A region counts from the bin on at which it has
 * `minAreaPx` pixels; a marked defect (component of the mask) is found where such a region has a pixel of it.
 */
export function profileMap(image: ProfiledMap, totals: MapProfileTotals): ProfiledImage {
  const { map, sidePx, edges, mask } = image;
  const bins = new Uint16Array(map.length);
  const counts = new Uint32Array(profileBinCount);
  for (let i = 0; i < map.length; i++) {
    const bin = profileBinOf(edges, map[i] as number);
    bins[i] = bin;
    counts[bin] = (counts[bin] as number) + 1;
    const column = mask === null ? totals.unlabelled : mask[i] === 0 ? totals.normal : totals.anomalous;
    column[bin] = (column[bin] as number) + 1;
  }
  const defects = mask === null ? null : labelComponents(mask, sidePx, sidePx);
  const flood = new RegionFlood(sidePx, image.minAreaPx, defects);
  const order = sortByBin(bins, counts);
  let at = 0;
  for (let bin = profileBinCount - 1; bin >= 0; bin--) {
    for (const end = at + (counts[bin] as number); at < end; at++) flood.add(order[at] as number, bin);
    if (mask !== null) totals.falseRegions[bin] = (totals.falseRegions[bin] as number) + flood.falseRegions;
  }
  for (const bin of flood.foundAt) if (bin >= 0) totals.defects[bin] = (totals.defects[bin] as number) + 1;
  return { peakBin: flood.peakBin, defectCount: defects?.count ?? 0 };
}

/** Pixels from the highest bin down. */
function sortByBin(bins: Uint16Array, counts: Uint32Array): Uint32Array {
  const next = new Uint32Array(profileBinCount);
  for (let bin = profileBinCount - 2; bin >= 0; bin--)
    next[bin] = (next[bin + 1] as number) + (counts[bin + 1] as number);
  const order = new Uint32Array(bins.length);
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i] as number;
    const place = next[bin] as number;
    order[place] = i;
    next[bin] = place + 1;
  }
  return order;
}
