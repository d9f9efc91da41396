import useMediaQuery from '@mui/material/useMediaQuery';
import { useVirtualizer } from '@tanstack/react-virtual';
import { CloudOff, MessageSquareText } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import type { Run, RunScores } from '../../../src-shared/domain/run.ts';
import { ScoreBar } from '../../components/score-bar.tsx';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { formatCount, formatScore } from '../../state/format.ts';
import type { Verdicts } from '../../state/review-order.ts';
import styles from './filmstrip.module.css';

interface FilmstripProps {
  readonly scores: RunScores;
  readonly run: Run;
  readonly selected: number;
  readonly threshold: number | null;
  readonly verdicts: Verdicts;
  readonly noted: ReadonlySet<number>;
  /** Images whose verdict is not stored yet because that failed. */
  readonly unsavedIds: ReadonlySet<number>;
  /** Whether label and score are hidden as long as there is no verdict. */
  readonly isBlind: boolean;
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
  verdicts,
  noted,
  unsavedIds,
  isBlind,
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
    <nav
      ref={scroller}
      className={styles.strip}
      aria-label={isBlind ? 'Images in a fixed random order' : 'Images, worst first'}
      data-testid="filmstrip"
    >
      <div style={{ width: frames.getTotalSize(), height: '100%', position: 'relative' }}>
        {frames.getVirtualItems().map(({ index, start }) => {
          const imageId = scores.imageIds[index];
          const score = scores.scores[index];
          if (imageId === undefined || score === undefined) return null;
          const label = scores.labels[index] ?? null;
          const verdict = verdicts.get(imageId) ?? null;
          const isHidden = isBlind && verdict === null;
          const isUnsaved = unsavedIds.has(imageId);
          const span = run.scale ? run.scale.scoreMax - run.scale.scoreMin : 1;
          return (
            <button
              key={imageId}
              type="button"
              className={styles.frame}
              style={{ transform: `translateX(${start}px)`, width: frameWidth }}
              aria-current={index === selected ? 'true' : undefined}
              aria-label={[
                `Image ${formatCount(index + 1)} of ${formatCount(scores.imageIds.length)}`,
                ...(isHidden ? [] : [wordOfLabel(label), `score ${formatScore(score, span)}`]),
                verdict === null ? 'no verdict' : `verdict ${verdict}`,
                ...(isUnsaved ? ['not stored yet'] : []),
                ...(noted.has(imageId) ? ['with a note'] : []),
              ].join(', ')}
              tabIndex={index === selected ? 0 : -1}
              data-image={imageId}
              onClick={() => {
                onSelect(index);
              }}
            >
              <span className={styles.picture}>
                <Thumbnail imageId={imageId} sizePx={isTall ? 256 : 128} />
              </span>
              {verdict !== null && (
                <span className={styles.verdict} data-unsaved={isUnsaved}>
                  <StateMark kind={verdict} sizePx={14} />
                </span>
              )}
              <span className={styles.mark}>
                {isUnsaved && <CloudOff size={14} aria-hidden className={styles.sign} />}
                {noted.has(imageId) && <MessageSquareText size={14} aria-hidden className={styles.sign} />}
                {!isHidden && <StateMark kind={markOfLabel(label)} sizePx={9} onImage />}
              </span>
              {run.scale && !isHidden && <ScoreBar score={score} threshold={threshold} scale={run.scale} />}
            </button>
          );
        })}
      </div>
    </nav>
  );
});
