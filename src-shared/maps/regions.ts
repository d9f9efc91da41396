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
  const area = new Int32Array(count);
  const peak = new Float64Array(count).fill(-Infinity);
  const peakAt = new Int32Array(count);
  const sumX = new Float64Array(count);
  const sumY = new Float64Array(count);
  const minX = new Int32Array(count).fill(columns);
  const maxX = new Int32Array(count);
  const minY = new Int32Array(count).fill(rows);
  const maxY = new Int32Array(count);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      const region = (labels[i] as number) - 1;
      if (region < 0) continue;
      const value = map[i] as number;
      area[region] = (area[region] as number) + 1;
      sumX[region] = (sumX[region] as number) + x;
      sumY[region] = (sumY[region] as number) + y;
      if (value > (peak[region] as number)) {
        peak[region] = value;
        peakAt[region] = i;
      }
      if (x < (minX[region] as number)) minX[region] = x;
      if (x > (maxX[region] as number)) maxX[region] = x;
      if (y < (minY[region] as number)) minY[region] = y;
      maxY[region] = y;
    }
  }
  const regions = Array.from({ length: count }, (_, index) => index)
    .filter((index) => (area[index] as number) >= minAreaPx)
    .map((index): Region => {
      const [areaPx, at] = [area[index] as number, peakAt[index] as number];
      const [x, y] = [minX[index] as number, minY[index] as number];
      return {
        label: index + 1,
        areaPx,
        peak: peak[index] as number,
        peakX: at % columns,
        peakY: Math.floor(at / columns),
        box: { x, y, width: (maxX[index] as number) - x + 1, height: (maxY[index] as number) - y + 1 },
        centroid: {
          x: (sumX[index] as number) / areaPx + 0.5,
          y: (sumY[index] as number) / areaPx + 0.5,
        },
      };
    })
    .sort((a, b) => b.peak - a.peak);
  return { labels, regions };
}
