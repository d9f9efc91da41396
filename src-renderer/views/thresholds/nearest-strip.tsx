import { memo, useRef } from 'react';
import type { GreyWindow } from '../../../src-shared/contract/asset-paths.ts';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import { countReaching } from '../../../src-shared/metrics/score-columns.ts';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { useAddressStore } from '../../state/address.ts';
import { formatScore } from '../../state/format.ts';
import { nearestRows } from '../../state/threshold-bands.ts';
import type { RankedImages, ThresholdModel } from '../../state/threshold-model.ts';
import { useThumbnailLevels } from '../../state/thumbnail-levels.ts';
import { useLagging } from '../../state/use-lagging.ts';
import { say } from '../../texts/say.ts';
import styles from './nearest-strip.module.css';

const frameWidthPx = 100;
/** Pictures may lag behind the handle; the handle may not wait for them. */
const followEveryMs = 120;

interface NearestStripProps {
  readonly model: ThresholdModel;
  readonly datasetId: number;
}

/** The images nearest to the threshold on both sides: those it is decided on. A click opens them in Review. */
export function NearestStrip({ model, datasetId }: NearestStripProps) {
  const { ranked, columns, cuts, min, max, level } = model;
  const strip = useRef<HTMLElement>(null);
  const { width } = useElementSize(strip);
  const levels = useThumbnailLevels(datasetId);
  const perSide = Math.max(0, Math.floor((width / 2 - 8) / frameWidthPx));
  const flagged = useLagging(countReaching(columns.all, cuts.threshold), followEveryMs);
  return (
    <nav ref={strip} className={styles.strip} aria-label={say('Images nearest to the threshold')}>
      <Frames
        ranked={ranked}
        levels={levels}
        span={max - min}
        flagged={flagged}
        perSide={perSide}
        ofMaps={level === 'pixel'}
      />
    </nav>
  );
}

interface FramesProps {
  readonly ranked: RankedImages;
  readonly levels: GreyWindow | null;
  readonly span: number;
  readonly flagged: number;
  readonly perSide: number;
  readonly ofMaps: boolean;
}

const Frames = memo(function Frames({ flagged, perSide, ofMaps, ...rest }: FramesProps) {
  const rows = nearestRows(flagged, rest.ranked.imageIds.length, perSide);
  return (
    <>
      <Side
        {...rest}
        name={
          ofMaps ? say('With a region, nearest to the threshold') : say('Stopped, nearest to the threshold')
        }
        none={say('none stopped')}
        rows={rows.above}
        isAbove
      />
      <span className={styles.line} aria-hidden />
      <Side
        {...rest}
        name={
          ofMaps ? say('Without a region, nearest to the threshold') : say('Passed, nearest to the threshold')
        }
        none={say('none passed')}
        rows={rows.below}
        isAbove={false}
      />
    </>
  );
});

interface SideProps {
  readonly ranked: RankedImages;
  readonly levels: GreyWindow | null;
  readonly span: number;
  readonly name: string;
  /** What is said where there are no images. */
  readonly none: string;
  readonly rows: readonly number[];
  readonly isAbove: boolean;
}

function Side({ name, none, rows, ranked, levels, span, isAbove }: SideProps) {
  const className = isAbove ? `${styles.side} ${styles.above}` : styles.side;
  if (rows.length === 0) return <p className={`${className} ${styles.none}`}>{none}</p>;
  return (
    <ul className={className} aria-label={name}>
      {rows.map((row) => {
        const imageId = ranked.imageIds[row];
        const score = ranked.scores[row];
        if (imageId === undefined || score === undefined) return null;
        return (
          <li key={imageId}>
            <Frame
              imageId={imageId}
              levels={levels}
              label={ranked.labels[row] ?? null}
              score={formatScore(score, span)}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface FrameProps {
  readonly imageId: number;
  readonly levels: GreyWindow | null;
  readonly label: RunScores['labels'][number];
  readonly score: string;
}

const Frame = memo(function Frame({ imageId, levels, label, score }: FrameProps) {
  const go = useAddressStore((state) => state.go);
  return (
    <button
      type="button"
      className={styles.frame}
      data-image={imageId}
      aria-label={say('Review this image, {label}, {score}', { label: wordOfLabel(label), score })}
      onClick={() => {
        go({ view: 'review', imageId });
      }}
    >
      <span className={styles.picture}>
        <Thumbnail imageId={imageId} sizePx={128} levels={levels} afterMs={followEveryMs} />
      </span>
      <span className={styles.mark}>
        <StateMark kind={markOfLabel(label)} onImage />
      </span>
      <span className={styles.score}>{score}</span>
    </button>
  );
});
