import { useTheme } from '@mui/material/styles';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { positionOn } from '../../components/score-bar.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { letterOf, type ComparedPane } from '../../state/compare-panes.ts';
import { countsAt, type Comparison } from '../../state/compare.ts';
import { formatScore } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './chart.module.css';

interface ScoreScatterProps {
  readonly panes: readonly ComparedPane[];
  readonly comparison: Comparison;
  readonly shownRow: number | null;
}

/** A point of the scatter: shares of the two runs' scales. */
interface Mark {
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly label: Label | null;
  /** False: of the train split, or shown as a reference. */
  readonly isCounted: boolean;
}

const paddingPx = 10;
const reachPx = 24;

/** The scores of two runs against each other; a click opens the nearest image. */
export function ScoreScatter({ panes, comparison, shownRow }: ScoreScatterProps) {
  const runs = useMemo(() => panes.map(({ run }) => run), [panes]);
  const { order } = useAddress('order');
  const replace = useAddressStore((state) => state.replace);
  const [pair, setPair] = useState<readonly [number, number]>([0, 1]);
  const across = Math.min(pair[0], runs.length - 1);
  const up = Math.min(pair[1], runs.length - 1);
  const marks = useMemo(
    () => marksOf(comparison, runs[across], runs[up], across, up),
    [comparison, runs, across, up],
  );
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useElementSize(frame);
  const { mode } = useTheme().palette;

  useEffect(() => {
    if (canvas.current) drawMarks(canvas.current, width, marks, shownRow);
  }, [marks, width, mode, shownRow]);

  const choices = runs.map((_, place) => ({ value: String(place), name: letterOf(place) }));
  const shown = marks.find(({ row }) => row === shownRow);
  return (
    <>
      <div className={styles.controls}>
        <LabelledSelect
          label={say('Across')}
          value={String(across)}
          options={choices}
          onChange={(chosen) => {
            setPair([Number(chosen), up]);
          }}
        />
        <LabelledSelect
          label={say('Up')}
          value={String(up)}
          options={choices}
          onChange={(chosen) => {
            setPair([across, Number(chosen)]);
          }}
        />
      </div>
      <div ref={frame} className={styles.square} style={{ height: width }}>
        <canvas
          ref={canvas}
          className={styles.canvas}
          role="img"
          aria-label={say(
            'Scores of {first} against those of {second}, {count, plural, one {# image} other {# images}}. The strip of images below goes through them by keyboard.',
            { first: letterOf(across), second: letterOf(up), count: marks.length },
          )}
          data-testid="score-scatter"
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            const row = nearestMark(marks, event.clientX - box.left, event.clientY - box.top, width);
            const imageId = row === null ? undefined : comparison.imageIds[row];
            if (imageId !== undefined)
              replace({ imageId, ...(order === 'cell' ? { order: 'disagreement' as const } : {}) });
          }}
        />
      </div>
      <p className={styles.axis}>
        {say('Across: {range}.', { range: rangeOf(runs[across], across) })}{' '}
        {say('Up: {range}.', { range: rangeOf(runs[up], up) })} {shown && say('The ring is the image shown.')}
      </p>
      <p className={styles.legend}>
        <span>
          <StateMark kind="good" sizePx={10} /> {say('good')}
        </span>
        <span>
          <StateMark kind="defect" sizePx={10} /> {say('anomalous')}
        </span>
        <span>
          <span className={styles.unlabelled} aria-hidden /> {say('unlabelled')}
        </span>
        {marks.some(({ isCounted }) => !isCounted) && (
          <span>
            <span className={styles.hollow} aria-hidden /> {say('hollow: not counted in metrics')}
          </span>
        )}
      </p>
      <p className={styles.quiet}>{say('Click a point to open its image.')}</p>
    </>
  );
}

function rangeOf(run: Run | undefined, place: number): string {
  const letter = letterOf(place);
  if (!run?.scale) return say('score of {letter}', { letter });
  const { scoreMin, scoreMax } = run.scale;
  const span = scoreMax - scoreMin;
  return say('score of {letter}, {low} to {high}', {
    letter,
    low: formatScore(scoreMin, span),
    high: formatScore(scoreMax, span),
  });
}

function marksOf(
  comparison: Comparison,
  across: Run | undefined,
  up: Run | undefined,
  acrossPlace: number,
  upPlace: number,
): readonly Mark[] {
  const [scaleX, scaleY] = [across?.scale, up?.scale];
  if (!scaleX || !scaleY) return [];
  return comparison.imageIds.flatMap((_, row) => {
    const x = comparison.scores[acrossPlace]?.[row];
    const y = comparison.scores[upPlace]?.[row];
    if (x === null || x === undefined || y === null || y === undefined) return [];
    return [
      {
        row,
        x: positionOn(x, scaleX.scoreMin, scaleX.scoreMax),
        y: positionOn(y, scaleY.scoreMin, scaleY.scoreMax),
        label: comparison.labels[row] ?? null,
        isCounted:
          comparison.labels[row] === null ||
          (countsAt(comparison, acrossPlace, row) && countsAt(comparison, upPlace, row)),
      },
    ];
  });
}

/** CSS pixels from the top left corner of a square of side `sizePx`. */
function placeMark({ x, y }: Mark, sizePx: number) {
  const room = sizePx - 2 * paddingPx;
  return { left: paddingPx + x * room, top: paddingPx + (1 - y) * room };
}

function nearestMark(marks: readonly Mark[], left: number, top: number, sizePx: number): number | null {
  let nearest: number | null = null;
  let least = reachPx;
  for (const mark of marks) {
    const at = placeMark(mark, sizePx);
    const distance = Math.hypot(at.left - left, at.top - top);
    if (distance < least) [nearest, least] = [mark.row, distance];
  }
  return nearest;
}

/** Discs for good, diamonds for anomalous, squares for unlabelled images, hollow where they do not count; the shown one in a ring. */
function drawMarks(
  canvas: HTMLCanvasElement,
  sizePx: number,
  marks: readonly Mark[],
  shownRow: number | null,
): void {
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(sizePx * ratio);
  canvas.height = Math.round(sizePx * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name);
  const colours = { good: colour('--good'), anomalous: colour('--defect'), none: colour('--text-quiet') };
  context.scale(ratio, ratio);
  for (const mark of marks) {
    const { left, top } = placeMark(mark, sizePx);
    context.beginPath();
    if (mark.label === 'good') context.arc(left, top, 3, 0, 2 * Math.PI);
    else if (mark.label === 'anomalous') {
      context.moveTo(left, top - 4.5);
      context.lineTo(left + 4.5, top);
      context.lineTo(left, top + 4.5);
      context.lineTo(left - 4.5, top);
      context.closePath();
    } else context.rect(left - 2.5, top - 2.5, 5, 5);
    context.fillStyle = colours[mark.label ?? 'none'];
    context.strokeStyle = context.fillStyle;
    context.lineWidth = 1;
    if (mark.isCounted) context.fill();
    else context.stroke();
  }
  const shown = marks.find(({ row }) => row === shownRow);
  if (!shown) return;
  const { left, top } = placeMark(shown, sizePx);
  context.beginPath();
  context.arc(left, top, 8, 0, 2 * Math.PI);
  context.strokeStyle = colour('--accent');
  context.lineWidth = 2;
  context.stroke();
}
