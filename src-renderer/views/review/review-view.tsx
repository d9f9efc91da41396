import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Images, ListChecks, Timer } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useJob } from '../../state/queries.ts';
import { useMapProposal } from '../../state/map-threshold.ts';
import { useRunThreshold } from '../../state/run-thresholds.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { useDecisionStore } from '../../state/decisions.ts';
import { usualRegionAreaPx } from '../../../src-shared/domain/chosen-thresholds.ts';
import { formatCount } from '../../state/format.ts';
import { countUnjudged, isDisagreement, type ReviewFilter } from '../../state/review-order.ts';
import { reviewFilterNames, reviewSortNames } from '../../state/review-words.ts';
import { say } from '../../texts/say.ts';
import { useIsClosed, useReading } from '../../state/readings.ts';
import { useReviewSettings } from '../../state/review-settings.ts';
import { useForeignVerdicts, useVerdicts } from '../../state/verdicts.ts';
import { RunNeeded } from '../frame/run-needed.tsx';
import { Filmstrip } from './filmstrip.tsx';
import { ReviewBar, type ReviewQuestion } from './review-bar.tsx';
import { ReviewPanel } from './review-panel.tsx';
import styles from './review-view.module.css';
import { RunStrip } from './run-strip.tsx';
import { useChosenImages } from './use-chosen-images.ts';
import { useFailedImages, useImageFacts } from './use-image-facts.ts';
import { useLevelsOfDataset, useLevelsOfImage } from './use-levels-of-image.ts';
import { useReviewKeys } from './use-review-keys.ts';
import { useReviewActions } from './use-verdicts.ts';
import { usePreload } from './use-preload.ts';
import { Viewer } from './viewer.tsx';

/** Goes through the images of a run, worst first. */
export function ReviewView() {
  return (
    <RunNeeded
      emptyTitle={say('Nothing to review yet')}
      purpose={{
        noDatasets: say(
          'Add a folder of images in Data and run a method on it; then its images are here, worst first.',
        ),
        noDataset: say('Choose a data set; the images of its runs are shown here, worst first.'),
        noRun: say(
          'A run gives every image a score and an anomaly map. Block statistics need no model and take moments.',
        ),
      }}
    >
      {(run) => <Review key={run.id} run={run} />}
    </RunNeeded>
  );
}

function Review({ run }: { readonly run: Run }) {
  const { imageId, className, shown, labelled, sorted } = useAddress(
    'imageId',
    'className',
    'shown',
    'labelled',
    'sorted',
  );
  const replace = useAddressStore((state) => state.replace);
  const job = useJob(run.jobId);
  const underWay = isUnderWay(job);
  const threshold = useRunThreshold(run.id, className, underWay);
  const { scores: allScores } = threshold;
  const mapProposal = useMapProposal(run.id, allScores);
  const mapThreshold = threshold.isEarly ? null : (threshold.chosen.map ?? mapProposal?.value ?? null);
  const minAreaPx = threshold.chosen.minRegionAreaPx ?? usualRegionAreaPx(run.rendering.sizePx);
  const { seed, showsPanel } = useReviewSettings((state) => state.settings);
  const { isBlind } = useReading(run.datasetId);
  const isClosed = useIsClosed(run.datasetId);
  const isFull = useReviewSettings((state) => state.isFull);
  const verdicts = useVerdicts(run.datasetId);
  useForeignVerdicts();
  const facts = useImageFacts(run.datasetId, sorted === 'name' || run.failedCount > 0);
  const failures = useFailedImages(run, className, facts);
  const { images, refresh } = useChosenImages(allScores, verdicts, threshold, {
    className,
    filter: shown,
    labels: labelled,
    sort: sorted,
    seed,
    isBlind,
    failures,
    facts,
  });

  useLevelsOfDataset(run.datasetId);
  const imageIds = useMemo(() => images?.imageIds ?? [], [images]);
  // What is being looked at stays when a worse image comes in while the run goes on.
  const [hold, setHold] = useState<{ readonly className: string | null; readonly imageId: number } | null>(
    null,
  );
  const firstId = imageIds[0] ?? null;
  const held = hold?.className === className ? imageIds.indexOf(hold.imageId) : -1;
  if (underWay && imageId === null && firstId !== null && held < 0) setHold({ className, imageId: firstId });
  const found = imageId === null ? Math.max(0, held) : imageIds.indexOf(imageId);
  const index = Math.max(0, found);
  // An image whose turn has not come can be looked at as well.
  const isListed = found >= 0 && imageIds.length > 0;
  const shownId = isListed ? (imageIds[index] ?? null) : imageId;
  const isScored = isListed
    ? (images?.scores[index] ?? null) !== null
    : shownId !== null && allScores?.imageIds.includes(shownId) === true;

  const goTo = useCallback(
    (next: number) => {
      const id = imageIds[Math.min(imageIds.length - 1, Math.max(0, next))];
      if (id !== undefined) replace({ imageId: id });
    },
    [imageIds, replace],
  );
  const goToFirst = useCallback(() => {
    goTo(0);
  }, [goTo]);
  const goToImage = useCallback(
    (id: number) => {
      replace({ imageId: id });
    },
    [replace],
  );
  const verdict = shownId === null ? null : (verdicts.values.get(shownId) ?? null);
  const isHidden = isBlind && verdict === null;
  const actions = useReviewActions({
    datasetId: run.datasetId,
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
  const levelsOfImage = useLevelsOfImage(shownId);
  useReviewKeys({ goTo, index, count: imageIds.length, actions, writeNote, levelsOfImage });
  usePreload(run, imageIds, index);
  const unsavedIds = useUnsavedIds();
  const allIds = useMemo(
    () => [...(allScores?.imageIds ?? []), ...failures.map((each) => each.imageId)],
    [allScores, failures],
  );
  const leftCount = useMemo(() => countUnjudged(allIds, verdicts.values), [allIds, verdicts.values]);
  const hasLabels = useMemo(() => allScores?.labels.some((label) => label !== null) === true, [allScores]);
  const position = isListed
    ? say('{place} of {count}', { place: formatCount(index + 1), count: formatCount(imageIds.length) })
    : null;
  const isFiltered = shown !== 'all' || labelled !== 'all';
  // Both stay the same while a threshold is dragged, and the bar with them.
  const question = useMemo(() => ({ shown, labelled, sorted }), [shown, labelled, sorted]);
  const ask = useCallback(
    (wanted: Partial<ReviewQuestion>) => {
      const isWider = wanted.shown === 'all' || wanted.labelled === 'all';
      // Another order keeps the image; another filter begins with its first.
      const keeps = wanted.sorted !== undefined ? imageId : isWider ? shownId : null;
      replace({ ...wanted, imageId: keeps });
    },
    [replace, imageId, shownId],
  );

  return (
    <div className={styles.review}>
      <RunStrip run={run} job={job} hidesNames={isClosed} />
      {threshold.error && <ErrorNotice title={say('The scores could not be read')} error={threshold.error} />}
      {verdicts.error && <ErrorNotice title={say('The verdicts could not be read')} error={verdicts.error} />}
      {shownId === null ? (
        isFiltered && verdicts.ready && allIds.length > 0 ? (
          <NothingShown
            filter={shown}
            onAll={() => {
              replace({ shown: 'all', labelled: 'all', imageId: null });
            }}
          />
        ) : (
          <NothingScored run={run} underWay={underWay} loading={images === undefined} />
        )
      ) : (
        <>
          <div className={styles.middle}>
            <Viewer
              imageId={shownId}
              run={run}
              isScored={isScored}
              mapThreshold={mapThreshold}
              minAreaPx={minAreaPx}
              verdict={verdict}
              isUnsaved={unsavedIds.has(shownId)}
              isHidden={isHidden}
              position={position}
            />
            {showsPanel && !isFull && (
              <ReviewPanel
                imageId={shownId}
                position={position}
                isScored={isScored}
                run={run}
                threshold={threshold}
                mapThreshold={mapThreshold}
                mapProposal={mapProposal}
                minAreaPx={minAreaPx}
                onFirst={imageId === null && index > 0 && !isBlind ? goToFirst : null}
                canRetry={!underWay}
                verdict={verdict}
                isHidden={isHidden}
                isClosed={isClosed}
                actions={actions}
                noteField={noteField}
              />
            )}
          </div>
          {images && !isFull && (
            <>
              <ReviewBar
                datasetId={run.datasetId}
                question={question}
                shownCount={imageIds.length}
                totalCount={allIds.length}
                leftCount={leftCount}
                hasLabels={hasLabels}
                hasFailures={failures.length > 0}
                hasBand={threshold.second !== null}
                onAsk={ask}
                onRefresh={refresh}
                onUnjudged={actions.goToUnjudged}
              />
              <Filmstrip
                images={images}
                order={reviewSortNames[isBlind ? 'random' : sorted].toLowerCase()}
                run={run}
                selected={index}
                threshold={threshold.value}
                second={threshold.second}
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
    () => new Set(unsaved.flatMap(({ error, decision }) => (error === null ? [] : [decision.imageId]))),
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
      title={filter === 'unjudged' ? say('Every image has a verdict') : say('No image fits this filter')}
      action={
        <Button variant="contained" onClick={onAll}>
          {say('Show all images')}
        </Button>
      }
    >
      {isDisagreement(filter)
        ? say('They say the same of every image, as far as they say anything.')
        : say('«{filter}» finds nothing in this run.', { filter: reviewFilterNames[filter] })}
    </EmptyState>
  );
}

interface NothingScoredProps {
  readonly run: Run;
  readonly underWay: boolean;
  readonly loading: boolean;
}

function NothingScored({ run, underWay, loading }: NothingScoredProps) {
  if (loading) return <LinearProgress aria-label={say('Reading the scores')} />;
  if (underWay) {
    return (
      <EmptyState isPage icon={Timer} title={say('The first scores are on their way')}>
        {say('Images appear here as soon as they are scored, worst first.')}
      </EmptyState>
    );
  }
  return (
    <EmptyState isPage icon={Images} title={say('No image has a score')}>
      {run.failedCount > 0
        ? say('No image could be scored. The line above lists every file and the reason.')
        : say(
            'The run stopped before its first image, or no image of this class was scored. Resume it, or choose another class.',
          )}
    </EmptyState>
  );
}
