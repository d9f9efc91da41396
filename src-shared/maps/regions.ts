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

/**
 * 8-connected regions of a pixel map [rows, columns] at or above the threshold. Works on the stretches of each row that
 * reach it, in two passes with union-find, because a threshold that is dragged asks for them again and again.
 * Throws RangeError when the map does not have rows·columns values.
 */
export function findRegions(
  map: Float32Array,
  rows: number,
  columns: number,
  { threshold, minAreaPx = 1 }: RegionOptions,
): Regions {
  if (map.length !== rows * columns) throw new RangeError(`${map.length} values are not ${rows}×${columns}`);
  const runs = findRuns(map, rows, columns, threshold);
  const parents = joinRuns(runs, columns);
  const labels = new Int32Array(map.length);
  const found: Gathered[] = [];
  const labelOf = new Int32Array(runs.count);
  for (let run = 0; run < runs.count; run++) {
    // The root is a component's first run, so numbering roots in order keeps the reading order.
    const root = findRoot(parents, run);
    if (root === run) labelOf[run] = found.push(emptyRegion(columns));
    const label = labelOf[root] as number;
    const [start, end] = [runs.starts[run] as number, runs.ends[run] as number];
    labels.fill(label, start, end);
    gather(found[label - 1] as Gathered, map, start, end, columns);
  }
  const regions = found
    .map((region, index) => finish(region, index + 1, columns))
    .filter(({ areaPx }) => areaPx >= minAreaPx)
    .sort((a, b) => b.peak - a.peak);
  return { labels, regions };
}

/** Stretches of pixels at or above the threshold within a row, in reading order, as indices of the map: start ≤ i < end. */
interface Runs {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
}

function findRuns(map: Float32Array, rows: number, columns: number, threshold: number): Runs {
  const most = rows * Math.ceil(columns / 2);
  const [starts, ends] = [new Int32Array(most), new Int32Array(most)];
  let count = 0;
  for (let y = 0, i = 0; y < rows; y++) {
    const end = i + columns;
    while (i < end) {
      while (i < end && !((map[i] as number) >= threshold)) i++;
      if (i === end) break;
      starts[count] = i;
      while (i < end && (map[i] as number) >= threshold) i++;
      ends[count++] = i;
    }
  }
  return { starts, ends, count };
}

/** The run that each run belongs to, by union-find: those of neighbouring rows that touch, corners included. */
function joinRuns({ starts, ends, count }: Runs, columns: number): Int32Array {
  const parents = Int32Array.from({ length: count }, (_, run) => run);
  let above = 0;
  for (let run = 0; run < count; run++) {
    // One row higher; widened by a pixel on both sides, within the row.
    const start = starts[run] as number;
    const rowStart = start - (start % columns);
    if (rowStart === 0) continue;
    const from = Math.max(start - 1, rowStart) - columns;
    const to = Math.min((ends[run] as number) + 1, rowStart + columns) - columns;
    while ((ends[above] as number) <= from) above++;
    for (let other = above; other < run && (starts[other] as number) < to; other++) {
      const [a, b] = [findRoot(parents, run), findRoot(parents, other)];
      parents[Math.max(a, b)] = Math.min(a, b);
    }
  }
  return parents;
}

function findRoot(parents: Int32Array, run: number): number {
  let root = run;
  while (parents[root] !== root) root = parents[root] as number;
  for (let at = run; at !== root;) {
    const parent = parents[at] as number;
    parents[at] = root;
    at = parent;
  }
  return root;
}

/** What is summed up of a region, run by run. */
interface Gathered {
  areaPx: number;
  sumX: number;
  sumY: number;
  peak: number;
  peakAt: number;
  minX: number;
  maxX: number;
  minY: number;
  maxY: number;
}

function emptyRegion(columns: number): Gathered {
  return {
    areaPx: 0,
    sumX: 0,
    sumY: 0,
    peak: -Infinity,
    peakAt: 0,
    minX: columns,
    maxX: 0,
    minY: -1,
    maxY: 0,
  };
}

function gather(region: Gathered, map: Float32Array, start: number, end: number, columns: number): void {
  const y = Math.floor(start / columns);
  const first = start - y * columns;
  const length = end - start;
  const last = first + length - 1;
  region.areaPx += length;
  region.sumX += ((first + last) * length) / 2;
  region.sumY += y * length;
  region.minX = Math.min(region.minX, first);
  region.maxX = Math.max(region.maxX, last);
  if (region.minY < 0) region.minY = y;
  region.maxY = y;
  let { peak, peakAt } = region;
  for (let i = start; i < end; i++) {
    const value = map[i] as number;
    if (value > peak) [peak, peakAt] = [value, i];
  }
  region.peak = peak;
  region.peakAt = peakAt;
}

function finish(region: Gathered, label: number, columns: number): Region {
  const { areaPx, peak, peakAt, minX, minY } = region;
  return {
    label,
    areaPx,
    peak,
    peakX: peakAt % columns,
    peakY: Math.floor(peakAt / columns),
    box: { x: minX, y: minY, width: region.maxX - minX + 1, height: region.maxY - minY + 1 },
    centroid: { x: region.sumX / areaPx + 0.5, y: region.sumY / areaPx + 0.5 },
  };
}
