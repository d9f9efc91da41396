/** How tiles of one height stand in rows that fill a width. Row r holds the tiles from `first[r]` to before `first[r + 1]`. */
export interface JustifiedRows {
  readonly count: number;
  /** One longer than there are rows. */
  readonly first: Uint32Array;
  /** Of the pictures alone, in pixels. */
  readonly heights: Float64Array;
}

export interface JustifyOptions {
  readonly widthPx: number;
  readonly gapPx: number;
  /** The height that rows come near to. */
  readonly heightPx: number;
}

/** Taller and wider pictures are shown inside a tile of this shape: a line would be no tile. */
const narrowest = 0.5;
const widest = 3.2;

/** Width by height of the tile of a picture. */
export function tileAspect(aspect: number): number {
  return Math.min(widest, Math.max(narrowest, aspect));
}

/**
 * Puts pictures (width by height of each, in order) into rows: as many as come nearest to the wished height, then as high as
 * fills the width. The last row keeps the height of the one before it, so that pictures of one shape stand in columns.
 */
export function justifyRows(aspects: Iterable<number>, options: JustifyOptions): JustifiedRows {
  const { widthPx, gapPx, heightPx } = options;
  const first: number[] = [0];
  const heights: number[] = [];
  const heightOf = (sum: number, count: number) => Math.max(1, (widthPx - (count - 1) * gapPx) / sum);
  let sum = 0;
  let count = 0;
  let index = 0;
  const close = (rowSum: number, rowCount: number) => {
    heights.push(heightOf(rowSum, rowCount));
    first.push((first.at(-1) ?? 0) + rowCount);
  };
  for (const each of aspects) {
    const aspect = tileAspect(each);
    const without = count === 0 ? Infinity : heightOf(sum, count);
    const withIt = heightOf(sum + aspect, count + 1);
    if (withIt <= heightPx) {
      // The row is full with it or was full before it, whichever is nearer to the wish.
      if (without / heightPx < heightPx / withIt) {
        close(sum, count);
        sum = aspect;
        count = 1;
        if (heightOf(aspect, 1) <= heightPx) {
          close(sum, count);
          sum = 0;
          count = 0;
        }
      } else {
        close(sum + aspect, count + 1);
        sum = 0;
        count = 0;
      }
    } else {
      sum += aspect;
      count += 1;
    }
    index += 1;
  }
  if (count > 0) {
    const before = heights.at(-1) ?? heightPx;
    heights.push(Math.min(before, heightOf(sum, count)));
    first.push(index);
  }
  return { count: heights.length, first: Uint32Array.from(first), heights: Float64Array.from(heights) };
}

/** The row of a tile. */
export function rowOfTile(rows: JustifiedRows, index: number): number {
  let low = 0;
  let high = rows.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows.first[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** The tile of the row `row` whose middle is nearest to that of a tile; the tile itself where there is no such row. */
export function tileAcross(
  rows: JustifiedRows,
  aspects: readonly number[],
  index: number,
  row: number,
  gapPx: number,
): number {
  if (row < 0 || row >= rows.count) return index;
  const middles = (which: number): number[] => {
    const height = rows.heights[which] ?? 0;
    let left = 0;
    const found: number[] = [];
    for (let k = rows.first[which] ?? 0; k < (rows.first[which + 1] ?? 0); k++) {
      const width = height * tileAspect(aspects[k] ?? 1);
      found.push(left + width / 2);
      left += width + gapPx;
    }
    return found;
  };
  const own = rowOfTile(rows, index);
  const at = middles(own)[index - (rows.first[own] ?? 0)] ?? 0;
  const others = middles(row);
  let nearest = 0;
  for (const [k, middle] of others.entries()) {
    if (Math.abs(middle - at) < Math.abs((others[nearest] ?? 0) - at)) nearest = k;
  }
  return (rows.first[row] ?? 0) + nearest;
}
