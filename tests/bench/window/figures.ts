import { loadavg } from 'node:os';

/** One line of the result. */
export interface Figure {
  readonly what: string;
  /** In `unit`; the figure that is held against the aim. */
  readonly value: number;
  readonly unit: 'ms' | 'MB' | '%';
  /** At most; null: there is none, it explains another figure. */
  readonly aim: number | null;
  /** How it was reached, and figures beside it. */
  readonly note: string;
  /** Of the last minute, when it was taken. */
  readonly load: number;
}

export function figure(
  what: string,
  value: number,
  { unit = 'ms', aim = null, note = '' }: Partial<Pick<Figure, 'unit' | 'aim' | 'note'>> = {},
): Figure {
  return { what, value, unit, aim, note, load: loadavg()[0] ?? NaN };
}

/** By nearest rank; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

export function inMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

/** The whole table; what misses its aim is marked at the beginning of its line. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, unit, aim, note, load }) => [
    aim === null ? ' ' : value <= aim ? '✓' : '✗',
    what,
    `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`,
    aim === null ? '' : `< ${aim} ${unit}`,
    load.toFixed(1),
    note,
  ]);
  const table = [['', 'what', 'figure', 'aim', 'load', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 2 || column === 3
            ? cell.padStart(widths[column] ?? 0)
            : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
