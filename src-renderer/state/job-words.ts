import type { Job, JobState } from '../../src-shared/domain/job.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';
import { say } from '../texts/say.ts';
import { formatDuration, formatRate } from './format.ts';

/** 0-1, or null while the total is unknown. */
export function jobShare({ progress: { done, total } }: Pick<Job, 'progress'>): number | null {
  return total === null || total === 0 ? null : Math.min(1, done / total);
}

interface AmountWords {
  done(done: number): string;
  ofTotal(done: number, total: number): string;
  perSecond(rate: number): string;
}

const images: AmountWords = {
  done: (done) => say('{done, plural, one {# image} other {# images}}', { done }),
  ofTotal: (done, total) =>
    say('{done, number} of {total, plural, one {# image} other {# images}}', { done, total }),
  perSecond: (rate) => formatRate(rate, 'image'),
};

const files: AmountWords = {
  done: (done) => say('{done, plural, one {# file} other {# files}}', { done }),
  ofTotal: (done, total) =>
    say('{done, number} of {total, plural, one {# file} other {# files}}', { done, total }),
  perSecond: (rate) => formatRate(rate, 'file'),
};

const bytes: AmountWords = {
  done: formatSize,
  ofTotal: (done, total) => say('{done} of {total}', { done: formatSize(done), total: formatSize(total) }),
  perSecond: (rate) => say('{size}/s', { size: formatSize(rate) }),
};

const amounts: Readonly<Record<Job['kind'], AmountWords>> = {
  scan: images,
  training: images,
  export: images,
  'dataset-import': files,
  'model-import': bytes,
  'model-download': bytes,
};

/** `34 of 115 images · 2.1 images/s · 38 s left`; a model is counted in bytes: `0.9 GB of 1.7 GB · 95 MB/s · 9 s left`. */
export function describeProgress({
  kind,
  progress,
  state,
}: Pick<Job, 'kind' | 'progress' | 'state'>): string {
  const { done, total, ratePerSecond, secondsLeft } = progress;
  const words = amounts[kind];
  const isWhole = total === null || (state === 'succeeded' && done === total);
  const parts = [isWhole ? words.done(done) : words.ofTotal(done, total)];
  if (state === 'running') {
    if (ratePerSecond !== null && ratePerSecond > 0) parts.push(words.perSecond(ratePerSecond));
    if (secondsLeft !== null) parts.push(say('{duration} left', { duration: formatDuration(secondsLeft) }));
  }
  return parts.join(' · ');
}

const stateWords: Readonly<Record<JobState, string>> = {
  queued: say('Waiting for its turn'),
  running: say('Running'),
  paused: say('Paused'),
  cancelled: say('Cancelled'),
  failed: say('Failed'),
  succeeded: say('Done'),
};

/** `place`: where it stands among those that wait, from 1; null: it does not wait. */
export function describeState(state: JobState, place: number | null = null): string {
  if (state !== 'queued' || place === null) return stateWords[state];
  return place === 1 ? say('Next in line') : say('Number {place} in line', { place });
}

/** Where a job stands among those that wait, from 1; null where it does not wait. */
export function placeInLine(job: Job, jobs: readonly Job[]): number | null {
  if (job.state !== 'queued') return null;
  return jobs.filter((each) => each.state === 'queued' && each.queuedAtMs <= job.queuedAtMs).length || 1;
}

/** The share of all work under way, 0-1; null with nothing under way, or where no total is known. */
export function overallShare(jobs: readonly Job[]): number | null {
  const shares = jobs
    .filter(({ state }) => state === 'running' || state === 'queued')
    .map((job) => jobShare(job) ?? 0);
  if (shares.length === 0) return null;
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** What the process that ran a job tells of an end that it could not store; null where there is no such end. */
export function describeUnstoredEnd({ title, unstoredEnd }: Job): string | null {
  if (unstoredEnd === undefined) return null;
  const reason = unstoredEnd.reason.message;
  return unstoredEnd.state === 'succeeded'
    ? say('«{title}» came to its end, but that could not be stored; trying again. {reason}', {
        title,
        reason,
      })
    : say('«{title}» failed, and that could not be stored; trying again. {reason}', { title, reason });
}
