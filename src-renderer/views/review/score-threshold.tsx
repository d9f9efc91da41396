import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import { memo, useMemo } from 'react';
import type { Run, RunScores } from '../../../src-shared/domain/run.ts';
import { releaseFocus } from '../../components/release-focus.ts';
import { positionOn } from '../../components/score-bar.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { formatScore } from '../../state/format.ts';
import { binScores } from '../../state/histogram.ts';
import { useHowChosen } from '../../state/operating-points.ts';
import { fewestScores, type RunThreshold } from '../../state/run-thresholds.ts';
import { describeCounts, describeProposal } from '../../state/threshold-words.ts';
import { say } from '../../texts/say.ts';
import { countAtThreshold } from '../../state/thresholds.ts';
import styles from './review-panel.module.css';

interface ScoreThresholdProps {
  readonly run: Run;
  /** The image's own; null without one. */
  readonly score: number | null;
  readonly threshold: RunThreshold;
  /** Blinded: what the run says of other images is hidden. */
  readonly isClosed: boolean;
}

const steps = 1000;

/** The image's score on the scale of the whole run, against a threshold that can be moved. */
export const ScoreThreshold = memo(function ScoreThreshold(props: ScoreThresholdProps) {
  const { run, score, threshold, isClosed } = props;
  const { scores, value, proposed, chosen } = threshold;
  const chosenBy = useHowChosen(chosen).score;
  const counts = useMemo(
    () => (scores && value !== null ? countAtThreshold(scores, value) : null),
    [scores, value],
  );
  if (scores && threshold.isEarly) {
    return (
      <section className={styles.section} aria-label={say('Score')}>
        <p className={styles.explained}>
          {say('Thresholds appear when {count, number} images are scored.', { count: fewestScores })}
        </p>
      </section>
    );
  }
  if (!run.scale || !scores || value === null) return null;
  const { scoreMin, scoreMax } = run.scale;
  const span = scoreMax - scoreMin;
  const isDefect = score !== null && score >= value;
  const { second } = chosen;
  const isForHuman = score !== null && second !== null && score >= second && score < value;
  return (
    <section className={styles.section} aria-label={say('Score')}>
      <div className={styles.verdict}>
        {score === null ? (
          <span className={styles.quiet}>{say('No score')}</span>
        ) : (
          <>
            <span className={styles.score} data-testid="score">
              {formatScore(score, span)}
            </span>
            <StateMark kind={isForHuman ? 'unsure' : isDefect ? 'defect' : 'good'} />
            <span data-testid="verdict">
              {isForHuman
                ? say('For a human: {lower} to {upper}', {
                    lower: formatScore(second, span),
                    upper: formatScore(value, span),
                  })
                : isDefect
                  ? say('Defect: at or above {threshold}', { threshold: formatScore(value, span) })
                  : say('Good: below {threshold}', {
                      threshold: formatScore(second === null ? value : Math.min(second, value), span),
                    })}
            </span>
          </>
        )}
      </div>
      {isClosed && (
        <p className={styles.explained}>
          {say('What the run says of other images is shown when each has a verdict.')}
        </p>
      )}
      {!isClosed && (
        <div>
          <Histogram scores={scores} min={scoreMin} max={scoreMax} threshold={value} score={score} />
          <div className={styles.legend} aria-hidden>
            {scores.labels.includes('good') && (
              <span>
                <StateMark kind="good" sizePx={8} /> {say('good')}
              </span>
            )}
            {scores.labels.includes('anomalous') && (
              <span>
                <StateMark kind="defect" sizePx={8} /> {say('anomalous')}
              </span>
            )}
            {scores.labels.includes(null) && <span className={styles.unlabelled}>{say('unlabelled')}</span>}
            {score !== null && <span className={styles.here}>{say('this image')}</span>}
          </div>
          <Slider
            aria-label={say('Score threshold')}
            track={false}
            min={0}
            max={steps}
            value={Math.round(positionOn(value, scoreMin, scoreMax) * steps)}
            getAriaValueText={() => formatScore(value, span)}
            onChangeCommitted={releaseFocus}
            onChange={(_, position) => {
              threshold.change({ score: scoreMin + (Number(position) / steps) * span });
            }}
            sx={{ display: 'block' }}
          />
          <div className={styles.ends}>
            <span>{formatScore(scoreMin, span)}</span>
            <span>{say('threshold {value}', { value: formatScore(value, span) })}</span>
            <span>{formatScore(scoreMax, span)}</span>
          </div>
        </div>
      )}
      {counts && !isClosed && (
        <p className={styles.counts}>{describeCounts(counts, scores.imageIds.length)}</p>
      )}
      {proposed && !isClosed && chosen.score === null && (
        <p className={styles.explained} title={describeProposal(proposed)}>
          {describeProposal(proposed)}
        </p>
      )}
      {proposed && !isClosed && chosen.score !== null && (
        <div className={styles.sliderRow}>
          <span className={styles.explained}>{chosenBy}</span>
          <Button
            onClick={() => {
              threshold.change({ score: null });
            }}
          >
            {say('Back to {value}', { value: formatScore(proposed.value, span) })}
          </Button>
        </div>
      )}
    </section>
  );
}, isAlike);

/** Moving the map threshold changes nothing of the score's. */
function isAlike(before: ScoreThresholdProps, after: ScoreThresholdProps): boolean {
  const [a, b] = [before.threshold, after.threshold];
  return (
    before.run === after.run &&
    before.score === after.score &&
    before.isClosed === after.isClosed &&
    a.scores === b.scores &&
    a.value === b.value &&
    a.proposed === b.proposed &&
    a.chosen.score === b.chosen.score &&
    a.chosen.second === b.chosen.second &&
    a.chosen.recipe === b.chosen.recipe &&
    a.chosen.point === b.chosen.point &&
    a.isEarly === b.isEarly &&
    a.change === b.change
  );
}

interface HistogramProps {
  readonly scores: RunScores;
  readonly min: number;
  readonly max: number;
  readonly threshold: number;
  readonly score: number | null;
}

const binCount = 48;
const heightPx = 48;

/** Counts of scores: good below, anomalous above them, unlabelled on top; threshold and the image itself as lines. */
function Histogram({ scores, min, max, threshold, score }: HistogramProps) {
  return (
    <svg className={styles.histogram} viewBox={`0 0 100 ${heightPx}`} preserveAspectRatio="none" aria-hidden>
      <Bars scores={scores} min={min} max={max} />
      <Mark at={positionOn(threshold, min, max)} stroke="var(--text)" />
      {score !== null && <Mark at={positionOn(score, min, max)} stroke="var(--accent)" dashes="2 2" />}
    </svg>
  );
}

const Bars = memo(function Bars({ scores, min, max }: Pick<HistogramProps, 'scores' | 'min' | 'max'>) {
  const bins = binScores(scores, min, max, binCount);
  const highest = Math.max(
    1,
    ...bins.map(({ good, anomalous, unlabelled }) => good + anomalous + unlabelled),
  );
  const tall = (count: number) => (count / highest) * (heightPx - 8);
  return bins.map(({ good, anomalous, unlabelled }, index) => {
    const x = (index * 100) / binCount;
    const width = 100 / binCount - 0.3;
    const goodTop = heightPx - tall(good);
    const anomalousTop = goodTop - tall(anomalous);
    const topOfAll = anomalousTop - tall(unlabelled);
    return (
      <g key={x}>
        <rect x={x} width={width} y={goodTop} height={tall(good)} fill="var(--good)" />
        <rect x={x} width={width} y={anomalousTop} height={tall(anomalous)} fill="var(--defect)" />
        <rect x={x} width={width} y={topOfAll} height={tall(unlabelled)} fill="var(--text-quiet)" />
      </g>
    );
  });
});

interface MarkProps {
  /** 0-1 from the left. */
  readonly at: number;
  readonly stroke: string;
  readonly dashes?: string;
}

function Mark({ at, stroke, dashes }: MarkProps) {
  return (
    <line
      x1={at * 100}
      x2={at * 100}
      y1={0}
      y2={heightPx}
      stroke={stroke}
      strokeWidth={2}
      strokeDasharray={dashes}
      vectorEffect="non-scaling-stroke"
    />
  );
}
