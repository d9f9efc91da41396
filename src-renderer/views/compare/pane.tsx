import { SlidersHorizontal, X } from 'lucide-react';
import { memo, useState } from 'react';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { LeftOut, Run, RunScores } from '../../../src-shared/domain/run.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { paneCuts, type ComparedPane, type PaneThreshold } from '../../state/compare-panes.ts';
import { formatCount, formatScore, scoreSpan } from '../../state/format.ts';
import { useMapProposal } from '../../state/map-threshold.ts';
import { predict, type Prediction } from '../../state/prediction.ts';
import { useImage } from '../../state/queries.ts';
import { useRunThreshold } from '../../state/run-thresholds.ts';
import { say } from '../../texts/say.ts';
import { sayNodes } from '../../texts/say-nodes.ts';
import { PaneStage } from './pane-stage.tsx';
import { PaneThresholds } from './pane-thresholds.tsx';
import styles from './pane.module.css';

export interface PaneProps {
  readonly letter: string;
  readonly pane: ComparedPane;
  /** What tells it from the others, and everything that is known of the run. */
  readonly heading: string;
  readonly title: string;
  readonly firstRun: Run;
  readonly imageId: number;
  readonly className: string | null;
  /** What the run says of the image, if anything, and how that ranks. */
  readonly score: number | null;
  readonly rank: number | null;
  readonly count: number;
  readonly leftOut: LeftOut | null;
  /** The score threshold in force here. */
  readonly threshold: number | null;
  /** Where its middle band begins; null: there is none. */
  readonly second: number | null;
  readonly scores: RunScores | undefined;
  readonly points: readonly OperatingPoint[];
  /** Null: no pane can be left out. */
  readonly onRemove: ((token: string) => void) | null;
  readonly onThreshold: (token: string, at: PaneThreshold) => void;
}

/** One run, cut at one threshold. */
export const Pane = memo(function Pane(props: PaneProps) {
  const { letter, pane, heading, title, imageId, className, onRemove } = props;
  const { run, at, token } = pane;
  const own = useRunThreshold(run.id, className);
  const proposal = useMapProposal(run.id, own.scores);
  const cuts = paneCuts(at, props.points);
  const ownMap = own.chosen.map ?? proposal?.value ?? null;
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <section
      className={styles.pane}
      aria-label={`${letter}: ${heading}`}
      data-testid="pane"
      data-run={run.id}
    >
      <header className={styles.head}>
        <span className={styles.letter} aria-hidden>
          {letter}
        </span>
        <h2 className={styles.title} title={title}>
          {heading}
        </h2>
        <TipButton
          icon={SlidersHorizontal}
          label={say('Where {letter} cuts', { letter })}
          pressed={at.kind !== 'own'}
          onClick={(event) => {
            setAnchor(event.currentTarget);
          }}
        />
        {onRemove && (
          <TipButton
            icon={X}
            label={say('Leave {letter} out', { letter })}
            onClick={() => {
              onRemove(token);
            }}
          />
        )}
      </header>
      <PaneFacts {...props} />
      <PaneStage
        token={token}
        letter={letter}
        heading={heading}
        run={run}
        firstRun={props.firstRun}
        imageId={imageId}
        isScored={props.score !== null}
        mapThreshold={cuts.map ?? ownMap}
      />
      {anchor && (
        <PaneThresholds
          anchor={anchor}
          letter={letter}
          pane={pane}
          scores={props.scores}
          ownScore={own.value}
          ownMap={ownMap}
          points={props.points}
          onClose={() => {
            setAnchor(null);
          }}
          onPick={(picked) => {
            setAnchor(null);
            props.onThreshold(token, picked);
          }}
        />
      )}
    </section>
  );
});

/** Verdict of the run, score and rank; where the image counts in no metric, why. */
function PaneFacts({ pane: { run }, imageId, score, rank, count, leftOut, threshold, second }: PaneProps) {
  const failure = useImage(imageId, run.id).data?.result?.error ?? null;
  const span = scoreSpan(run.scale);
  if (score === null)
    return (
      <p className={styles.facts} data-testid="pane-facts">
        {failure ?? say('No score of this image')}
      </p>
    );
  const said = predict(score, threshold, second);
  return (
    <p className={styles.facts} data-testid="pane-facts">
      {said !== null && (
        <span className={styles.verdict}>
          <StateMark kind={said} sizePx={10} />
          {predictionWords[said]}
        </span>
      )}
      <span>{sayNodes('score {score}', { score: <b key="score">{formatScore(score, span)}</b> })}</span>
      {rank !== null && (
        <span>
          {sayNodes('rank {rank} of {count}', {
            rank: <b key="rank">{formatCount(rank)}</b>,
            count: formatCount(count),
          })}
        </span>
      )}
      {leftOut !== null && <span className={styles.leftOut}>{leftOutWords[leftOut]}</span>}
    </p>
  );
}

const predictionWords: Readonly<Record<Prediction, string>> = {
  defect: say('Defect'),
  unsure: say('To check'),
  good: say('Good'),
};

const leftOutWords: Readonly<Record<LeftOut, string>> = {
  train: say('train split: not counted'),
  reference: say('shown as a reference: not counted'),
};
