import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Images, ListChecks, Play, Timer } from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useDataset, useDatasets, useJob, useRun, useRuns } from '../../state/queries.ts';
import { useMapProposal } from '../../state/map-threshold.ts';
import { useRunThreshold } from '../../state/run-thresholds.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { useDecisionStore } from '../../state/decisions.ts';
import { countUnjudged, reviewFilterNames, type ReviewFilter } from '../../state/review-order.ts';
import { useReviewSettings } from '../../state/review-settings.ts';
import { useForeignVerdicts, useVerdicts } from '../../state/verdicts.ts';
import { Filmstrip } from './filmstrip.tsx';
import { ReviewBar } from './review-bar.tsx';
import { ReviewPanel } from './review-panel.tsx';
import styles from './review-view.module.css';
import { RunStrip } from './run-strip.tsx';
import { useChosenImages } from './use-chosen-images.ts';
import { useReviewKeys } from './use-review-keys.ts';
import { useReviewActions } from './use-verdicts.ts';
import { usePreload } from './use-preload.ts';
import { Viewer } from './viewer.tsx';

/** Goes through the images of a run, worst first. */
export function ReviewView() {
  const { datasetId, runId } = useAddress();
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const runs = useRuns();
  const dataset = useDataset(datasetId);
  const run = useRun(runId);

  if (datasets.isPending || runs.isPending) return <LinearProgress aria-label="Reading the run" />;
  if (!datasets.data || !runs.data) {
    return <ErrorNotice title="The run could not be read" error={datasets.error ?? runs.error} />;
  }
  if (!dataset) {
    return (
      <EmptyState
        isPage
        icon={Images}
        title="Nothing to review yet"
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data' });
            }}
          >
            {datasets.data.length === 0 ? 'Go to Data' : 'Choose a data set'}
          </Button>
        }
      >
        {datasets.data.length === 0
          ? 'Add a folder of images in Data and run a method on it; then its images are here, worst first.'
          : 'Choose a data set; the images of its runs are shown here, worst first.'}
      </EmptyState>
    );
  }
  if (run?.datasetId !== dataset.id) {
    const newest = runs.data.find((each) => each.datasetId === dataset.id);
    return (
      <EmptyState
        isPage
        icon={Play}
        title={newest ? 'No run is chosen' : `Nothing was run on ${dataset.name} yet`}
        action={
          <>
            {newest && (
              <Button
                variant="contained"
                onClick={() => {
                  go({ runId: newest.id, imageId: null });
                }}
              >
                Show the newest run
              </Button>
            )}
            <Button
              variant={newest ? 'outlined' : 'contained'}
              onClick={() => {
                go({ view: 'start' });
              }}
            >
              Start a run
            </Button>
          </>
        }
      >
        A run gives every image a score and an anomaly map. Block statistics need no model and take moments.
      </EmptyState>
    );
  }
  return <Review key={run.id} run={run} />;
}

function Review({ run }: { readonly run: Run }) {
  const { imageId, className, shown } = useAddress();
  const replace = useAddressStore((state) => state.replace);
  const job = useJob(run.jobId);
  const underWay = isUnderWay(job);
  const threshold = useRunThreshold(run.id, className, underWay);
  const { scores: allScores } = threshold;
  const mapProposal = useMapProposal(run.id, allScores);
  const mapThreshold = threshold.isEarly ? null : (threshold.chosen.map ?? mapProposal?.value ?? null);
  const isBlind = useReviewSettings((state) => state.settings.isBlind);
  const verdicts = useVerdicts(run.datasetId);
  useForeignVerdicts();
  const { scores, refresh } = useChosenImages(allScores, verdicts, threshold.value, {
    key: [className, shown, isBlind].join('/'),
    filter: shown,
    isBlind,
  });

  const imageIds = useMemo(() => scores?.imageIds ?? [], [scores]);
  // What is being looked at stays when a worse image comes in while the run goes on.
  const [hold, setHold] = useState<{ readonly className: string | null; readonly imageId: number } | null>(
    null,
  );
  const firstId = imageIds[0] ?? null;
  const held = hold?.className === className ? imageIds.indexOf(hold.imageId) : -1;
  if (underWay && imageId === null && firstId !== null && held < 0) setHold({ className, imageId: firstId });
  const found = imageId === null ? Math.max(0, held) : imageIds.indexOf(imageId);
  const index = Math.max(0, found);
  // An image without a score (it failed, or its turn has not come) can be looked at as well.
  const isListed = found >= 0;
  const shownId = isListed ? (imageIds[index] ?? null) : imageId;
  const isScored = isListed || (shownId !== null && allScores?.imageIds.includes(shownId) === true);

  const goTo = useCallback(
    (next: number) => {
      const id = imageIds[Math.min(imageIds.length - 1, Math.max(0, next))];
      if (id !== undefined) replace({ imageId: id });
    },
    [imageIds, replace],
  );
  const goToWorst = useCallback(() => {
    goTo(0);
  }, [goTo]);
  const goToImage = useCallback(
    (id: number) => {
      replace({ imageId: id });
    },
    [replace],
  );
  // The bars of the filmstrip may lag behind a handle that is being dragged; the handle may not.
  const shownThreshold = useDeferredValue(threshold.value);
  const verdict = shownId === null ? null : (verdicts.values.get(shownId) ?? null);
  const isHidden = isBlind && verdict === null;
  const actions = useReviewActions({
    runId: run.id,
    threshold: threshold.value,
    imageIds,
    index,
    shownId,
    verdicts: verdicts.values,
    isHidden,
    goTo,
    goToImage,
  });
  const noteField = useRef<HTMLTextAreaElement>(null);
  const writeNote = useCallback(() => {
    noteField.current?.focus();
  }, []);
  useReviewKeys({ goTo, index, count: imageIds.length, actions, writeNote });
  usePreload(run, imageIds, index);
  const unsavedIds = useUnsavedIds();
  const leftCount = useMemo(
    () => countUnjudged(allScores?.imageIds ?? [], verdicts.values),
    [allScores, verdicts.values],
  );

  return (
    <div className={styles.review}>
      <RunStrip run={run} job={job} />
      {threshold.error && <ErrorNotice title="The scores could not be read" error={threshold.error} />}
      {verdicts.error && <ErrorNotice title="The verdicts could not be read" error={verdicts.error} />}
      {shownId === null ? (
        shown !== 'all' && verdicts.ready && allScores !== undefined && allScores.imageIds.length > 0 ? (
          <NothingShown
            filter={shown}
            onAll={() => {
              replace({ shown: 'all', imageId: null });
            }}
          />
        ) : (
          <NothingScored run={run} underWay={underWay} loading={scores === undefined} />
        )
      ) : (
        <>
          <div className={styles.middle}>
            <Viewer
              imageId={shownId}
              run={run}
              isScored={isScored}
              mapThreshold={mapThreshold}
              verdict={verdict}
              isUnsaved={unsavedIds.has(shownId)}
              isHidden={isHidden}
            />
            <ReviewPanel
              imageId={shownId}
              index={isListed ? index : null}
              count={imageIds.length}
              isScored={isScored}
              run={run}
              threshold={threshold}
              mapThreshold={mapThreshold}
              mapProposal={mapProposal}
              onWorst={imageId === null && index > 0 ? goToWorst : null}
              verdict={verdict}
              isHidden={isHidden}
              actions={actions}
              noteField={noteField}
            />
          </div>
          {scores && allScores && (
            <>
              <ReviewBar
                filter={shown}
                shownCount={imageIds.length}
                totalCount={allScores.imageIds.length}
                leftCount={leftCount}
                onFilter={(filter) => {
                  replace({ shown: filter, imageId: filter === 'all' ? shownId : null });
                }}
                onRefresh={refresh}
                onUnjudged={actions.goToUnjudged}
              />
              <Filmstrip
                scores={scores}
                run={run}
                selected={index}
                threshold={shownThreshold}
                verdicts={verdicts.values}
                noted={verdicts.noted}
                unsavedIds={unsavedIds}
                isBlind={isBlind}
                onSelect={goTo}
              />
            </>
          )}
        </>
      )}
    </div>
  );
}

function useUnsavedIds(): ReadonlySet<number> {
  const unsaved = useDecisionStore((state) => state.unsaved);
  return useMemo(
    () => new Set(unsaved.flatMap(({ state, decision }) => (state === 'failed' ? [decision.imageId] : []))),
    [unsaved],
  );
}

interface NothingShownProps {
  readonly filter: ReviewFilter;
  readonly onAll: () => void;
}

function NothingShown({ filter, onAll }: NothingShownProps) {
  return (
    <EmptyState
      isPage
      icon={ListChecks}
      title={filter === 'unjudged' ? 'Every image has a verdict' : 'No image fits this filter'}
      action={
        <Button variant="contained" onClick={onAll}>
          Show all images
        </Button>
      }
    >
      {filter === 'disagreement'
        ? 'Verdict, label and prediction say the same of every image, as far as they say anything.'
        : `«${reviewFilterNames[filter]}» finds nothing in this run.`}
    </EmptyState>
  );
}

interface NothingScoredProps {
  readonly run: Run;
  readonly underWay: boolean;
  readonly loading: boolean;
}

function NothingScored({ run, underWay, loading }: NothingScoredProps) {
  if (loading) return <LinearProgress aria-label="Reading the scores" />;
  if (underWay) {
    return (
      <EmptyState isPage icon={Timer} title="The first scores are on their way">
        Images appear here as soon as they are scored, worst first.
      </EmptyState>
    );
  }
  return (
    <EmptyState isPage icon={Images} title="No image has a score">
      {run.failedCount > 0
        ? 'No image could be scored. The line above lists every file and the reason.'
        : 'The run stopped before its first image, or no image of this class was scored. Resume it, or choose another class.'}
    </EmptyState>
  );
}
