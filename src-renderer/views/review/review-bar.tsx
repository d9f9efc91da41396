import Button from '@mui/material/Button';
import { EyeOff, FastForward, ListRestart } from 'lucide-react';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { formatCount, formatNoun } from '../../state/format.ts';
import { useKeyName } from '../../state/keys.ts';
import { reviewFilterNames, reviewFilterSchema, type ReviewFilter } from '../../state/review-order.ts';
import { useReviewSettings } from '../../state/review-settings.ts';
import styles from './review-bar.module.css';

interface ReviewBarProps {
  readonly filter: ReviewFilter;
  readonly shownCount: number;
  readonly totalCount: number;
  /** Images of the whole run, or of its class, that have no verdict. */
  readonly leftCount: number;
  readonly onFilter: (filter: ReviewFilter) => void;
  /** Sorts out again what was judged since the filter was chosen. */
  readonly onRefresh: () => void;
  readonly onUnjudged: () => void;
}

/** Between viewer and filmstrip: which images, how many are left, and how one goes through them. */
export function ReviewBar(props: ReviewBarProps) {
  const { filter, shownCount, totalCount, leftCount } = props;
  const { settings, change } = useReviewSettings();
  const nextKey = useKeyName('next.unjudged');
  return (
    <div className={styles.bar} role="toolbar" aria-label="Review">
      <LabelledSelect
        label="Show"
        value={filter}
        options={reviewFilterSchema.options.map((value) => ({ value, name: reviewFilterNames[value] }))}
        onChange={(chosen) => {
          props.onFilter(reviewFilterSchema.parse(chosen));
        }}
      />
      {filter !== 'all' && (
        <>
          <TipButton
            icon={ListRestart}
            label="Filter again with the verdicts of now"
            onClick={props.onRefresh}
          />
          <span className={styles.quiet}>
            {formatCount(shownCount)} of {formatNoun(totalCount, 'image')}
          </span>
        </>
      )}
      <span className={styles.space} />
      <span data-testid="left">
        {leftCount === 0 ? 'Every image has a verdict' : `${formatCount(leftCount)} without a verdict`}
      </span>
      <Button disabled={leftCount === 0} aria-keyshortcuts={nextKey} onClick={props.onUnjudged}>
        Next of them{nextKey === '' ? '' : ` (${nextKey})`}
      </Button>
      <TipButton
        icon={FastForward}
        label="Go on to the next image after a verdict"
        word="Go on"
        pressed={settings.goesOn}
        onClick={() => {
          change({ goesOn: !settings.goesOn });
        }}
      />
      <TipButton
        icon={EyeOff}
        label="Blinded: score, map, prediction and label stay hidden until your verdict, and the order tells nothing"
        word="Blinded"
        pressed={settings.isBlind}
        onClick={() => {
          change({ isBlind: !settings.isBlind });
        }}
      />
    </div>
  );
}
