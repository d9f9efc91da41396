import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import { ArrowRight, TriangleAlert, X } from 'lucide-react';
import type { Job } from '../../../src-shared/domain/job.ts';
import { methodTitle } from '../../../src-shared/domain/method-settings.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useAddressStore, type Address } from '../../state/address.ts';
import { formatMoment } from '../../state/format.ts';
import { usePanelStore } from '../../state/panels.ts';
import { useJobs, useRuns } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './jobs-panel.module.css';

/** Every job over whatever view is open, newest first. */
export function JobsPanel() {
  const open = usePanelStore((state) => state.jobsOpen);
  const setOpen = usePanelStore((state) => state.setJobsOpen);
  const jobs = useJobs();
  const close = () => {
    setOpen(false);
  };
  return (
    <Drawer
      anchor="left"
      open={open}
      onClose={close}
      slotProps={{
        paper: {
          'aria-label': 'Jobs',
          role: 'dialog',
          'aria-modal': true,
          sx: { width: 440, marginLeft: '72px' },
        },
      }}
    >
      <div className={styles.head}>
        <h2>Jobs</h2>
        <TipButton icon={X} label="Close" onClick={close} />
      </div>
      {jobs.error && <ErrorNotice title="The list of jobs could not be read" error={jobs.error} />}
      {jobs.data?.length === 0 && (
        <p className={styles.empty}>
          Nothing was started yet. Imports and runs appear here with their progress; they can be paused,
          cancelled and resumed.
        </p>
      )}
      <ul className={styles.list}>
        {jobs.data?.map((job) => (
          <li key={job.id} className={styles.item}>
            <JobLine job={job} />
            <FailedRuns job={job} />
            <div className={styles.foot}>
              <span>{formatMoment(job.createdAtMs)}</span>
              <JobLink job={job} onGo={close} />
            </div>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

/** Runs of a job that failed by themselves while the others went on. */
function FailedRuns({ job }: { readonly job: Job }) {
  const { data: runs = [] } = useRuns();
  const failed = runs.filter(
    ({ jobId, error }) => jobId === job.id && error !== null && error.message !== job.error?.message,
  );
  return failed.map((run) => (
    <p key={run.id} className={styles.failed}>
      <TriangleAlert size={14} aria-hidden />
      <span>
        {methodTitle(run.methodId, run.settings)} did not run: {run.error?.message}
      </span>
    </p>
  ));
}

function JobLink({ job, onGo }: { readonly job: Job; readonly onGo: () => void }) {
  const go = useAddressStore((state) => state.go);
  const place = placeOf(job);
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

function placeOf(job: Job): { name: string; address: Partial<Address> } | null {
  if (job.kind === 'model-import' || job.kind === 'model-download')
    return { name: 'Show models', address: { view: 'models' } };
  if (job.datasetId === null) return null;
  const place = { datasetId: job.datasetId, imageId: null, className: null };
  if (job.kind === 'export' && job.runId !== null)
    return { name: say('Show export'), address: { ...place, view: 'export', runId: job.runId } };
  if (job.kind === 'scan' && job.runId !== null) {
    return { name: 'Review', address: { ...place, view: 'review', runId: job.runId } };
  }
  return { name: 'Show images', address: { ...place, view: 'images', runId: null } };
}
