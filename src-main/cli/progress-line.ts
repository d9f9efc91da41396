import type { JobKind, JobProgress } from '../../src-shared/domain/job.ts';
import type { CliIo } from './cli-io.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';

/** One line on the terminal that is written over and over; silent where the error output is no terminal. */
export class ProgressLine {
  readonly #io: CliIo;
  readonly #title: string;
  readonly #kind: JobKind;
  #shown = false;

  constructor(io: CliIo, title: string, kind: JobKind) {
    this.#io = io;
    this.#title = title;
    this.#kind = kind;
  }

  show(progress: JobProgress): void {
    if (!this.#io.stderrIsTerminal) return;
    this.#shown = true;
    this.#io.stderr(
      `\r\u001b[K${formatProgress(this.#title, progress, this.#io.columns, countsBytes(this.#kind))}`,
    );
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
  const { done, total, ratePerSecond, secondsLeft } = progress;
  const parts = [title];
  const amount = inBytes ? formatSize : String;
  if (total === null) parts.push(amount(done));
  else {
    const filled = total === 0 ? 0 : Math.round((Math.min(done, total) / total) * barWidth);
    parts.push(
      `[${'#'.repeat(filled)}${'·'.repeat(barWidth - filled)}]`,
      inBytes ? `${amount(done)} of ${amount(total)}` : `${done}/${total}`,
    );
  }
  if (ratePerSecond !== null)
    parts.push(`${inBytes ? formatSize(ratePerSecond) : formatRate(ratePerSecond)}/s`);
  if (secondsLeft !== null) parts.push(`${formatSeconds(secondsLeft)} left`);
  if (progress.message !== '') parts.push(progress.message);
  return parts.join('  ').slice(0, Math.max(columns - 1, 20));
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
