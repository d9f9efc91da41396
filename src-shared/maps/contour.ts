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

/**
 * Edges of a map that lines cross. Edges: 2·pixel for the one to the right, 2·pixel + 1 downwards. Kept from call to call,
 * because a threshold that is dragged asks for lines at every frame and the arrays are megabytes.
 */
interface EdgeLinks {
  /** For each edge the edge its line goes on to, -1 for none: everywhere between two calls. */
  next: Int32Array;
  /** 1 where a line comes to an edge; 0 everywhere between two calls. */
  hasPrevious: Uint8Array;
}

const links: EdgeLinks = { next: new Int32Array(0), hasPrevious: new Uint8Array(0) };

function linksFor(length: number): EdgeLinks {
  if (links.next.length < length) {
    links.next = new Int32Array(length).fill(-1);
    links.hasPrevious = new Uint8Array(length);
  }
  return links;
}

/** Cells of a row that are looked at together. */
const blockCells = 16;

/**
 * Lowest and highest value of every stretch of 16 cells of a map, row-major: a line can only cross those that lie on both
 * sides of its level. Made once for a map whose level will be moved. NaN counts as lower than anything.
 */
export interface ContourBlocks {
  readonly lowest: Float32Array;
  readonly highest: Float32Array;
}

/** Throws RangeError when the map does not have rows·columns values. */
export function makeContourBlocks(map: Float32Array, rows: number, columns: number): ContourBlocks {
  if (map.length !== rows * columns) throw new RangeError(`${map.length} values are not ${rows}×${columns}`);
  const across = blocksAcross(columns);
  const count = Math.max(0, rows - 1) * across;
  const [lowest, highest] = [new Float32Array(count), new Float32Array(count)];
  for (let block = 0; block < count; block++) {
    const y = Math.floor(block / across);
    const from = y * columns + (block % across) * blockCells;
    const to = Math.min(from + blockCells, (y + 1) * columns - 1);
    let low = Infinity;
    let high = -Infinity;
    for (let pixel = from; pixel <= to; pixel++) {
      const above = map[pixel] as number;
      const below = map[pixel + columns] as number;
      if (above > high) high = above;
      if (below > high) high = below;
      if (!(above >= low)) low = above < low ? above : -Infinity;
      if (!(below >= low)) low = below < low ? below : -Infinity;
    }
    lowest[block] = low;
    highest[block] = high;
  }
  return { lowest, highest };
}

function blocksAcross(columns: number): number {
  return Math.max(0, Math.ceil((columns - 1) / blockCells));
}

/** Links the edges of every cell that `level` crosses and returns those that lines leave, in ascending order. */
function linkEdges(
  { next, hasPrevious }: EdgeLinks,
  map: Float32Array,
  columns: number,
  level: number,
  blocks: ContourBlocks,
): Int32Array {
  const from: number[] = [];
  const link = (pixel: number, kind: number) => {
    const segments = segmentsOf(kind, map, pixel, columns, level);
    for (let i = 0; i < segments.length; i += 2) {
      const start = edgeOf(segments[i] as number, pixel, columns);
      const end = edgeOf(segments[i + 1] as number, pixel, columns);
      from.push(start);
      next[start] = end;
      hasPrevious[end] = 1;
    }
  };
  const across = blocksAcross(columns);
  for (let block = 0; block < blocks.lowest.length; block++) {
    if ((blocks.lowest[block] as number) >= level || (blocks.highest[block] as number) < level) continue;
    const y = Math.floor(block / across);
    let pixel = y * columns + (block % across) * blockCells;
    const end = Math.min(pixel + blockCells, (y + 1) * columns - 1);
    // Both corners of the column before, as they stand in a case: above 8, below 1.
    let before =
      ((map[pixel] as number) >= level ? 8 : 0) | ((map[pixel + columns] as number) >= level ? 1 : 0);
    for (; pixel < end; pixel++) {
      const above = (map[pixel + 1] as number) >= level;
      const below = (map[pixel + columns + 1] as number) >= level;
      const kind = before | (above ? 4 : 0) | (below ? 2 : 0);
      if (kind !== 0 && kind !== 15) link(pixel, kind);
      before = (above ? 8 : 0) | (below ? 1 : 0);
    }
  }
  return Int32Array.from(from).sort();
}

/** Crossed edges of the cell whose upper left corner is `pixel`, from → to. */
function segmentsOf(
  kind: number,
  map: Float32Array,
  pixel: number,
  columns: number,
  level: number,
): readonly number[] {
  const saddle = saddles[kind];
  if (saddle === undefined) return segmentsOfCase[kind] ?? [];
  const below = pixel + columns;
  const sum =
    (map[pixel] as number) + (map[pixel + 1] as number) + (map[below] as number) + (map[below + 1] as number);
  return sum / 4 >= level ? saddle.joined : saddle.apart;
}

function edgeOf(side: number, pixel: number, columns: number): number {
  if (side === top) return 2 * pixel;
  if (side === right) return 2 * (pixel + 1) + 1;
  return side === bottom ? 2 * (pixel + columns) : 2 * pixel + 1;
}

/**
 * Marching squares: the lines where a pixel map [rows, columns] crosses `level`, linearly interpolated between pixel
 * centres, with values at or above the level on the left hand of the direction of travel. Lines end at the map's outermost pixel centres.
 * NaN counts as low. O(pixels), and next to nothing for blocks that no line crosses where `blocks` of the map are handed in.
 */
export function traceContours(
  map: Float32Array,
  rows: number,
  columns: number,
  level: number,
  blocks: ContourBlocks = makeContourBlocks(map, rows, columns),
): readonly ContourLine[] {
  if (map.length !== rows * columns) throw new RangeError(`${map.length} values are not ${rows}×${columns}`);
  const own = linksFor(map.length * 2);
  const { next, hasPrevious } = own;
  const starts = linkEdges(own, map, columns, level, blocks);

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
      hasPrevious[edge] = 0;
      edge = to;
      if (edge === start) return { points: Float32Array.from(points), isClosed: true };
    }
    return { points: Float32Array.from(points), isClosed: false };
  };

  const lines: ContourLine[] = [];
  // Lines that come in from the border first: begun anywhere else they would be found in two parts.
  for (const edge of starts) {
    if ((next[edge] as number) >= 0 && hasPrevious[edge] === 0) lines.push(follow(edge));
  }
  for (const edge of starts) {
    if ((next[edge] as number) >= 0) lines.push(follow(edge));
  }
  return lines;
}
