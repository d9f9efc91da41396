import type { JobKind, JobProgress } from '../../src-shared/domain/job.ts';
import type { CliIo } from './cli-io.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';
import { onOneLine } from '../../src-shared/text/on-one-line.ts';

/** Where nobody can be shown a moving line, one of words this often. */
const plainEveryMs = 10_000;

/**
 * One line on the terminal that is written over and over; where the error output is no terminal, a line of words every ten
 * seconds, none for work that is done sooner.
 */
export class ProgressLine {
  readonly #io: CliIo;
  readonly #title: string;
  readonly #kind: JobKind;
  readonly #nowMs: () => number;
  #shown = false;
  #plainAtMs: number;

  constructor(io: CliIo, title: string, kind: JobKind, nowMs: () => number = () => performance.now()) {
    this.#io = io;
    this.#title = title;
    this.#kind = kind;
    this.#nowMs = nowMs;
    this.#plainAtMs = nowMs() + plainEveryMs;
  }

  show(progress: JobProgress): void {
    if (!this.#io.stderrIsTerminal) {
      this.#showPlain(progress);
      return;
    }
    this.#shown = true;
    this.#io.stderr(
      `\r\u001b[K${formatProgress(this.#title, progress, this.#io.columns, countsBytes(this.#kind))}`,
    );
  }

  #showPlain(progress: JobProgress): void {
    const nowMs = this.#nowMs();
    if (nowMs < this.#plainAtMs) return;
    this.#plainAtMs = nowMs + plainEveryMs;
    this.#io.stderr(`${describeProgress(this.#title, progress, countsBytes(this.#kind))}\n`);
  }

  /** Clears the line, so that what is printed next stands on its own. */
  end(): void {
    if (this.#shown) this.#io.stderr('\r\u001b[K');
    this.#shown = false;
  }
}

const barWidth = 24;

/** Title, bar, count, rate and time left, as much as is known and fits into `columns`. */
export function formatProgress(
  title: string,
  progress: JobProgress,
  columns: number,
  inBytes = false,
): string {
  const { done, total } = progress;
  const parts = [onOneLine(title)];
  const amount = inBytes ? formatSize : String;
  if (total === null) parts.push(amount(done));
  else {
    const filled = total === 0 ? 0 : Math.round((Math.min(done, total) / total) * barWidth);
    parts.push(
      `[${'#'.repeat(filled)}${'·'.repeat(barWidth - filled)}]`,
      inBytes ? `${amount(done)} of ${amount(total)}` : `${done}/${total}`,
    );
  }
  parts.push(...paceOf(progress, inBytes));
  return parts.join('  ').slice(0, Math.max(columns - 1, 20));
}

/** The same in words, for a log: `Scan: 12 of 48, 3.14/s, 12 s left, a.png`. */
export function describeProgress(title: string, progress: JobProgress, inBytes = false): string {
  const { done, total } = progress;
  const amount = inBytes ? formatSize : String;
  const count = total === null ? amount(done) : `${amount(done)} of ${amount(total)}`;
  return `${onOneLine(title)}: ${[count, ...paceOf(progress, inBytes)].join(', ')}`;
}

/** Rate, time left and what is being done, as much as is known. */
function paceOf({ ratePerSecond, secondsLeft, message }: JobProgress, inBytes: boolean): string[] {
  return [
    ...(ratePerSecond === null
      ? []
      : [`${inBytes ? formatSize(ratePerSecond) : formatRate(ratePerSecond)}/s`]),
    ...(secondsLeft === null ? [] : [`${formatSeconds(secondsLeft)} left`]),
    ...(message === '' ? [] : [onOneLine(message)]),
  ];
}

/** Models are counted in bytes, everything else in pieces. */
function countsBytes(kind: JobKind): boolean {
  return kind === 'model-import' || kind === 'model-download';
}

/** Two significant digits for small rates, none behind the point for large ones. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 100) return perSecond.toFixed(0);
  return perSecond >= 10 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

/** `42 s`, `3 min 5 s`, `2 h 7 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
