import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useMutation } from '@tanstack/react-query';
import { Ellipsis, Play } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { isOver } from '../../state/events.ts';
import { formatMoment, formatNoun } from '../../state/format.ts';
import { useImagePages, useJobs, useRuns } from '../../state/queries.ts';
import { describeAuroc, runState, runTitle } from '../../state/run-words.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { ClassTable } from './class-table.tsx';
import styles from './dataset-card.module.css';
import { ProblemsButton } from './problems-button.tsx';

const shownRuns = 3;
const shownImages = 6;

/** One data set: what is in it, what is wrong with its files, what was run on it. */
export function DatasetCard({ dataset }: { readonly dataset: Dataset }) {
  const go = useAddressStore((state) => state.go);
  const { data: runs = [] } = useRuns();
  const { data: jobs = [] } = useJobs();
  const ownRuns = runs.filter(({ datasetId }) => datasetId === dataset.id);
  const importJob = jobs.find((job) => job.kind === 'dataset-import' && job.datasetId === dataset.id);
  const place = { datasetId: dataset.id, imageId: null, className: null };
  const openImages = () => {
    go({ ...place, view: 'images', runId: ownRuns[0]?.id ?? null });
  };

  return (
    <article className={styles.card} aria-label={dataset.name}>
      <Preview dataset={dataset} onOpen={openImages} />
      <div className={styles.head}>
        <div className={styles.titles}>
          <h2>{dataset.name}</h2>
          <div className={styles.root} title={dataset.root}>
            {dataset.root}
          </div>
        </div>
        <CardMenu dataset={dataset} />
      </div>
      {importJob && importJob.state !== 'succeeded' && <JobLine job={importJob} showTitle={false} />}
      {dataset.imageCount === 0 && (importJob === undefined || isOver(importJob)) && <p>0 images</p>}
      {dataset.classes.length > 0 && <ClassTable classes={dataset.classes} shownCount={8} />}
      {dataset.problemCount > 0 && <ProblemsButton dataset={dataset} />}
      {ownRuns.length > 0 && (
        <section aria-label="Last runs">
          <ul className={styles.runs}>
            {ownRuns.slice(0, shownRuns).map((run) => (
              <RunLine key={run.id} run={run} />
            ))}
          </ul>
          {ownRuns.length > shownRuns && (
            <p className={styles.more}>
              and {formatNoun(ownRuns.length - shownRuns, 'older run')} in the switch above
            </p>
          )}
        </section>
      )}
      <div className={styles.actions}>
        <Button variant="outlined" onClick={openImages}>
          Show images
        </Button>
        {dataset.imageCount > 0 && (
          <Button
            variant={ownRuns.length === 0 ? 'contained' : 'outlined'}
            startIcon={<Play size={14} aria-hidden />}
            onClick={() => {
              go({ ...place, view: 'start', runId: null });
            }}
          >
            Start a run
          </Button>
        )}
      </div>
    </article>
  );
}

function Preview({ dataset, onOpen }: { readonly dataset: Dataset; readonly onOpen: () => void }) {
  const filter = {
    datasetId: dataset.id,
    runId: null,
    className: null,
    sort: 'path',
    descending: false,
  } as const;
  const { total, row } = useImagePages(filter, 0, 0);
  if (total === null || total === 0) return null;
  // Spread over the first page, so that more than one class is seen.
  const step = Math.max(1, Math.floor(Math.min(total, 200) / shownImages));
  const rows = Array.from({ length: shownImages }, (_, k) => row(k * step)).filter(
    (each) => each !== undefined,
  );
  return (
    <button
      type="button"
      className={styles.preview}
      onClick={onOpen}
      aria-label={`Show the images of ${dataset.name}`}
    >
      {rows.map(({ image }) => (
        <Thumbnail key={image.id} imageId={image.id} sizePx={256} />
      ))}
    </button>
  );
}

function RunLine({ run }: { readonly run: Run }) {
  const go = useAddressStore((state) => state.go);
  const names = useRunNames();
  return (
    <li>
      <button
        type="button"
        className={styles.run}
        onClick={() => {
          go({ view: 'review', datasetId: run.datasetId, runId: run.id, imageId: null, className: null });
        }}
      >
        <span className={styles.runTitle}>{runTitle(run, names)}</span>
        <span className={styles.quiet}>{describeAuroc(run)}</span>
        <span className={styles.quiet}>{runState(run)}</span>
        <span className={styles.quiet}>{formatMoment(run.createdAtMs)}</span>
      </button>
    </li>
  );
}

function CardMenu({ dataset }: { readonly dataset: Dataset }) {
  const client = useClient();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [asking, setAsking] = useState(false);
  const address = useAddressStore();
  const remove = useMutation({
    mutationFn: () => client.call('datasets.remove', { datasetId: dataset.id }),
    onSuccess: () => {
      setAsking(false);
      if (address.address.datasetId === dataset.id) {
        address.replace({ datasetId: null, runId: null, imageId: null, className: null });
      }
    },
  });
  return (
    <>
      <TipButton
        icon={Ellipsis}
        label={`More about ${dataset.name}`}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      />
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => {
          setAnchor(null);
        }}
      >
        <MenuItem
          onClick={() => {
            setAnchor(null);
            setAsking(true);
          }}
        >
          Remove from the workbench…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={asking}
        title={`Remove «${dataset.name}»?`}
        action="Remove"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          remove.mutate();
        }}
        onClose={() => {
          setAsking(false);
        }}
      >
        Its runs and scores are deleted from the workbench. The image files stay where they are, untouched.
      </ConfirmDialog>
    </>
  );
}
