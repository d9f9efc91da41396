import useMediaQuery from '@mui/material/useMediaQuery';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import type { Run, RunScores } from '../../../src-shared/domain/run.ts';
import { ScoreBar } from '../../components/score-bar.tsx';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { formatCount, formatScore } from '../../state/format.ts';
import styles from './filmstrip.module.css';

interface FilmstripProps {
  readonly scores: RunScores;
  readonly run: Run;
  readonly selected: number;
  readonly threshold: number | null;
  readonly onSelect: (index: number) => void;
}

const frameWidthPx = { low: 92, tall: 124 } as const;
const gapPx = 4;

/** All scored images, worst first; only those in view are drawn. */
export const Filmstrip = memo(function Filmstrip({
  scores,
  run,
  selected,
  threshold,
  onSelect,
}: FilmstripProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isTall = useMediaQuery('(min-height: 1080px)', { noSsr: true });
  const frameWidth = isTall ? frameWidthPx.tall : frameWidthPx.low;
  const frames = useVirtualizer({
    horizontal: true,
    count: scores.imageIds.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => frameWidth + gapPx,
    paddingStart: 8,
    paddingEnd: 8,
    overscan: 4,
  });

  useEffect(() => {
    frames.measure();
  }, [frames, frameWidth]);

  useEffect(() => {
    frames.scrollToIndex(selected, { align: 'center' });
  }, [frames, selected]);

  return (
    <nav ref={scroller} className={styles.strip} aria-label="Images, worst first" data-testid="filmstrip">
      <div style={{ width: frames.getTotalSize(), height: '100%', position: 'relative' }}>
        {frames.getVirtualItems().map(({ index, start }) => {
          const imageId = scores.imageIds[index];
          const score = scores.scores[index];
          if (imageId === undefined || score === undefined) return null;
          const label = scores.labels[index] ?? null;
          const span = run.scale ? run.scale.scoreMax - run.scale.scoreMin : 1;
          return (
            <button
              key={imageId}
              type="button"
              className={styles.frame}
              style={{ transform: `translateX(${start}px)`, width: frameWidth }}
              aria-current={index === selected ? 'true' : undefined}
              aria-label={`Image ${formatCount(index + 1)} of ${formatCount(scores.imageIds.length)}, ${wordOfLabel(label)}, score ${formatScore(score, span)}`}
              tabIndex={index === selected ? 0 : -1}
              data-image={imageId}
              onClick={() => {
                onSelect(index);
              }}
            >
              <span className={styles.picture}>
                <Thumbnail imageId={imageId} sizePx={isTall ? 256 : 128} />
              </span>
              <span className={styles.mark}>
                <StateMark kind={markOfLabel(label)} onImage />
              </span>
              {run.scale && <ScoreBar score={score} threshold={threshold} scale={run.scale} />}
            </button>
          );
        })}
      </div>
    </nav>
  );
});
