import type { JobProgress } from '../../../src-shared/domain/job.ts';
import type { ProgressReport } from './job-kind.ts';

export interface ProgressRate {
  /** Takes note that `done` items are done now. */
  add(done: number): void;
  /** Items a second over the last moments; null before two items were done. */
  perSecond(): number | null;
}

/** Looks back this far, or over the last 16 notes where those took longer (an image can take half a minute). */
const windowMs = 10_000;
const leastNotes = 16;

/** Rate of a job's progress over its last moments, so that it follows when the machine gets busy or free. */
export function createProgressRate(nowMs: () => number): ProgressRate {
  let notes: { atMs: number; done: number }[] = [];
  return {
    add(done) {
      const last = notes.at(-1);
      if (last !== undefined && done <= last.done) {
        if (done < last.done) notes = [{ atMs: nowMs(), done }];
        return;
      }
      notes.push({ atMs: nowMs(), done });
      const horizonMs = nowMs() - windowMs;
      const firstKept = Math.min(
        notes.findIndex((note) => note.atMs >= horizonMs),
        Math.max(0, notes.length - leastNotes),
      );
      if (firstKept > 0) notes = notes.slice(firstKept);
    },
    perSecond() {
      const first = notes.at(0);
      const last = notes.at(-1);
      if (first === undefined || last === undefined || last.done - first.done < 1) return null;
      if (notes.length < 3 && last.done - first.done < 2) return null;
      // Time that passed since the last item counts once it is longer than an item took: a stall must show.
      const spanMs = last.atMs - first.atMs;
      const perItemMs = spanMs / (last.done - first.done);
      const idleMs = Math.max(0, nowMs() - last.atMs - perItemMs);
      const totalMs = spanMs + idleMs;
      return totalMs <= 0 ? null : ((last.done - first.done) / totalMs) * 1000;
    },
  };
}

/** Rate and time left: as the job reckons them itself, else by the measured rate. The two always say the same. */
export function paceOf(
  { done, total, secondsLeft }: ProgressReport,
  measuredPerSecond: number | null,
): Pick<JobProgress, 'ratePerSecond' | 'secondsLeft'> {
  const left = total === null ? null : Math.max(0, total - done);
  if (secondsLeft !== undefined)
    return {
      ratePerSecond: left === null || left === 0 || !secondsLeft ? null : left / secondsLeft,
      secondsLeft,
    };
  return {
    ratePerSecond: measuredPerSecond,
    secondsLeft:
      left === null || measuredPerSecond === null || measuredPerSecond === 0
        ? null
        : left / measuredPerSecond,
  };
}
