import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Play, Square } from 'lucide-react';
import type { Job } from '../../src-shared/domain/job.ts';
import { useClient } from '../state/client-context.ts';
import { noteCancel } from '../state/connection.ts';
import { upsertJob } from '../state/events.ts';
import { queryRoots } from '../state/queries.ts';
import { messageOf } from './error-notice.tsx';

/** Cancel while a job runs, resume once it stopped before its end. */
export function JobActions({ job }: { readonly job: Job }) {
  const client = useClient();
  const queries = useQueryClient();
  const put = (changed: Job) => {
    queries.setQueryData<readonly Job[]>([queryRoots.jobs], (jobs) => jobs && upsertJob(jobs, changed));
  };
  const cancel = useMutation({
    mutationFn: () => client.call('jobs.cancel', { jobId: job.id }),
    onSuccess: put,
  });
  const resume = useMutation({
    mutationFn: () => client.call('jobs.resume', { jobId: job.id }),
    onSuccess: put,
  });
  const error = cancel.error ?? resume.error;
  const running = job.state === 'running' || job.state === 'queued';
  const stopped = job.state === 'cancelled' || job.state === 'failed';

  return (
    <>
      {error && (
        <span role="alert" style={{ color: 'var(--unsure)' }}>
          {messageOf(error)}
        </span>
      )}
      {/* One button, so that the focus stays on it when it turns from one into the other. */}
      {(running || stopped) && (
        <Button
          variant="outlined"
          sx={{ flex: 'none' }}
          startIcon={running ? <Square size={14} aria-hidden /> : <Play size={14} aria-hidden />}
          loading={resume.isPending}
          onClick={() => {
            if (running) {
              noteCancel();
              cancel.mutate();
            } else resume.mutate();
          }}
        >
          {running ? 'Cancel' : 'Resume'}
        </Button>
      )}
    </>
  );
}
