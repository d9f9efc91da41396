import type { Job, JobState } from '../../src-shared/domain/job.ts';
import { formatSize } from '../../src-shared/text/format-size.ts';
import { formatCount, formatDuration, formatRate } from './format.ts';

const nouns = { scan: 'image', 'dataset-import': 'file', export: 'image' } as const;

/** 0-1, or null while the total is unknown. */
export function jobShare({ progress: { done, total } }: Pick<Job, 'progress'>): number | null {
  return total === null || total === 0 ? null : Math.min(1, done / total);
}

/** `34 of 115 images · 2.1 images/s · 38 s left`; a model is counted in bytes: `0.9 GB of 1.7 GB · 95 MB/s · 9 s left`. */
export function describeProgress({
  kind,
  progress,
  state,
}: Pick<Job, 'kind' | 'progress' | 'state'>): string {
  const { done, total, ratePerSecond, secondsLeft } = progress;
  const noun = kind === 'model-import' || kind === 'model-download' ? null : nouns[kind];
  const amount = noun === null ? formatSize : formatCount;
  const plural = (count: number) => (noun === null ? '' : ` ${noun}${count === 1 ? '' : 's'}`);
  const parts = [
    state === 'succeeded' && done === total
      ? `${amount(done)}${plural(done)}`
      : total === null
        ? `${amount(done)}${plural(done)}`
        : `${amount(done)} of ${amount(total)}${plural(total)}`,
  ];
  if (state === 'running') {
    if (ratePerSecond !== null && ratePerSecond > 0) {
      parts.push(noun === null ? `${formatSize(ratePerSecond)}/s` : formatRate(ratePerSecond, noun));
    }
    if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`);
  }
  return parts.join(' · ');
}

const stateWords: Readonly<Record<JobState, string>> = {
  queued: 'Waiting for its turn',
  running: 'Running',
  paused: 'Paused',
  cancelled: 'Cancelled',
  failed: 'Failed',
  succeeded: 'Done',
};

export function describeState(state: JobState): string {
  return stateWords[state];
}

/** The share of all work under way, 0-1; null with nothing under way, or where no total is known. */
export function overallShare(jobs: readonly Job[]): number | null {
  const shares = jobs
    .filter(({ state }) => state === 'running' || state === 'queued')
    .map((job) => jobShare(job) ?? 0);
  if (shares.length === 0) return null;
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
