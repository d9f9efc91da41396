import useMediaQuery from '@mui/material/useMediaQuery';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { letterOf } from '../../state/compare-panes.ts';
import { countsAt, type Comparison } from '../../state/compare.ts';
import { formatCount, joinWords } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './compare-filmstrip.module.css';

interface CompareFilmstripProps {
  readonly comparison: Comparison;
  /** Rows of the comparison, as they are gone through. */
  readonly rows: readonly number[];
  readonly selected: number;
  readonly onSelect: (index: number) => void;
}

const frameWidthPx = { low: 92, tall: 124 } as const;
const gapPx = 4;

/** The images in the chosen order; under each a bar a run: full where the run ranks it worst. */
export const CompareFilmstrip = memo(function CompareFilmstrip({
  comparison,
  rows,
  selected,
  onSelect,
}: CompareFilmstripProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isTall = useMediaQuery('(min-height: 1080px)', { noSsr: true });
  const frameWidth = isTall ? frameWidthPx.tall : frameWidthPx.low;
  const frames = useVirtualizer({
    horizontal: true,
    count: rows.length,
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
  }, [frames, selected, rows]);

  // Whoever goes through the frames by keyboard stays in the strip: the frame that is shown takes the focus along.
  useEffect(() => {
    const strip = scroller.current;
    if (!strip?.contains(document.activeElement)) return;
    strip.querySelector<HTMLElement>('[aria-current]')?.focus({ preventScroll: true });
  }, [selected]);

  return (
    <nav ref={scroller} className={styles.strip} aria-label={say('Images')} data-testid="compare-filmstrip">
      <div style={{ width: frames.getTotalSize(), height: '100%', position: 'relative' }}>
        {frames.getVirtualItems().map(({ index, start }) => {
          const row = rows[index] ?? -1;
          const imageId = comparison.imageIds[row];
          if (imageId === undefined) return null;
          const label = comparison.labels[row] ?? null;
          const ranks = comparison.ranks.map((column) => column[row] ?? null);
          const isCounted = ranks.some((_, place) => countsAt(comparison, place, row));
          const spoken = ranks.map((rank, place) =>
            rank === null
              ? say('{letter} none', { letter: letterOf(place) })
              : say('{letter} {rank}', { letter: letterOf(place), rank: formatCount(rank) }),
          );
          return (
            <button
              key={imageId}
              type="button"
              className={styles.frame}
              style={{ transform: `translateX(${start}px)`, width: frameWidth }}
              aria-current={index === selected ? 'true' : undefined}
              aria-label={say('Image {place} of {count}, {label}, ranks {ranks}', {
                place: formatCount(index + 1),
                count: formatCount(rows.length),
                label: wordOfLabel(label),
                ranks: joinWords(spoken),
              })}
              data-counted={isCounted || label === null}
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
              <span className={styles.bars} aria-hidden>
                {ranks.map((rank, run) => (
                  <span
                    key={run}
                    className={styles.bar}
                    style={{ width: `${barShare(rank, comparison.counts[run] ?? 0) * 100}%` }}
                  />
                ))}
              </span>
            </button>
          );
        })}
      </div>
    </nav>
  );
});

/** 1 for the worst of `count`, near 0 for the best; 0 without a rank. */
function barShare(rank: number | null, count: number): number {
  return rank === null || count === 0 ? 0 : (count - rank + 1) / count;
}
