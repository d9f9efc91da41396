import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { Copy, Images, Pencil } from 'lucide-react';
import { useState } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { JobLine } from '../../components/job-line.tsx';
import { NameDialog } from '../../components/name-dialog.tsx';
import { RemoveButton } from '../../components/remove-button.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { formatMoment } from '../../state/format.ts';
import { useJob, useModels, usePromptSets } from '../../state/queries.ts';
import { useIsClosed } from '../../state/readings.ts';
import { describeAuroc, runState, runTitle } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import rows from '../../components/row-list.module.css';

/** One run: what it was made with, where it stands, its job while that is not at its end, and what can be done. */
export function RunRow({ run }: { readonly run: Run }) {
  const go = useAddressStore((state) => state.go);
  const names = { models: useModels().data ?? [], promptSets: usePromptSets().data ?? [] };
  const job = useJob(run.jobId);
  const title = runTitle(run, names);
  const isClosed = useIsClosed(run.datasetId);
  const facts = [
    say('Run {id}', { id: run.id }),
    runState(run),
    isClosed ? '' : describeAuroc(run),
    run.rendering.sigmaPx > 0 ? say('smoothed by {sigma} px', { sigma: run.rendering.sigmaPx }) : '',
    formatMoment(run.createdAtMs),
  ].filter((part) => part !== '');
  return (
    <li className={rows.row} data-testid="run-row" data-state={run.state}>
      <div className={rows.head}>
        <div className={rows.words}>
          <h2>{title}</h2>
          <p className={rows.facts}>{facts.join(' · ')}</p>
          {run.error !== null && <p className={rows.problem}>{run.error.message}</p>}
        </div>
        <div className={rows.actions}>
          <Button
            variant="outlined"
            startIcon={<Images size={14} aria-hidden />}
            aria-label={say('Review run {id}', { id: run.id })}
            onClick={() => {
              go({ view: 'review', runId: run.id, imageId: null, className: run.className ?? null });
            }}
          >
            {say('Review')}
          </Button>
          <Button
            variant="outlined"
            startIcon={<Copy size={14} aria-hidden />}
            aria-label={say('Run {id} again with changes', { id: run.id })}
            onClick={() => {
              go({ view: 'start', againRunId: run.id, methodIds: null });
            }}
          >
            {say('Again with changes')}
          </Button>
          <RenameRun run={run} />
          <RemoveRun run={run} title={title} />
        </div>
      </div>
      {job !== undefined && job.state !== 'succeeded' && run.state !== 'failed' && (
        <JobLine job={job} showTitle={false} />
      )}
    </li>
  );
}

function RenameRun({ run }: { readonly run: Run }) {
  const client = useClient();
  const [open, setOpen] = useState(false);
  const renaming = useMutation({
    mutationFn: (name: string) =>
      client.call('runs.rename', { runId: run.id, name: name === '' ? null : name }),
    onSuccess: () => {
      setOpen(false);
    },
  });
  return (
    <>
      <TipButton
        icon={Pencil}
        label={say('Name run {id}', { id: run.id })}
        onClick={() => {
          renaming.reset();
          setOpen(true);
        }}
      />
      {open && (
        <NameDialog
          title={say('Name run {id}', { id: run.id })}
          action={say('Save')}
          name={run.name ?? ''}
          mostLetters={120}
          mayBeEmpty
          isPending={renaming.isPending}
          error={renaming.error}
          hint={() => say('Stands before what the run was made with. Empty: no name.')}
          onSubmit={(name) => {
            renaming.mutate(name);
          }}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

function RemoveRun({ run, title }: { readonly run: Run; readonly title: string }) {
  const client = useClient();
  return (
    <RemoveButton
      name={title}
      label={say('Remove run {id}', { id: run.id })}
      remove={() => client.call('runs.remove', { runId: run.id })}
    >
      {say(
        'Its scores, maps and metrics of {count, plural, one {# image} other {# images}} will be gone and have to be computed again. Images, verdicts and notes, saved thresholds and exported files stay.',
        { count: run.scoredCount },
      )}
    </RemoveButton>
  );
}
