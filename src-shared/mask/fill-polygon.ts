import type { RowSpans } from './row-spans.ts';

/**
 * The pixels whose centres lie inside a polygon (even-odd rule). `points`: x, y in turn, in pixels, a pixel's upper left
 * corner being its number; the last joins the first. What lies outside width×height is cut off. A polygon of fewer than
 * three points, or with a value that is no number, is empty.
 */
export function fillPolygon(points: readonly number[], width: number, height: number): RowSpans {
  const crossings: number[][] = Array.from({ length: height }, () => []);
  const count = Math.floor(points.length / 2);
  const usable = count >= 3 && points.every((value) => Number.isFinite(value));
  for (let i = 0; usable && i < count; i++) {
    const next = (i + 1) % count;
    addEdge(crossings, [
      points[2 * i] as number,
      points[2 * i + 1] as number,
      points[2 * next] as number,
      points[2 * next + 1] as number,
    ]);
  }
  return { width, height, rows: crossings.map((row) => toSpans(row, width)) };
}

/** Where an edge crosses the middle line of each row; at its upper end counted, at its lower not, so that none counts twice. */
function addEdge(crossings: number[][], [x0, y0, x1, y1]: readonly [number, number, number, number]): void {
  if (y0 === y1) return;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const first = Math.max(0, Math.ceil(topY - 0.5));
  const last = Math.min(crossings.length - 1, Math.ceil(bottomY - 0.5) - 1);
  for (let y = first; y <= last; y++) {
    crossings[y]?.push(topX + ((y + 0.5 - topY) / (bottomY - topY)) * (bottomX - topX));
  }
}

function toSpans(crossings: number[], width: number): number[] {
  crossings.sort((a, b) => a - b);
  const spans: number[] = [];
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const start = Math.max(0, Math.ceil((crossings[i] as number) - 0.5));
    const end = Math.min(width, Math.ceil((crossings[i + 1] as number) - 0.5));
    if (end <= start) continue;
    if (spans.at(-1) === start) spans[spans.length - 1] = end;
    else spans.push(start, end);
  }
  return spans;
}
