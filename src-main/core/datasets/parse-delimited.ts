import { setImmediate } from 'node:timers/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';

export interface DelimitedRow {
  /** Counted from 1, of the row's first character. */
  readonly line: number;
  readonly cells: readonly string[];
}

const stepMs = 10;
const longestCell = 65_536;
const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** The delimiter that most of the first lines hold most of, outside quotes; a comma where none is there. */
export function guessDelimiter(text: string): Delimiter {
  const lines = text
    .slice(0, 65_536)
    .split(/\r\n|\n|\r/, 20)
    .filter((line) => line.trim() !== '')
    .map((line) => line.replaceAll(/"[^"]*"/g, ''));
  const counts = delimiters.map((delimiter) => {
    const perLine = lines.map((line) => line.split(delimiter).length - 1);
    return { delimiter, count: Math.min(...perLine, Infinity), sum: perLine.reduce((sum, n) => sum + n, 0) };
  });
  const finite = counts.map((one) => ({ ...one, count: Number.isFinite(one.count) ? one.count : 0 }));
  finite.sort((a, b) => b.count - a.count || b.sum - a.sum);
  return finite[0]?.sum === 0 ? ',' : (finite[0]?.delimiter ?? ',');
}

/**
 * The rows of a table: cells in double quotes may hold delimiters, line ends and doubled quotes (RFC 4180). Every cell is
 * text, trimmed unless quoted: what a spreadsheet would take for a formula is nothing here. Empty lines are left out.
 * Gives way to other work. Throws `corrupt-file` for a quote that is never closed, a cell without end, or too many rows.
 */
export async function parseDelimited(
  name: string,
  text: string,
  { delimiter, maxRows, signal }: { delimiter: Delimiter; maxRows: number; signal: AbortSignal },
): Promise<DelimitedRow[]> {
  const rows: DelimitedRow[] = [];
  let at = 0;
  let line = 1;
  let untilMs = performance.now() + stepMs;
  const bad = (where: number, what: string) =>
    new WorkbenchError('corrupt-file', `${name}, line ${where}: ${what}`);

  const readQuoted = (): string => {
    const opened = line;
    let cell = '';
    at += 1;
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote === -1 || quote - at > longestCell) throw bad(opened, 'a quote is opened and never closed.');
      cell += text.slice(at, quote);
      at = quote + 1;
      if (text.charAt(at) !== '"') break;
      cell += '"';
      at += 1;
    }
    line += cell.split(/\r\n|\n|\r/).length - 1;
    return cell;
  };
  const endOfCell = new RegExp(`[${delimiter === '|' ? '\\|' : delimiter}\r\n]`, 'g');
  const readPlain = (): string => {
    endOfCell.lastIndex = at;
    const end = endOfCell.exec(text)?.index ?? text.length;
    if (end - at > longestCell) throw bad(line, `a cell of ${end - at} characters is none.`);
    const cell = text.slice(at, end);
    at = end;
    return cell.trim();
  };

  while (at < text.length) {
    if (rows.length % 256 === 0 && performance.now() > untilMs) {
      await setImmediate();
      signal.throwIfAborted();
      untilMs = performance.now() + stepMs;
    }
    const cells: string[] = [];
    const start = line;
    for (;;) {
      // Whatever stands between a closing quote and the delimiter belongs to the cell.
      cells.push(text.charAt(at) === '"' ? readQuoted() + readPlain() : readPlain());
      if (text.charAt(at) !== delimiter) break;
      at += 1;
    }
    if (text.startsWith('\r\n', at)) at += 2;
    else at += 1;
    line += 1;
    if (cells.length === 1 && cells[0] === '') continue;
    if (rows.length >= maxRows) throw bad(start, `there are more than ${maxRows} rows. Split the table.`);
    rows.push({ line: start, cells });
  }
  return rows;
}
