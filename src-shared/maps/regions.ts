import { labelComponents } from '../mask/components.ts';

/** A connected part of a pixel map at or above a threshold, in pixels of that map. */
export interface Region {
  /** As in the labels of `findRegions`. */
  readonly label: number;
  readonly areaPx: number;
  /** Highest value and where its pixel is. */
  readonly peak: number;
  readonly peakX: number;
  readonly peakY: number;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Mean of pixel centres: 0.5, 0.5 for the first pixel alone. */
  readonly centroid: { readonly x: number; readonly y: number };
}

export interface Regions {
  /** Row-major, 0 outside, else the region's label, regions that are too small included. */
  readonly labels: Int32Array;
  /** Highest peak first; none smaller than `minAreaPx`. */
  readonly regions: readonly Region[];
}

export interface RegionOptions {
  readonly threshold: number;
  /** Regions with fewer pixels are left out of the list. 1 where absent. */
  readonly minAreaPx?: number;
}

/** 8-connected regions of a pixel map [rows, columns] at or above the threshold. */
export function findRegions(
  map: Float32Array,
  rows: number,
  columns: number,
  { threshold, minAreaPx = 1 }: RegionOptions,
): Regions {
  if (map.length !== rows * columns) throw new RangeError(`${map.length} values are not ${rows}×${columns}`);
  const above = new Uint8Array(map.length);
  for (let i = 0; i < map.length; i++) if ((map[i] as number) >= threshold) above[i] = 1;
  const { labels, count } = labelComponents(above, columns, rows);
  const found = Array.from({ length: count }, () => ({
    area: 0,
    peak: -Infinity,
    peakAt: 0,
    sumX: 0,
    sumY: 0,
    minX: columns,
    maxX: 0,
    minY: rows,
    maxY: 0,
  }));
  for (let i = 0; i < labels.length; i++) {
    const region = found[(labels[i] as number) - 1];
    if (region === undefined) continue;
    const [x, y] = [i % columns, Math.floor(i / columns)];
    const value = map[i] as number;
    region.area++;
    region.sumX += x;
    region.sumY += y;
    if (value > region.peak) [region.peak, region.peakAt] = [value, i];
    if (x < region.minX) region.minX = x;
    if (x > region.maxX) region.maxX = x;
    if (y < region.minY) region.minY = y;
    if (y > region.maxY) region.maxY = y;
  }
  const regions = found
    .map((region, index): Region => ({
      label: index + 1,
      areaPx: region.area,
      peak: region.peak,
      peakX: region.peakAt % columns,
      peakY: Math.floor(region.peakAt / columns),
      box: {
        x: region.minX,
        y: region.minY,
        width: region.maxX - region.minX + 1,
        height: region.maxY - region.minY + 1,
      },
      centroid: { x: region.sumX / region.area + 0.5, y: region.sumY / region.area + 0.5 },
    }))
    .filter(({ areaPx }) => areaPx >= minAreaPx)
    .sort((a, b) => b.peak - a.peak);
  return { labels, regions };
}
