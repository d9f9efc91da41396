import { memo, useEffect } from 'react';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import strip from '../../components/strip.module.css';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { useStrip } from '../../components/use-strip.ts';
import { letterOf } from '../../state/compare-panes.ts';
import { countsAt, type Comparison } from '../../state/compare.ts';
import { formatCount, joinWords } from '../../state/format.ts';
import { useThumbnailLevels } from '../../state/thumbnail-levels.ts';
import { say } from '../../texts/say.ts';
import styles from './compare-filmstrip.module.css';

interface CompareFilmstripProps {
  readonly datasetId: number;
  readonly comparison: Comparison;
  /** Rows of the comparison, as they are gone through. */
  readonly rows: readonly number[];
  readonly selected: number;
  readonly onSelect: (index: number) => void;
}

/** The images in the chosen order; under each a bar a run: full where the run ranks it worst. */
export const CompareFilmstrip = memo(function CompareFilmstrip({
  datasetId,
  comparison,
  rows,
  selected,
  onSelect,
}: CompareFilmstripProps) {
  const { scroller, frames, frameWidth, thumbnailPx } = useStrip({
    count: rows.length,
    selected,
    order: rows,
  });
  const levels = useThumbnailLevels(datasetId);

  // Whoever goes through the frames by keyboard stays in the strip: the frame that is shown takes the focus along.
  useEffect(() => {
    const nav = scroller.current;
    if (!nav?.contains(document.activeElement)) return;
    nav.querySelector<HTMLElement>('[aria-current]')?.focus({ preventScroll: true });
  }, [scroller, selected]);

  return (
    <nav ref={scroller} className={strip.strip} aria-label={say('Images')} data-testid="compare-filmstrip">
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
              className={strip.frame}
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
              <span className={strip.picture}>
                <Thumbnail imageId={imageId} sizePx={thumbnailPx} levels={levels} />
              </span>
              <span className={strip.mark}>
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
