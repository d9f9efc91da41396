import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { Dices, EyeOff, FastForward, ListRestart } from 'lucide-react';
import { memo, useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useClient } from '../../state/client-context.ts';
import { formatCount } from '../../state/format.ts';
import { useKeyName } from '../../state/keys.ts';
import {
  labelFilters,
  reviewFilters,
  reviewSorts,
  type LabelFilter,
  type ReviewFilter,
  type ReviewSort,
} from '../../state/review-order.ts';
import { beginBlind, showScores, useIsClosed, useReading, warnNotStored } from '../../state/readings.ts';
import { useReviewSettings } from '../../state/review-settings.ts';
import { labelFilterNames, reviewFilterNames, reviewSortNames } from '../../state/review-words.ts';
import { say } from '../../texts/say.ts';
import styles from './review-bar.module.css';

/** Which images, and in which order. */
export interface ReviewQuestion {
  readonly shown: ReviewFilter;
  readonly labelled: LabelFilter;
  readonly sorted: ReviewSort;
}

interface ReviewBarProps {
  readonly datasetId: number;
  readonly question: ReviewQuestion;
  readonly shownCount: number;
  readonly totalCount: number;
  /** Images of the whole run, or of its class, that have no verdict. */
  readonly leftCount: number;
  /** Whether any image has a label: else nothing is asked about labels. */
  readonly hasLabels: boolean;
  readonly hasFailures: boolean;
  /** Whether two thresholds leave a band for a human. */
  readonly hasBand: boolean;
  readonly onAsk: (question: Partial<ReviewQuestion>) => void;
  /** Sorts out again what was judged since the filter was chosen. */
  readonly onRefresh: () => void;
  readonly onUnjudged: () => void;
}

/** Between viewer and filmstrip: which images, in which order, how many are left, and how one goes through them. */
export const ReviewBar = memo(function ReviewBar(props: ReviewBarProps) {
  const { question, shownCount, totalCount, leftCount, hasLabels, onAsk } = props;
  const { settings, change } = useReviewSettings();
  const { isBlind } = useReading(props.datasetId);
  const nextKey = useKeyName('next.unjudged');
  const isFiltered = question.shown !== 'all' || question.labelled !== 'all';
  const asksLabels = (filter: ReviewFilter) => filter === 'verdict-label' || filter === 'label-prediction';
  return (
    <div className={styles.bar} role="toolbar" aria-label={say('Review')}>
      <LabelledSelect
        label={say('Show')}
        value={question.shown}
        options={reviewFilters
          .filter(
            (value) =>
              value === question.shown ||
              ((hasLabels || !asksLabels(value)) &&
                (props.hasFailures || value !== 'failed') &&
                (props.hasBand || value !== 'to-check')),
          )
          .map((value) => ({ value, name: reviewFilterNames[value] }))}
        onChange={(chosen) => {
          const shown = reviewFilters.find((value) => value === chosen);
          if (shown) onAsk({ shown });
        }}
      />
      {(hasLabels || question.labelled !== 'all') && (
        <LabelledSelect
          label={say('Label')}
          value={question.labelled}
          options={labelFilters.map((value) => ({ value, name: labelFilterNames[value] }))}
          onChange={(chosen) => {
            const labelled = labelFilters.find((value) => value === chosen);
            if (labelled) onAsk({ labelled });
          }}
        />
      )}
      <OrderChoice isBlind={isBlind} sorted={question.sorted} onAsk={onAsk} />
      {(isFiltered || question.sorted === 'nearest') && (
        <TipButton
          icon={ListRestart}
          label={say('Filter and sort again with the verdicts and the threshold of now')}
          onClick={props.onRefresh}
        />
      )}
      {isFiltered && (
        <span className={styles.quiet} data-testid="shown-count">
          {say('{shown} of {total, plural, one {# image} other {# images}}', {
            shown: formatCount(shownCount),
            total: totalCount,
          })}
        </span>
      )}
      <span className={styles.space} />
      <span data-testid="left" className={styles.left}>
        {leftCount === 0
          ? say('Every image has a verdict')
          : say('{count} without a verdict', { count: formatCount(leftCount) })}
      </span>
      <Button disabled={leftCount === 0} aria-keyshortcuts={nextKey} onClick={props.onUnjudged}>
        {nextKey === '' ? say('Next of them') : say('Next of them ({key})', { key: nextKey })}
      </Button>
      <TipButton
        icon={FastForward}
        label={say('Go on to the next image after a verdict')}
        word={say('Go on')}
        pressed={settings.goesOn}
        onClick={() => {
          change({ goesOn: !settings.goesOn });
        }}
      />
      <BlindSwitch datasetId={props.datasetId} />
    </div>
  );
});

/** Blinded or not; to end it while images are left is asked about, because it is noted. */
function BlindSwitch({ datasetId }: { readonly datasetId: number }) {
  const client = useClient();
  const { isBlind, openedAtMs } = useReading(datasetId);
  const isClosed = useIsClosed(datasetId);
  const [asking, setAsking] = useState(false);
  const opening = useMutation({
    mutationFn: () => showScores(client, datasetId),
    onSuccess: () => {
      setAsking(false);
    },
    onError: () => {
      setAsking(true);
    },
  });
  return (
    <>
      <TipButton
        icon={EyeOff}
        label={say(
          'Blinded: name, score, map, prediction and label stay hidden until your verdict, and the order tells nothing',
        )}
        word={say('Blinded')}
        pressed={isBlind}
        onClick={() => {
          if (!isBlind) beginBlind(client, datasetId).catch(warnNotStored);
          else if (isClosed && openedAtMs === null) setAsking(true);
          else opening.mutate();
        }}
      />
      <ConfirmDialog
        open={asking}
        title={say('Show scores before every image has a verdict?')}
        action={say('Show scores anyway')}
        pending={opening.isPending}
        error={opening.error}
        onConfirm={() => {
          opening.mutate();
        }}
        onClose={() => {
          setAsking(false);
        }}
      >
        {say('It is noted for good: verdicts that you give after it no longer count as blinded.')}
      </ConfirmDialog>
    </>
  );
}

const highestSeed = 999_999;

interface OrderChoiceProps extends Pick<ReviewBarProps, 'onAsk'> {
  readonly isBlind: boolean;
  readonly sorted: ReviewSort;
}

/** The order; a random one by a number, so that somebody else can go through the same one. */
function OrderChoice({ isBlind, sorted, onAsk }: OrderChoiceProps) {
  const { settings, change } = useReviewSettings();
  const isRandom = isBlind || sorted === 'random';
  return (
    <>
      <LabelledSelect
        label={say('Order')}
        value={isBlind ? 'random' : sorted}
        disabled={isBlind}
        options={reviewSorts.map((value) => ({ value, name: reviewSortNames[value] }))}
        onChange={(chosen) => {
          const order = reviewSorts.find((value) => value === chosen);
          if (order) onAsk({ sorted: order });
        }}
      />
      {isRandom && (
        <>
          <input
            className={styles.seed}
            type="number"
            aria-label={say('Number of the random order: the same number, the same order')}
            min={1}
            max={highestSeed}
            value={settings.seed}
            onChange={(event) => {
              const typed = event.target.valueAsNumber;
              if (Number.isInteger(typed) && typed >= 1 && typed <= highestSeed) change({ seed: typed });
            }}
          />
          <TipButton
            icon={Dices}
            label={say('Another random order')}
            onClick={() => {
              change({ seed: 1 + Math.floor(Math.random() * highestSeed) });
            }}
          />
        </>
      )}
    </>
  );
}
