import LinearProgress from '@mui/material/LinearProgress';
import { FolderSearch } from 'lucide-react';
import Button from '@mui/material/Button';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { formatNoun } from '../../state/format.ts';
import { useDataset, useDatasets, useJob, useJobs, useRun } from '../../state/queries.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { Gallery } from './gallery.tsx';
import styles from './images-view.module.css';
import { ProblemsButton } from './problems-button.tsx';

/** Inside a data set: its images as thumbnails. */
export function ImagesView() {
  const { datasetId, runId, className, sort } = useAddress();
  const { go, replace } = useAddressStore();
  const datasets = useDatasets();
  const dataset = useDataset(datasetId);
  const run = useRun(runId);
  const { data: jobs = [] } = useJobs();
  const runJob = useJob(run?.jobId ?? null);
  const importJob = jobs.find((job) => job.kind === 'dataset-import' && job.datasetId === datasetId);

  if (datasets.isPending) return <LinearProgress aria-label="Reading the data set" />;
  if (datasets.error) return <ErrorNotice title="The data sets could not be read" error={datasets.error} />;
  if (!dataset) {
    return (
      <EmptyState
        isPage
        icon={FolderSearch}
        title="This data set is not here"
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data', datasetId: null, runId: null, imageId: null, className: null });
            }}
          >
            Show all data sets
          </Button>
        }
      >
        It was removed, or the address belongs to another data folder.
      </EmptyState>
    );
  }
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{dataset.name}</h1>
        <span className={styles.count}>{formatNoun(dataset.imageCount, 'image')}</span>
        {dataset.problemCount > 0 && <ProblemsButton dataset={dataset} />}
        <span className={styles.space} />
        {dataset.classes.length > 1 && (
          <LabelledSelect
            label="Class"
            value={className ?? ''}
            options={[
              { value: '', name: 'All classes' },
              ...dataset.classes.map(({ name }) => ({ value: name, name })),
            ]}
            onChange={(chosen) => {
              replace({ className: chosen === '' ? null : chosen });
            }}
          />
        )}
        {run && (
          <LabelledSelect
            label="Order"
            value={sort}
            options={[
              { value: 'score', name: 'Worst first' },
              { value: 'path', name: 'By file name' },
            ]}
            onChange={(chosen) => {
              replace({ sort: chosen === 'path' ? 'path' : 'score' });
            }}
          />
        )}
      </div>
      {importJob && importJob.state !== 'succeeded' && (
        <div className={styles.job}>
          <JobLine job={importJob} />
        </div>
      )}
      {runJob && isUnderWay(runJob) && (
        <div className={styles.job}>
          <JobLine job={runJob} />
        </div>
      )}
      <Gallery dataset={dataset} run={run ?? null} className={className} sort={run ? sort : 'path'} />
    </div>
  );
}
