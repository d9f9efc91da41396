import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChevronsUp, Pause, Play, Square } from 'lucide-react';
import { isPausable, type Job } from '../../src-shared/domain/job.ts';
import { useClient } from '../state/client-context.ts';
import { noteCancel } from '../state/connection.ts';
import { upsertJob } from '../state/events.ts';
import { placeInLine } from '../state/job-words.ts';
import { queryRoots, useJobs } from '../state/queries.ts';
import { say } from '../texts/say.ts';
import { messageOf } from './error-notice.tsx';

type JobAction = 'putFirst' | 'pause' | 'cancel' | 'resume';

const words = {
  putFirst: { name: say('Put first'), icon: <ChevronsUp size={14} aria-hidden /> },
  pause: { name: say('Pause'), icon: <Pause size={14} aria-hidden /> },
  cancel: { name: say('Cancel'), icon: <Square size={14} aria-hidden /> },
  resume: { name: say('Resume'), icon: <Play size={14} aria-hidden /> },
} as const;

/** Of the places of `actionsOf`. */
const keys = ['ordering', 'keeping', 'ending'] as const;

/**
 * What can be done with a job now: the first of the three changes the order of those that wait, the second keeps its work and
 * its place, the third ends it. The last two turn into «Resume» where they stand, so that the focus stays on them.
 */
function actionsOf({ kind, state }: Job, place: number | null): readonly (JobAction | null)[] {
  switch (state) {
    case 'queued':
      return [place !== null && place > 1 ? 'putFirst' : null, isPausable(kind) ? 'pause' : null, 'cancel'];
    case 'running':
      return [null, isPausable(kind) ? 'pause' : null, 'cancel'];
    case 'paused':
      return [null, 'resume', 'cancel'];
    case 'cancelled':
    case 'failed':
      return [null, null, 'resume'];
    case 'succeeded':
      return [];
  }
}

/** Pause and cancel while a job waits or runs, resume once it stopped before its end. */
export function JobActions({ job }: { readonly job: Job }) {
  const client = useClient();
  const queries = useQueryClient();
  const { data: jobs = [] } = useJobs();
  const act = useMutation({
    mutationFn: (action: JobAction) => client.call(`jobs.${action}`, { jobId: job.id }),
    onSuccess: (changed: Job) => {
      queries.setQueryData<readonly Job[]>([queryRoots.jobs], (known) => known && upsertJob(known, changed));
    },
  });
  return (
    <>
      {act.error && (
        <span role="alert" style={{ color: 'var(--unsure)' }}>
          {messageOf(act.error)}
        </span>
      )}
      {actionsOf(job, placeInLine(job, jobs)).map(
        (action, slot) =>
          action !== null && (
            <Button
              key={keys[slot]}
              variant="outlined"
              sx={{ flex: 'none' }}
              startIcon={words[action].icon}
              loading={act.isPending && act.variables === 'resume' && action === 'resume'}
              onClick={() => {
                // Stopping a scan ends its compute process: that it starts again is no news.
                if (action === 'pause' || action === 'cancel') noteCancel();
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
