import LinearProgress from '@mui/material/LinearProgress';
import type { Job } from '../../src-shared/domain/job.ts';
import {
  describeProgress,
  describeState,
  describeUnstoredEnd,
  jobShare,
  placeInLine,
} from '../state/job-words.ts';
import { useJobs } from '../state/queries.ts';
import { JobActions } from './job-actions.tsx';
import { MiddleEllipsis } from './middle-ellipsis.tsx';
import styles from './job-line.module.css';

interface JobLineProps {
  readonly job: Job;
  /** Left out where the place says it already. */
  readonly showTitle?: boolean;
}

/** One job: what it does, how far it is, how fast, how long still, and pause, cancel or resume. */
export function JobLine({ job, showTitle = true }: JobLineProps) {
  const share = jobShare(job);
  const active = job.state === 'running' || job.state === 'queued';
  const paused = job.state === 'paused';
  const running = job.state === 'running';
  const unstored = describeUnstoredEnd(job);
  const { data: jobs = [] } = useJobs();
  const words = [
    running ? '' : describeState(job.state, placeInLine(job, jobs)),
    describeProgress(job),
  ].filter((text) => text !== '');

  return (
    <div className={styles.job} data-testid="job" data-state={job.state}>
      <div className={styles.text}>
        {showTitle && <div className={styles.title}>{job.title}</div>}
        <div className={styles.words} aria-live="off">
          <span>{words.join(' · ')}</span>
          {running && job.progress.message !== '' && (
            <span className={styles.now}>
              <MiddleEllipsis text={job.progress.message} />
            </span>
          )}
        </div>
        {job.error !== null && job.state === 'failed' && (
          <div className={styles.error}>{job.error.message}</div>
        )}
        {unstored !== null && <div className={styles.error}>{unstored}</div>}
        {(active || paused) && (
          <LinearProgress
            aria-label={job.title}
            className={styles.bar ?? ''}
            {...(share === null && active ? {} : { variant: 'determinate', value: (share ?? 0) * 100 })}
          />
        )}
      </div>
      <JobActions job={job} />
    </div>
  );
}
