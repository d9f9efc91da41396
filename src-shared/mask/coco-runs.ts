import { WorkbenchError } from '../contract/errors.ts';
import type { RowSpans } from './row-spans.ts';

/**
 * Run lengths of COCO's compressed form: numbers of 5 bits a character (48 added), the sixth bit saying that more follow,
 * two's complement; from the third on the difference to the one two before. Throws `corrupt-file`.
 */
export function readCompressedRuns(text: string): number[] {
  const runs: number[] = [];
  let at = 0;
  while (at < text.length) {
    let value = 0;
    let shift = 0;
    for (;;) {
      const code = text.charCodeAt(at) - 48;
      if (!(code >= 0 && code < 64) || shift > 30) throw damaged('its compressed run lengths are none');
      at += 1;
      value += (code & 0x1f) * 2 ** shift;
      shift += 5;
      if ((code & 0x20) !== 0) continue;
      if ((code & 0x10) !== 0) value -= 2 ** shift;
      break;
    }
    if (runs.length > 2) value += runs[runs.length - 2] as number;
    if (value < 0) throw damaged('a run of its run lengths is negative');
    runs.push(value);
  }
  return runs;
}

/** The same run lengths in COCO's compressed form. */
export function writeCompressedRuns(runs: readonly number[]): string {
  let text = '';
  for (const [i, run] of runs.entries()) {
    let value = i > 2 ? run - (runs[i - 2] as number) : run;
    for (;;) {
      const low = value & 0x1f;
      value >>= 5;
      const isLast = (low & 0x10) === 0 ? value === 0 : value === -1;
      text += String.fromCharCode((isLast ? low : low | 0x20) + 48);
      if (isLast) break;
    }
  }
  return text;
}

/**
 * A mask from COCO's run lengths: down the columns, outside and inside in turn, beginning with outside. Throws
 * `corrupt-file` where they do not cover width×height. Costs as much as the mask has outline, not as much as it has pixels.
 */
export function cocoRunsToSpans(runs: readonly number[], width: number, height: number): RowSpans {
  let total = 0;
  for (const run of runs) {
    if (!(Number.isInteger(run) && run >= 0)) throw damaged('a run of its run lengths is no number');
    total += run;
  }
  if (total !== width * height) {
    throw damaged(`its run lengths cover ${total} pixels, the image has ${width}×${height}`);
  }
  // Rows where inside and outside change between a column and the one before it become ends of spans.
  const rows: number[][] = Array.from({ length: height }, () => []);
  let before: number[] = [];
  const closeColumn = (x: number, column: number[]) => {
    eachDifference(before, column, (from, to) => {
      for (let y = from; y < to; y++) rows[y]?.push(x);
    });
    before = column;
  };
  let at = 0;
  let x = 0;
  let column: number[] = [];
  for (const [i, run] of runs.entries()) {
    let rest = run;
    while (rest > 0) {
      const y = at - x * height;
      const step = Math.min(rest, height - y);
      if (i % 2 === 1) column.push(y, y + step);
      at += step;
      rest -= step;
      if (at === (x + 1) * height) {
        closeColumn(x, column);
        column = [];
        x += 1;
      }
    }
  }
  closeColumn(width, []);
  return { width, height, rows };
}

/** Intervals that lie in exactly one of two lists of intervals. */
function eachDifference(
  a: readonly number[],
  b: readonly number[],
  tell: (from: number, to: number) => void,
): void {
  let [i, j] = [0, 0];
  let from: number | null = null;
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    let changes = 0;
    for (; a[i] === next; i++) changes += 1;
    for (; b[j] === next; j++) changes += 1;
    if (changes % 2 === 0) continue;
    if (from === null) from = next;
    else {
      tell(from, next);
      from = null;
    }
  }
}

function damaged(what: string): WorkbenchError {
  return new WorkbenchError('corrupt-file', `An annotation cannot be used: ${what}.`);
}
