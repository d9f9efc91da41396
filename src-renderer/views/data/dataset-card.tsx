import Button from '@mui/material/Button';
import { Eye, ImageOff, Play } from 'lucide-react';
import { useState } from 'react';
import type { Dataset, FolderState } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { JobLine } from '../../components/job-line.tsx';
import { MiddleEllipsis } from '../../components/middle-ellipsis.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { useAddressStore } from '../../state/address.ts';
import { isOver } from '../../state/events.ts';
import { useJobs, useRuns } from '../../state/queries.ts';
import { useIsClosed } from '../../state/readings.ts';
import { describeAuroc, runState, runTitle } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { ClassTable } from './class-table.tsx';
import styles from './dataset-card.module.css';
import { DatasetDetails } from './dataset-details.tsx';
import { DatasetMenu } from './dataset-menu.tsx';
import { describeLook } from './describe-look.ts';
import { MissingFolder } from './missing-folder.tsx';
import { ProblemsButton } from './problems-button.tsx';

/** So many classes stand on a card; more are one click away, so that cards stay of one height. */
const shownClasses = 3;

interface DatasetCardProps {
  readonly dataset: Dataset;
  /** Undefined while it is not known. */
  readonly folder: FolderState | undefined;
}

/** One data set: what is in it, what is wrong with its files, what was run on it last. */
export function DatasetCard({ dataset, folder }: DatasetCardProps) {
  const go = useAddressStore((state) => state.go);
  const [detailed, setDetailed] = useState(false);
  const { data: runs = [] } = useRuns();
  const { data: jobs = [] } = useJobs();
  const ownRuns = runs.filter(({ datasetId }) => datasetId === dataset.id);
  const importJob = jobs.find((job) => job.kind === 'dataset-import' && job.datasetId === dataset.id);
  const place = { datasetId: dataset.id, imageId: null, className: null };
  const openImages = () => {
    go({ ...place, view: 'images', runId: ownRuns[0]?.id ?? null });
  };
  const showDetails = () => {
    setDetailed(true);
  };

  return (
    <article className={styles.card} aria-label={dataset.name}>
      <Cover dataset={dataset} onOpen={openImages} />
      <div className={styles.head}>
        <div className={styles.titles}>
          <h2 title={dataset.name}>{dataset.name}</h2>
          <div className={styles.root}>
            <MiddleEllipsis text={dataset.root} />
          </div>
        </div>
        <DatasetMenu dataset={dataset} folder={folder} onDetails={showDetails} />
      </div>
      {folder !== undefined && folder.state !== 'there' && (
        <MissingFolder dataset={dataset} message={folder.message} />
      )}
      {importJob && importJob.state !== 'succeeded' && <JobLine job={importJob} showTitle={false} />}
      {dataset.imageCount === 0 && (importJob === undefined || isOver(importJob)) && (
        <p>{say('No image could be read in this folder.')}</p>
      )}
      {dataset.classes.length > 0 && (
        <ClassTable classes={dataset.classes} shownCount={shownClasses} onMore={showDetails} />
      )}
      <div className={styles.lines}>
        {dataset.problemCount > 0 && <ProblemsButton dataset={dataset} />}
        <LookLine dataset={dataset} />
        <LastRun runs={ownRuns} onMore={showDetails} />
      </div>
      <div className={styles.actions}>
        <Button variant="outlined" onClick={openImages}>
          {say('Show images')}
        </Button>
        {dataset.imageCount > 0 && (
          <Button
            variant={ownRuns.length === 0 ? 'contained' : 'outlined'}
            startIcon={<Play size={14} aria-hidden />}
            onClick={() => {
              go({ ...place, view: 'start', runId: null });
            }}
          >
            {say('Start a run')}
          </Button>
        )}
      </div>
      {detailed && (
        <DatasetDetails
          dataset={dataset}
          runs={ownRuns}
          onClose={() => {
            setDetailed(false);
          }}
        />
      )}
    </article>
  );
}

function Cover({ dataset, onOpen }: { readonly dataset: Dataset; readonly onOpen: () => void }) {
  const ids = dataset.coverImageIds ?? [];
  return (
    <button
      type="button"
      className={styles.cover}
      onClick={onOpen}
      aria-label={say('Show the images of {name}', { name: dataset.name })}
    >
      {ids.length === 0 && (
        <span className={styles.noCover}>
          <ImageOff size={24} strokeWidth={1.25} aria-hidden />
        </span>
      )}
      {ids.map((imageId) => (
        <Thumbnail key={imageId} imageId={imageId} sizePx={128} />
      ))}
    </button>
  );
}

/** Whether the folder is watched, and what the last look at it brought. */
function LookLine({ dataset }: { readonly dataset: Dataset }) {
  const { watch, lastLook } = dataset;
  const words = lastLook === undefined ? '' : describeLook(lastLook, dataset.imageCount);
  if (watch === undefined && words === '') return null;
  return (
    <p className={styles.look} data-testid="look">
      {watch !== undefined && (
        <span className={styles.watch} title={watch.message}>
          <Eye size={14} aria-hidden /> {watchWords[watch.state]}
        </span>
      )}
      <span className={styles.quietLine} title={words}>
        {words}
      </span>
    </p>
  );
}

const watchWords = {
  watching: say('Watched'),
  missing: say('Watched, folder missing'),
  elsewhere: say('Watched elsewhere'),
} as const;

function LastRun({ runs, onMore }: { readonly runs: readonly Run[]; readonly onMore: () => void }) {
  const go = useAddressStore((state) => state.go);
  const names = useRunNames();
  const [run] = runs;
  const isClosed = useIsClosed(run?.datasetId ?? null);
  if (run === undefined) return <p className={styles.quietLine}>{say('No runs yet')}</p>;
  const title = runTitle(run, names);
  return (
    <div className={styles.runs}>
      <button
        type="button"
        className={styles.run}
        title={title}
        onClick={() => {
          go({ view: 'review', datasetId: run.datasetId, runId: run.id, imageId: null, className: null });
        }}
      >
        <span className={styles.runTitle}>{title}</span>
        <span className={styles.quiet}>{isClosed ? '' : describeAuroc(run)}</span>
        <span className={styles.quiet}>{runState(run)}</span>
      </button>
      {runs.length > 1 && (
        <Button onClick={onMore}>
          {say('{count, plural, one {# older run} other {# older runs}}', { count: runs.length - 1 })}
        </Button>
      )}
    </div>
  );
}
