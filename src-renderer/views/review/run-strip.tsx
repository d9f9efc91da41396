import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useMutation } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { useRunFailures } from '../../state/queries.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { messageOf } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';
import { ProblemList } from '../data/problem-list.tsx';
import styles from './run-strip.module.css';

interface RunStripProps {
  readonly run: Run;
  readonly job: Job | undefined;
  /** Blinded: a list of files would tell their names. */
  readonly hidesNames: boolean;
}

/** How far a run is while it is not at its end, and what it could not score; nothing otherwise. */
export function RunStrip({ run, job, hidesNames }: RunStripProps) {
  const [failuresOpen, setFailuresOpen] = useState(false);
  const failures = useRunFailures(run.id, failuresOpen);
  const client = useClient();
  const retry = useMutation({
    mutationFn: () => client.call('runs.retryFailures', { runId: run.id, imageId: null }),
    onSuccess: () => {
      setFailuresOpen(false);
    },
  });
  const showsJob = job !== undefined && job.state !== 'succeeded';
  /** It failed while others of its job went on. */
  const ownError = !showsJob && run.state === 'failed' ? run.error : null;
  if (!showsJob && ownError === null && run.failedCount === 0) return null;
  const sentence = say('{count, plural, one {# image} other {# images}} could not be scored', {
    count: run.failedCount,
  });
  return (
    <div className={styles.strip} data-testid="run-strip">
      {showsJob && <JobLine job={job} showTitle={false} />}
      {ownError !== null && (
        <ErrorNotice
          title={say('This run could not be made')}
          error={new WorkbenchError('unavailable', ownError.message)}
        />
      )}
      {run.failedCount > 0 && hidesNames && <span>{sentence}</span>}
      {run.failedCount > 0 && !hidesNames && (
        <Button
          startIcon={<TriangleAlert size={16} color="var(--unsure)" aria-hidden />}
          onClick={() => {
            setFailuresOpen(true);
          }}
        >
          {sentence}
        </Button>
      )}
      {failuresOpen && (
        <Dialog
          open
          onClose={() => {
            setFailuresOpen(false);
          }}
          maxWidth="md"
          fullWidth
        >
          <DialogTitle>{sentence}</DialogTitle>
          <DialogContent>
            {failures.error && (
              <ErrorNotice title={say('The list could not be read')} error={failures.error} />
            )}
            {failures.data && (
              <ProblemList problems={failures.data.failures} label={say('Images without a score')} />
            )}
          </DialogContent>
          <DialogActions>
            {retry.error && <span role="alert">{messageOf(retry.error)}</span>}
            <Button
              variant="outlined"
              disabled={isUnderWay(job)}
              loading={retry.isPending}
              onClick={() => {
                retry.mutate();
              }}
            >
              {say('Try all of them again')}
            </Button>
            <Button
              onClick={() => {
                setFailuresOpen(false);
              }}
            >
              {say('Close')}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </div>
  );
}
