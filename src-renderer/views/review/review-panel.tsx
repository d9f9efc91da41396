import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { EyeOff, TriangleAlert } from 'lucide-react';
import { memo, useMemo, useState, type RefObject } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { messageOf } from '../../components/error-notice.tsx';
import { markOfLabel, StateMark } from '../../components/state-mark.tsx';
import { addressActions, useAddress } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { fileName, formatMoment, formatPercent } from '../../state/format.ts';
import type { MapProposal } from '../../state/map-threshold.ts';
import { useImage } from '../../state/queries.ts';
import type { RunThreshold } from '../../state/run-thresholds.ts';
import { runTitle } from '../../state/run-words.ts';
import { useHowChosen } from '../../state/operating-points.ts';
import { say } from '../../texts/say.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { MapSection } from './map-section.tsx';
import figures from '../../components/figure-table.module.css';
import styles from './review-panel.module.css';
import { ScoreThreshold } from './score-threshold.tsx';
import type { ReviewActions } from './use-verdicts.ts';
import { TrailSection, VerdictSection } from './verdict-section.tsx';

interface ReviewPanelProps {
  readonly imageId: number;
  /** Place in the filmstrip; null for an image that is not in it. */
  readonly position: string | null;
  readonly isScored: boolean;
  readonly run: Run;
  readonly threshold: RunThreshold;
  readonly mapThreshold: number | null;
  readonly mapProposal: MapProposal | undefined;
  /** Smaller regions do not count, in pixels of the map. */
  readonly minAreaPx: number;
  /** Where others came in before the one that is shown. */
  readonly onFirst: (() => void) | null;
  /** Whether what failed can be tried again now. */
  readonly canRetry: boolean;
  readonly verdict: VerdictValue | null;
  /** Whether score, map, prediction and label wait for a verdict. */
  readonly isHidden: boolean;
  /** Whether what is known of other images waits until each has a verdict. */
  readonly isClosed: boolean;
  readonly actions: ReviewActions;
  readonly noteField: RefObject<HTMLTextAreaElement | null>;
}

/** What is known of the image: file, label, score against the threshold, regions; and of the run. */
export function ReviewPanel(props: ReviewPanelProps) {
  const { imageId, run, threshold, isHidden, isClosed } = props;
  const row = useImage(imageId, run.id).data;
  const { scores } = threshold;
  const listed = useMemo(() => scores?.scores[scores.imageIds.indexOf(imageId)], [scores, imageId]);
  const score = row?.result?.score ?? listed ?? null;
  const chosenBy = useHowChosen(threshold.chosen);
  return (
    <aside className={styles.panel} aria-label={say('About this image')}>
      <ImageSection
        imageId={imageId}
        run={run}
        position={props.position}
        isHidden={isHidden}
        onFirst={props.onFirst}
        canRetry={props.canRetry}
      />
      <VerdictSection
        imageId={imageId}
        runId={run.id}
        value={props.verdict}
        actions={props.actions}
        noteField={props.noteField}
      />
      {!isHidden && <ScoreThreshold run={run} score={score} threshold={threshold} isClosed={isClosed} />}
      {!isHidden && (
        <MapSection
          imageId={imageId}
          run={run}
          isScored={props.isScored}
          value={props.mapThreshold}
          proposal={isClosed ? undefined : props.mapProposal}
          minAreaPx={props.minAreaPx}
          chosenBy={threshold.chosen.map === null ? null : chosenBy.map}
          onChange={threshold.change}
        />
      )}
      <TrailSection imageId={imageId} isHidden={isHidden} />
      <section className={styles.section}>
        <h2>{say('Run')}</h2>
        <RunFacts run={run} isClosed={isClosed} />
      </section>
    </aside>
  );
}

type ImageSectionProps = Pick<
  ReviewPanelProps,
  'imageId' | 'run' | 'position' | 'isHidden' | 'onFirst' | 'canRetry'
>;

/** What is known of the image before any method: nothing of it changes while a threshold is dragged. */
const ImageSection = memo(function ImageSection(props: ImageSectionProps) {
  const { imageId, run, position, isHidden, onFirst, canRetry } = props;
  const row = useImage(imageId, run.id).data;
  const failure = row?.result?.error ?? null;
  return (
    <section className={styles.section}>
      <div className={styles.titleRow}>
        {isHidden ? (
          // A name often says what the label does.
          <h1 className={styles.file}>{say('Name hidden')}</h1>
        ) : (
          <h1 className={styles.file} title={row?.image.path}>
            {row ? fileName(row.image.path) : '\u00a0'}
          </h1>
        )}
        {position !== null && (
          <span className={styles.quiet} data-testid="position">
            {position}
          </span>
        )}
      </div>
      {row && (
        <>
          <p className={styles.facts}>
            {[
              ...(isHidden
                ? [row.image.className]
                : [row.image.className, row.image.split, row.image.defect]),
              say('{width}×{height} px', {
                width: String(row.image.widthPx),
                height: String(row.image.heightPx),
              }),
            ]
              .filter((part) => part !== null)
              .join(' · ')}
          </p>
          <div className={styles.label}>
            {isHidden ? (
              <>
                <EyeOff size={14} aria-hidden />
                <p>{say('Hidden until your verdict')}</p>
              </>
            ) : (
              <>
                <StateMark kind={markOfLabel(row.image.label)} />
                <p>{labelledNames[row.image.label ?? 'unlabelled']}</p>
              </>
            )}
            {onFirst && (
              <Button aria-keyshortcuts="Home" onClick={onFirst}>
                {say('Go to the first')}
              </Button>
            )}
          </div>
          {failure !== null && (
            <Failure run={run} imageId={imageId} message={isHidden ? null : failure} canRetry={canRetry} />
          )}
        </>
      )}
    </section>
  );
});

const labelledNames = {
  good: say('Labelled good'),
  anomalous: say('Labelled anomalous'),
  unlabelled: say('No label'),
} as const;

interface FailureProps {
  readonly run: Run;
  readonly imageId: number;
  /** Null: it names the file, which is hidden. */
  readonly message: string | null;
  readonly canRetry: boolean;
}

/** Why the run has no score of the image, and the way to try it again. */
function Failure({ run, imageId, message, canRetry }: FailureProps) {
  const client = useClient();
  const retry = useMutation({
    mutationFn: () => client.call('runs.retryFailures', { runId: run.id, imageId }),
  });
  return (
    <div className={styles.failure} role="group" aria-label={say('Not scored')}>
      <TriangleAlert size={16} aria-hidden color="var(--unsure)" />
      <div>
        <p data-testid="failure">
          {message === null
            ? say('This image could not be scored.')
            : say('This image could not be scored: {message}', { message })}
        </p>
        {retry.error && message !== null && <p role="alert">{messageOf(retry.error)}</p>}
        <Button
          variant="outlined"
          disabled={!canRetry}
          loading={retry.isPending}
          onClick={() => {
            retry.mutate();
          }}
        >
          {say('Try it again')}
        </Button>
      </div>
    </div>
  );
}

interface RunFactsProps {
  readonly run: Run;
  readonly isClosed: boolean;
}

const RunFacts = memo(function RunFacts({ run, isClosed }: RunFactsProps) {
  const client = useClient();
  const names = useRunNames();
  const { className: shownClass } = useAddress('className');
  const { go } = addressActions;
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => client.call('runs.remove', { runId: run.id }),
    onSuccess: () => {
      setAsking(false);
      go({ view: 'images', runId: null, imageId: null });
    },
  });
  const shown = run.imageAuroc.filter(
    ({ className, auroc }) =>
      !isClosed && auroc !== null && (shownClass === null || className === shownClass),
  );
  return (
    <>
      <p>{runTitle(run, names)}</p>
      <p className={styles.quiet}>{formatMoment(run.createdAtMs)}</p>
      {shown.length > 0 && (
        <table className={figures.table}>
          <thead>
            <tr>
              <th scope="col">{say('Class')}</th>
              <th scope="col">{say('Image AUROC')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ className, auroc }) => (
              <tr key={className}>
                <th scope="row">{className}</th>
                <td>{auroc === null ? '–' : formatPercent(auroc, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div>
        <Button
          variant="outlined"
          onClick={() => {
            setAsking(true);
          }}
        >
          {say('Remove this run')}
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        title={say('Remove this run?')}
        action={say('Remove')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          remove.mutate();
        }}
        onClose={() => {
          setAsking(false);
        }}
      >
        {say(
          'The scores and maps of {count, plural, one {# image} other {# images}} are deleted. The images, your verdicts and the other runs stay.',
          { count: run.scoredCount },
        )}
      </ConfirmDialog>
    </>
  );
});
