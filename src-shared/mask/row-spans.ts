import type { RunLengthMask } from './run-length.ts';

/**
 * A binary mask as the spans of each row: `[start, end)` in turn, ascending and apart. What is drawn from polygons and
 * run lengths goes through this form: it takes no memory for pixels.
 */
export interface RowSpans {
  readonly width: number;
  readonly height: number;
  /** One list a row: start, end, start, end, … */
  readonly rows: readonly (readonly number[])[];
}

export function emptySpans(width: number, height: number): RowSpans {
  return { width, height, rows: Array.from({ length: height }, () => []) };
}

/** What lies in either of two masks of one size. */
export function uniteSpans(a: RowSpans, b: RowSpans): RowSpans {
  if (a.width !== b.width || a.height !== b.height) throw new RangeError('masks of two sizes');
  return { ...a, rows: a.rows.map((row, y) => uniteRows(row, b.rows[y] ?? [])) };
}

function uniteRows(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const united: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    const start = (takeA ? a[i] : b[j]) as number;
    const end = (takeA ? a[i + 1] : b[j + 1]) as number;
    if (takeA) i += 2;
    else j += 2;
    const last = united.length - 1;
    if (last > 0 && start <= (united[last] as number)) united[last] = Math.max(united[last] as number, end);
    else united.push(start, end);
  }
  return united;
}

/** The same mask in run-length form. */
export function spansToRuns({ width, height, rows }: RowSpans): RunLengthMask {
  const runs: number[] = [];
  let at = 0;
  let inside = 0;
  for (const [y, row] of rows.entries()) {
    for (let i = 0; i < row.length; i += 2) {
      const start = y * width + (row[i] as number);
      const end = y * width + (row[i + 1] as number);
      // A span that ends a row and one that begins the next are one run.
      if (start === at && runs.length > 0 && inside > 0) {
        inside += end - start;
        runs[runs.length - 1] = inside;
      } else {
        inside = end - start;
        runs.push(start - at, inside);
      }
      at = end;
    }
  }
  if (at < width * height) runs.push(width * height - at);
  return { width, height, runs: Uint32Array.from(runs) };
}
