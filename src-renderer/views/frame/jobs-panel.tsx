import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import { ArrowRight, Cpu, TriangleAlert, X } from 'lucide-react';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Training } from '../../../src-shared/domain/training.ts';
import { methodTitle } from '../../../src-shared/domain/method-settings.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useAddressStore, type Address } from '../../state/address.ts';
import { describeComputeUse, describeFallBacks } from '../../state/compute-words.ts';
import { isOver } from '../../state/events.ts';
import { formatMoment } from '../../state/format.ts';
import { usePanelStore } from '../../state/panels.ts';
import { useJobs, useRuns } from '../../state/queries.ts';
import { useTrainings } from '../../state/training-queries.ts';
import { say } from '../../texts/say.ts';
import styles from './jobs-panel.module.css';

/** Every job over whatever view is open: what is under way or waits, then what is over, newest first. */
export function JobsPanel() {
  const open = usePanelStore((state) => state.jobsOpen);
  const setOpen = usePanelStore((state) => state.setJobsOpen);
  const jobs = useJobs();
  const close = () => {
    setOpen(false);
  };
  const all = jobs.data ?? [];
  const underWay = all.filter((job) => !isOver(job));
  const over = all.filter(isOver);
  return (
    <Drawer
      anchor="left"
      open={open}
      onClose={close}
      slotProps={{
        paper: {
          'aria-label': say('Jobs'),
          role: 'dialog',
          'aria-modal': true,
          sx: { width: 520, marginLeft: '72px' },
        },
      }}
    >
      <div className={styles.head}>
        <h2>{say('Jobs')}</h2>
        <TipButton icon={X} label={say('Close')} onClick={close} />
      </div>
      {jobs.error && <ErrorNotice title={say('The list of jobs could not be read')} error={jobs.error} />}
      {jobs.data?.length === 0 && (
        <p className={styles.empty}>
          {say(
            'Nothing was started yet. Imports, runs and exports appear here with their progress; they can be paused, cancelled and resumed.',
          )}
        </p>
      )}
      <JobList title={say('Under way')} jobs={underWay} onGo={close} />
      <JobList title={say('Before')} jobs={over} onGo={close} />
    </Drawer>
  );
}

interface JobListProps {
  readonly title: string;
  readonly jobs: readonly Job[];
  readonly onGo: () => void;
}

function JobList({ title, jobs, onGo }: JobListProps) {
  if (jobs.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={styles.group}>{title}</h3>
      <ul className={styles.list}>
        {jobs.map((job) => (
          <li key={job.id} className={styles.item}>
            <JobLine job={job} />
            <RunsOfJob job={job} />
            <div className={styles.foot}>
              <span>{describeTimes(job)}</span>
              <JobLink job={job} onGo={onGo} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function describeTimes({ createdAtMs, finishedAtMs }: Job): string {
  return finishedAtMs === null
    ? say('Started {moment}', { moment: formatMoment(createdAtMs) })
    : say('Ended {moment}', { moment: formatMoment(finishedAtMs) });
}

/** What computed a job's runs, and those that failed by themselves while the others went on. */
function RunsOfJob({ job }: { readonly job: Job }) {
  const { data: runs = [] } = useRuns();
  const own = runs.filter(({ jobId }) => jobId === job.id);
  const compute = own.find((run) => run.compute !== undefined)?.compute;
  const failed = own.filter(({ error }) => error !== null && error.message !== job.error?.message);
  return (
    <>
      {compute !== undefined && (
        <p className={styles.compute}>
          <Cpu size={14} aria-hidden />
          {say('Computed by: {what}', { what: describeComputeUse(compute) })}
        </p>
      )}
      {(compute === undefined ? [] : describeFallBacks(compute)).map((sentence) => (
        <Remark key={sentence} text={sentence} />
      ))}
      {failed.map((run) => (
        <Remark
          key={run.id}
          text={say('{method} did not run: {reason}', {
            method: methodTitle(run.methodId, run.settings),
            reason: run.error?.message ?? '',
          })}
        />
      ))}
    </>
  );
}

function Remark({ text }: { readonly text: string }) {
  return (
    <p className={styles.failed}>
      <TriangleAlert size={14} aria-hidden />
      <span>{text}</span>
    </p>
  );
}

function JobLink({ job, onGo }: { readonly job: Job; readonly onGo: () => void }) {
  const go = useAddressStore((state) => state.go);
  const training = useTrainings().data?.find(({ jobId }) => jobId === job.id);
  const place = placeOf(job, training);
  if (!place) return null;
  return (
    <Button
      endIcon={<ArrowRight size={14} aria-hidden />}
      onClick={() => {
        go(place.address);
        onGo();
      }}
    >
      {place.name}
    </Button>
  );
}

function placeOf(
  job: Job,
  training: Training | undefined,
): { name: string; address: Partial<Address> } | null {
  if (job.kind === 'model-import' || job.kind === 'model-download')
    return { name: say('Show models'), address: { view: 'models' } };
  if (training !== undefined)
    return {
      name: say('Show the training'),
      address: {
        view: 'training',
        trainingId: training.id,
        epoch: null,
        ...(job.datasetId === null ? {} : { datasetId: job.datasetId }),
      },
    };
  if (job.datasetId === null) return null;
  const place = { datasetId: job.datasetId, imageId: null, className: null };
  if (job.kind === 'export' && job.runId !== null)
    return { name: say('Show the export'), address: { ...place, view: 'export', runId: job.runId } };
  if (job.kind === 'scan' && job.runId !== null)
    return { name: say('Review'), address: { ...place, view: 'review', runId: job.runId } };
  return { name: say('Show images'), address: { ...place, view: 'images', runId: null } };
}
