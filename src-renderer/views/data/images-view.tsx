import LinearProgress from '@mui/material/LinearProgress';
import { ArrowDown, ArrowUp, FolderSearch } from 'lucide-react';
import Button from '@mui/material/Button';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useImageColumns } from '../../state/image-columns.ts';
import { useDataset, useDatasets, useJob, useJobs, useRun, useRunScores } from '../../state/queries.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { gallerySorts, type GallerySort } from '../../state/gallery.ts';
import { say } from '../../texts/say.ts';
import { FilterPanel } from './filter-panel.tsx';
import { Gallery } from './gallery.tsx';
import styles from './images-view.module.css';
import { ProblemsButton } from './problems-button.tsx';
import { TileSizeSlider } from './tile-size-slider.tsx';
import { useGallery } from './use-gallery.ts';

/** Inside a data set: its images as thumbnails. */
export function ImagesView() {
  const { datasetId, runId } = useAddress('datasetId', 'runId');
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const dataset = useDataset(datasetId);
  const run = useRun(runId);
  // Asked for beside the lists, not after them: of 50,000 images they take longer than everything else.
  useImageColumns(datasetId);
  useRunScores(runId);
  const { data: jobs = [] } = useJobs();
  const runJob = useJob(run?.jobId ?? null);
  const importJob = jobs.find((job) => job.kind === 'dataset-import' && job.datasetId === datasetId);

  if (datasets.isPending) return <LinearProgress aria-label={say('Reading the data set')} />;
  if (datasets.error)
    return <ErrorNotice title={say('The data sets could not be read')} error={datasets.error} />;
  if (!dataset) {
    return (
      <EmptyState
        isPage
        icon={FolderSearch}
        title={say('This data set is not here')}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data', datasetId: null, runId: null, imageId: null, className: null });
            }}
          >
            {say('Show all data sets')}
          </Button>
        }
      >
        {say('It was removed, or the address belongs to another data folder.')}
      </EmptyState>
    );
  }
  return <Inside key={dataset.id} dataset={dataset} run={run ?? null} jobs={[importJob, runJob]} />;
}

interface InsideProps {
  readonly dataset: Dataset;
  readonly run: Run | null;
  /** Of this data set and this run; undefined: none. */
  readonly jobs: readonly [Job | undefined, Job | undefined];
}

const sortNames: Readonly<Record<GallerySort, string>> = {
  score: say('Score'),
  path: say('Path'),
  verdict: say('Verdict'),
  class: say('Class'),
};

function Inside({ dataset, run, jobs: [importJob, runJob] }: InsideProps) {
  const replace = useAddressStore((state) => state.replace);
  const direction = useAddress('direction').direction;
  const { data, error } = useGallery(dataset.id, run);
  const total = data?.columns.imageIds.length ?? dataset.imageCount;
  const shown = data?.choice.rows.length ?? total;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{dataset.name}</h1>
        <span className={styles.count} role="status" data-testid="images-shown">
          {shown === total
            ? say('{total, plural, one {# image} other {# images}}', { total })
            : say('{shown, number} of {total, plural, one {# image} other {# images}}', { shown, total })}
        </span>
        {dataset.problemCount > 0 && <ProblemsButton dataset={dataset} />}
        <span className={styles.space} />
        {data && (
          <>
            <TileSizeSlider />
            <LabelledSelect
              label={say('Order')}
              value={data.sort}
              options={gallerySorts
                .filter((sort) => run !== null || sort !== 'score')
                .map((sort) => ({ value: sort, name: sortNames[sort] }))}
              onChange={(chosen) => {
                const sort = gallerySorts.find((each) => each === chosen);
                if (sort !== undefined) replace({ sort, direction: null });
              }}
            />
            <Button
              startIcon={data.descending ? <ArrowDown size={16} /> : <ArrowUp size={16} />}
              onClick={() => {
                replace({ direction: direction === null ? 'turned' : null });
              }}
            >
              {data.descending ? descendingWords[data.sort] : ascendingWords[data.sort]}
            </Button>
          </>
        )}
      </div>
      {importJob && importJob.state !== 'succeeded' && (
        <div className={styles.job}>
          <JobLine job={importJob} />
        </div>
      )}
      {runJob && (isUnderWay(runJob) || runJob.state === 'paused') && (
        <div className={styles.job}>
          <JobLine job={runJob} />
        </div>
      )}
      {error && !data && <ErrorNotice title={say('The images could not be listed')} error={error} />}
      {!error && !data && <LinearProgress aria-label={say('Reading the images')} />}
      {data && (
        <div className={styles.body}>
          <Gallery dataset={dataset} run={run} data={data} />
          {total > 0 && <FilterPanel data={data} hasRun={run !== null} />}
        </div>
      )}
    </div>
  );
}

const ascendingWords: Readonly<Record<GallerySort, string>> = {
  score: say('Lowest first'),
  path: say('A to Z'),
  verdict: say('Defect first'),
  class: say('A to Z'),
};
const descendingWords: Readonly<Record<GallerySort, string>> = {
  score: say('Highest first'),
  path: say('Z to A'),
  verdict: say('Without verdict first'),
  class: say('Z to A'),
};
