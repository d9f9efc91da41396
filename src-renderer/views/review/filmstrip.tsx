import { CloudOff, MessageSquareText, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { ScoreBar } from '../../components/score-bar.tsx';
import { markOfLabel, StateMark, verdictWords, wordOfLabel } from '../../components/state-mark.tsx';
import strip from '../../components/strip.module.css';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { useStrip } from '../../components/use-strip.ts';
import { formatCount, formatScore, scoreSpan } from '../../state/format.ts';
import type { ReviewImages, Verdicts } from '../../state/review-order.ts';
import { useThumbnailLevels } from '../../state/thumbnail-levels.ts';
import { useLagging } from '../../state/use-lagging.ts';
import { say } from '../../texts/say.ts';
import styles from './filmstrip.module.css';

interface FilmstripProps {
  readonly images: ReviewImages;
  /** How they are ordered, in words. */
  readonly order: string;
  readonly run: Run;
  readonly selected: number;
  readonly threshold: number | null;
  /** Where the middle band begins; null: there is none. */
  readonly second: number | null;
  readonly verdicts: Verdicts;
  readonly noted: ReadonlySet<number>;
  /** Images whose verdict is not stored yet because that failed. */
  readonly unsavedIds: ReadonlySet<number>;
  /** Whether label and score are hidden as long as there is no verdict. */
  readonly isBlind: boolean;
  readonly onSelect: (index: number) => void;
}

/** The bars may lag behind a handle that is being dragged; the handle may not wait for them. */
const followEveryMs = 120;

/** The images in their order; only those in view are drawn. */
export function Filmstrip(props: FilmstripProps) {
  const threshold = useLagging(props.threshold, followEveryMs);
  const second = useLagging(props.second, followEveryMs);
  return <Frames {...props} threshold={threshold} second={second} />;
}

const Frames = memo(function Frames({
  images,
  order,
  run,
  selected,
  threshold,
  second,
  verdicts,
  noted,
  unsavedIds,
  isBlind,
  onSelect,
}: FilmstripProps) {
  const { scroller, frames, frameWidth, thumbnailPx } = useStrip({ count: images.imageIds.length, selected });
  const levels = useThumbnailLevels(run.datasetId);

  return (
    <nav
      ref={scroller}
      className={strip.strip}
      aria-label={say('Images, {order}', { order })}
      data-testid="filmstrip"
    >
      <div style={{ width: frames.getTotalSize(), height: '100%', position: 'relative' }}>
        {frames.getVirtualItems().map(({ index, start }) => {
          const imageId = images.imageIds[index];
          const score = images.scores[index] ?? null;
          if (imageId === undefined) return null;
          const label = images.labels[index] ?? null;
          const verdict = verdicts.get(imageId) ?? null;
          const isHidden = isBlind && verdict === null;
          const isUnsaved = unsavedIds.has(imageId);
          const span = scoreSpan(run.scale);
          return (
            <button
              key={imageId}
              type="button"
              className={strip.frame}
              style={{ transform: `translateX(${start}px)`, width: frameWidth }}
              aria-current={index === selected ? 'true' : undefined}
              aria-label={describeFrame({
                place: index + 1,
                count: images.imageIds.length,
                label,
                score: score === null ? null : formatScore(score, span),
                verdict,
                isHidden,
                isUnsaved,
                isNoted: noted.has(imageId),
              })}
              tabIndex={index === selected ? 0 : -1}
              // Ids follow the order of the paths.
              data-image={isHidden ? undefined : imageId}
              onClick={() => {
                onSelect(index);
              }}
            >
              <span className={strip.picture}>
                <Thumbnail imageId={imageId} sizePx={thumbnailPx} levels={levels} isBeside />
              </span>
              {verdict !== null && (
                <span className={styles.verdict} data-unsaved={isUnsaved}>
                  <StateMark kind={verdict} sizePx={14} />
                </span>
              )}
              <span className={strip.mark}>
                {isUnsaved && <CloudOff size={14} aria-hidden className={styles.sign} />}
                {score === null && <TriangleAlert size={14} aria-hidden className={styles.failed} />}
                {noted.has(imageId) && <MessageSquareText size={14} aria-hidden className={styles.sign} />}
                {!isHidden && <StateMark kind={markOfLabel(label)} sizePx={9} onImage />}
              </span>
              {run.scale && score !== null && !isHidden && (
                <ScoreBar score={score} threshold={threshold} second={second} scale={run.scale} />
              )}
            </button>
          );
        })}
      </div>
    </nav>
  );
});

interface FrameFacts {
  readonly place: number;
  readonly count: number;
  readonly label: Label | null;
  readonly score: string | null;
  readonly verdict: VerdictValue | null;
  readonly isHidden: boolean;
  readonly isUnsaved: boolean;
  readonly isNoted: boolean;
}

/** `Image 3 of 20, anomalous, score 0.73, verdict defect, with a note`. */
function describeFrame(facts: FrameFacts): string {
  const { place, count, label, score, verdict, isHidden } = facts;
  const said = [
    say('Image {place} of {count}', { place: formatCount(place), count: formatCount(count) }),
    ...(isHidden ? [] : [wordOfLabel(label)]),
    ...(score === null ? [say('could not be scored')] : isHidden ? [] : [say('score {score}', { score })]),
    verdict === null
      ? say('no verdict')
      : say('verdict {verdict}', { verdict: verdictWords[verdict].toLowerCase() }),
    ...(facts.isUnsaved ? [say('not stored yet')] : []),
    ...(facts.isNoted ? [say('with a note')] : []),
  ];
  return said.join(', ');
}
