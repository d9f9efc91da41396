import { memo, useDeferredValue, useRef } from 'react';
import type { RunScale, RunScores } from '../../../src-shared/domain/run.ts';
import { countReaching, type ScoreColumns } from '../../../src-shared/metrics/score-columns.ts';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { useAddressStore } from '../../state/address.ts';
import { formatScore } from '../../state/format.ts';
import { nearestRows } from '../../state/threshold-bands.ts';
import styles from './nearest-strip.module.css';

interface NearestStripProps {
  readonly scores: RunScores;
  readonly scale: RunScale;
  readonly columns: ScoreColumns;
  readonly threshold: number;
}

const frameWidthPx = 100;

/** The images nearest to the threshold on both sides: those it is decided on. A click opens them in Review. */
export function NearestStrip({ scores, scale, columns, threshold }: NearestStripProps) {
  const strip = useRef<HTMLElement>(null);
  const { width } = useElementSize(strip);
  const perSide = Math.max(0, Math.floor((width / 2 - 8) / frameWidthPx));
  // Pictures may lag behind the handle; the handle may not behind them.
  const flagged = useDeferredValue(countReaching(columns.all, threshold));
  return (
    <nav ref={strip} className={styles.strip} aria-label="Images nearest to the threshold">
      <Frames scores={scores} scale={scale} flagged={flagged} perSide={perSide} />
    </nav>
  );
}

interface FramesProps extends Pick<NearestStripProps, 'scores' | 'scale'> {
  readonly flagged: number;
  readonly perSide: number;
}

const Frames = memo(function Frames({ scores, scale, flagged, perSide }: FramesProps) {
  const rows = nearestRows(flagged, scores.imageIds.length, perSide);
  return (
    <>
      <Side name="Stopped" rows={rows.above} scores={scores} scale={scale} isAbove />
      <span className={styles.line} aria-hidden />
      <Side name="Passed" rows={rows.below} scores={scores} scale={scale} isAbove={false} />
    </>
  );
});

interface SideProps extends Pick<NearestStripProps, 'scores' | 'scale'> {
  readonly name: string;
  readonly rows: readonly number[];
  readonly isAbove: boolean;
}

function Side({ name, rows, scores, scale, isAbove }: SideProps) {
  return (
    <ul
      className={isAbove ? `${styles.side} ${styles.above}` : styles.side}
      aria-label={`${name}, nearest to the threshold`}
    >
      {rows.map((row) => {
        const imageId = scores.imageIds[row];
        const score = scores.scores[row];
        if (imageId === undefined || score === undefined) return null;
        return (
          <li key={imageId}>
            <Frame
              imageId={imageId}
              label={scores.labels[row] ?? null}
              score={formatScore(score, scale.scoreMax - scale.scoreMin)}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface FrameProps {
  readonly imageId: number;
  readonly label: RunScores['labels'][number];
  readonly score: string;
}

const Frame = memo(function Frame({ imageId, label, score }: FrameProps) {
  const go = useAddressStore((state) => state.go);
  return (
    <button
      type="button"
      className={styles.frame}
      data-image={imageId}
      aria-label={`Review this image, ${wordOfLabel(label)}, score ${score}`}
      onClick={() => {
        go({ view: 'review', imageId });
      }}
    >
      <span className={styles.picture}>
        <Thumbnail imageId={imageId} sizePx={128} />
      </span>
      <span className={styles.mark}>
        <StateMark kind={markOfLabel(label)} onImage />
      </span>
      <span className={styles.score}>{score}</span>
    </button>
  );
});
