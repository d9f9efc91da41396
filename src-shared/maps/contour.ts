/** A line around values at or above the level; x, y, x, y, … in pixels of the map, where pixel (0, 0) covers 0-1 and has its centre at 0.5. */
export interface ContourLine {
  readonly points: Float32Array;
  /** False where the line runs out of the map. */
  readonly isClosed: boolean;
}

/* Edges of a cell with corners tl tr / bl br. Bits of a case: tl 8, tr 4, br 2, bl 1. */
const top = 0;
const right = 1;
const bottom = 2;
const left = 3;

/** Per case the crossed edges, from → to with the high side to the left hand; saddles (5, 10) are decided by the cell's mean. */
const segmentsOfCase: readonly (readonly number[])[] = [
  [],
  [bottom, left],
  [right, bottom],
  [right, left],
  [top, right],
  [],
  [top, bottom],
  [top, left],
  [left, top],
  [bottom, top],
  [],
  [right, top],
  [left, right],
  [bottom, right],
  [left, bottom],
  [],
];
const saddles: Readonly<
  Record<number, { readonly joined: readonly number[]; readonly apart: readonly number[] }>
> = {
  5: { joined: [top, left, bottom, right], apart: [top, right, bottom, left] },
  10: { joined: [right, top, left, bottom], apart: [left, top, right, bottom] },
};

/** For each edge the edge its line goes on to, -1 for none. Edges: 2·pixel for the one to the right, 2·pixel + 1 downwards. */
function linkEdges(map: Float32Array, rows: number, columns: number, level: number): Int32Array {
  const next = new Int32Array(rows * columns * 2).fill(-1);
  for (let y = 0; y + 1 < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const pixel = y * columns + x;
      const [tl, tr] = [map[pixel] as number, map[pixel + 1] as number];
      const [bl, br] = [map[pixel + columns] as number, map[pixel + columns + 1] as number];
      const kind =
        (tl >= level ? 8 : 0) + (tr >= level ? 4 : 0) + (br >= level ? 2 : 0) + (bl >= level ? 1 : 0);
      if (kind === 0 || kind === 15) continue;
      const saddle = saddles[kind];
      const segments =
        saddle === undefined
          ? (segmentsOfCase[kind] ?? [])
          : (tl + tr + bl + br) / 4 >= level
            ? saddle.joined
            : saddle.apart;
      const edges = [2 * pixel, 2 * (pixel + 1) + 1, 2 * (pixel + columns), 2 * pixel + 1];
      for (let i = 0; i < segments.length; i += 2) {
        next[edges[segments[i] as number] as number] = edges[segments[i + 1] as number] as number;
      }
    }
  }
  return next;
}

/**
 * Marching squares: the lines where a pixel map [rows, columns] crosses `level`, linearly interpolated between pixel
 * centres, with values at or above the level on the left hand of the direction of travel. Lines end at the map's outermost pixel centres.
 * NaN counts as low. O(pixels).
 */
export function traceContours(
  map: Float32Array,
  rows: number,
  columns: number,
  level: number,
): readonly ContourLine[] {
  if (map.length !== rows * columns) throw new RangeError(`${map.length} values are not ${rows}×${columns}`);
  const next = linkEdges(map, rows, columns, level);
  const hasPrevious = new Uint8Array(next.length);
  for (const to of next) if (to >= 0) hasPrevious[to] = 1;

  const addPoint = (points: number[], edge: number) => {
    const pixel = edge >> 1;
    const isDown = edge & 1;
    const [a, b] = [map[pixel] as number, map[pixel + (isDown ? columns : 1)] as number];
    const share = (level - a) / (b - a);
    const along = share >= 0 && share <= 1 ? share : 0.5;
    points.push(
      (pixel % columns) + 0.5 + (isDown ? 0 : along),
      Math.floor(pixel / columns) + 0.5 + (isDown ? along : 0),
    );
  };
  const follow = (start: number): ContourLine => {
    const points: number[] = [];
    let edge = start;
    while (edge >= 0) {
      addPoint(points, edge);
      const to = next[edge] as number;
      next[edge] = -1;
      edge = to;
      if (edge === start) return { points: Float32Array.from(points), isClosed: true };
    }
    return { points: Float32Array.from(points), isClosed: false };
  };

  const lines: ContourLine[] = [];
  // Lines that come in from the border first: begun anywhere else they would be found in two parts.
  for (let edge = 0; edge < next.length; edge++) {
    if ((next[edge] as number) >= 0 && hasPrevious[edge] === 0) lines.push(follow(edge));
  }
  for (let edge = 0; edge < next.length; edge++) {
    if ((next[edge] as number) >= 0) lines.push(follow(edge));
  }
  return lines;
}
