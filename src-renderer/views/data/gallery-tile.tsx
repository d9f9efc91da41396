import { StickyNote, TriangleAlert } from 'lucide-react';
import type { GreyWindow, ThumbnailSize } from '../../../src-shared/contract/asset-paths.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { MiddleEllipsis } from '../../components/middle-ellipsis.tsx';
import { ScoreBar } from '../../components/score-bar.tsx';
import { StateMark, verdictWords, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { fileName, formatScore, scoreSpan } from '../../state/format.ts';
import { predict } from '../../state/prediction.ts';
import { say } from '../../texts/say.ts';
import styles from './gallery.module.css';
import type { GalleryData } from './use-gallery.ts';

const barPx = 4;
const nameLinePx = 24;
const kindLinePx = 18;

/** What stands below each picture, in pixels. */
export function captionHeightPx(hasRun: boolean, showsKind: boolean): number {
  return (hasRun ? barPx : 0) + nameLinePx + (showsKind ? kindLinePx : 0);
}

/** The smallest thumbnail that is sharp at this size on this screen. */
function thumbnailSize(longerSidePx: number): ThumbnailSize {
  const wanted = longerSidePx * window.devicePixelRatio;
  if (wanted <= 160) return 128;
  return wanted <= 320 ? 256 : 512;
}

interface GalleryTileProps {
  readonly index: number;
  /** Of the columns. */
  readonly row: number;
  readonly data: GalleryData;
  readonly run: Run | null;
  readonly namesClass: boolean;
  readonly showsKind: boolean;
  /** The grey values that are shown; null: all. */
  readonly levels: GreyWindow | null;
  /** Whether the Tab key stops here. */
  readonly isStop: boolean;
  readonly widthPx: number;
  readonly pictureHeightPx: number;
  readonly onFocus: (index: number) => void;
  readonly onOpen: (imageId: number) => void;
}

/** One image: picture, verdict as a corner mark, score as a bar, name, class and label. */
export function GalleryTile(props: GalleryTileProps) {
  const { index, row, data, run, namesClass, showsKind, widthPx, pictureHeightPx } = props;
  const { columns, verdicts, threshold, second } = data;
  const imageId = columns.imageIds[row];
  const path = columns.paths[row];
  if (imageId === undefined || path === undefined) return null;
  const label = columns.labels[row] ?? null;
  const score = columns.scores[row] ?? null;
  const verdict = verdicts.values.get(imageId) ?? null;
  const scale = run?.scale ?? null;
  const span = scoreSpan(scale);
  const isToCheck = predict(score, threshold, second) === 'unsure';
  const hasProblem = columns.hasProblem[row] === true;
  const hasNote = verdicts.noted.has(imageId);
  const words = [
    path,
    wordOfLabel(label),
    score === null ? '' : say('score {score}', { score: formatScore(score, span) }),
    isToCheck ? say('to check') : '',
    verdict === null ? '' : say('verdict {verdict}', { verdict: verdictWords[verdict].toLowerCase() }),
    hasNote ? say('with a note') : '',
    hasProblem ? say('with a problem') : '',
  ].filter((word) => word !== '');
  return (
    <button
      type="button"
      className={styles.cell}
      style={{ width: widthPx }}
      data-index={index}
      data-image={imageId}
      tabIndex={props.isStop ? 0 : -1}
      aria-label={words.join(', ')}
      title={path}
      onFocus={() => {
        props.onFocus(index);
      }}
      onClick={() => {
        props.onOpen(imageId);
      }}
    >
      <span className={styles.picture} style={{ height: pictureHeightPx }}>
        <Thumbnail
          imageId={imageId}
          sizePx={thumbnailSize(Math.max(widthPx, pictureHeightPx))}
          levels={props.levels}
        />
        <span className={styles.mark}>
          <StateMark kind={verdict} onImage sizePx={14} />
        </span>
        {(hasNote || hasProblem) && (
          <span className={styles.hints}>
            {hasNote && <StickyNote size={12} aria-hidden />}
            {hasProblem && <TriangleAlert size={12} aria-hidden />}
          </span>
        )}
      </span>
      {run !== null &&
        (score !== null && scale ? (
          <ScoreBar score={score} threshold={threshold} second={second} scale={scale} />
        ) : (
          <span className={styles.noBar} />
        ))}
      <span className={styles.caption}>
        <span className={styles.name}>
          <MiddleEllipsis text={fileName(path)} />
        </span>
        {score !== null && (
          <span
            className={styles.score}
            title={isToCheck ? say('To check: between the two thresholds') : undefined}
          >
            {isToCheck && <StateMark kind="unsure" sizePx={10} />}
            {formatScore(score, span)}
          </span>
        )}
      </span>
      {showsKind && (
        <span className={styles.kind}>
          <span className={styles.name}>
            {namesClass ? columns.classNames[columns.classes[row] ?? 0] : label && wordOfLabel(label)}
          </span>
          {namesClass && label && <span className={styles.label}>{wordOfLabel(label)}</span>}
        </span>
      )}
    </button>
  );
}
