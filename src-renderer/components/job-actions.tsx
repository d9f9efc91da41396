import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pause, Play, Square } from 'lucide-react';
import { isPausable, type Job } from '../../src-shared/domain/job.ts';
import { useClient } from '../state/client-context.ts';
import { noteCancel } from '../state/connection.ts';
import { upsertJob } from '../state/events.ts';
import { queryRoots } from '../state/queries.ts';
import { messageOf } from './error-notice.tsx';

type JobAction = 'pause' | 'cancel' | 'resume';

const words = {
  pause: { name: 'Pause', icon: <Pause size={14} aria-hidden /> },
  cancel: { name: 'Cancel', icon: <Square size={14} aria-hidden /> },
  resume: { name: 'Resume', icon: <Play size={14} aria-hidden /> },
} as const;

/**
 * What can be done with a job now: the first of the two keeps its work and its place, the second ends it. Each turns into
 * «Resume» where it stands, so that the focus stays on it.
 */
function actionsOf({ kind, state }: Job): readonly (JobAction | null)[] {
  switch (state) {
    case 'queued':
    case 'running':
      return [isPausable(kind) ? 'pause' : null, 'cancel'];
    case 'paused':
      return ['resume', 'cancel'];
    case 'cancelled':
    case 'failed':
      return [null, 'resume'];
    case 'succeeded':
      return [null, null];
  }
}

/** Pause and cancel while a job waits or runs, resume once it stopped before its end. */
export function JobActions({ job }: { readonly job: Job }) {
  const client = useClient();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (action: JobAction) => client.call(`jobs.${action}`, { jobId: job.id }),
    onSuccess: (changed: Job) => {
      queries.setQueryData<readonly Job[]>([queryRoots.jobs], (jobs) => jobs && upsertJob(jobs, changed));
    },
  });
  return (
    <>
      {act.error && (
        <span role="alert" style={{ color: 'var(--unsure)' }}>
          {messageOf(act.error)}
        </span>
      )}
      {actionsOf(job).map(
        (action, slot) =>
          action !== null && (
            <Button
              key={slot === 0 ? 'keeping' : 'ending'}
              variant="outlined"
              sx={{ flex: 'none' }}
              startIcon={words[action].icon}
              loading={act.isPending && act.variables === 'resume' && action === 'resume'}
              onClick={() => {
                // Stopping a scan ends its compute process: that it starts again is no news.
                if (action !== 'resume') noteCancel();
                act.mutate(action);
              }}
            >
              {words[action].name}
            </Button>
          ),
      )}
    </>
  );
}
