import type { KeyboardEvent } from 'react';
import { cutAfter } from '../../../src-shared/metrics/propose-threshold.ts';
import { countReaching } from '../../../src-shared/metrics/score-columns.ts';
import { positionOn } from '../../components/score-bar.tsx';
import { formatScore } from '../../state/format.ts';
import styles from './score-histogram.module.css';

interface CutHandleProps {
  readonly name: string;
  /** What the line means: «stop from 0.53». */
  readonly describe: (value: string) => string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** All scores, from the highest down; Shift and an arrow lets one image across. */
  readonly column: Float64Array;
  /** Its name hangs at the left of the line, not at the right. */
  readonly isLower: boolean;
  readonly onMove: (to: number) => void;
}

const smallStep = 1 / 500;
const largeStep = 1 / 20;

/** A line over the histogram, which drags it; moved by arrow keys too, with Shift past one score. */
export function CutHandle({ name, describe, value, min, max, column, isLower, onMove }: CutHandleProps) {
  const span = max - min;
  const at = positionOn(value, min, max);
  const isTurned = isLower ? at < 0.12 : at > 0.88;
  const within = (to: number) => Math.min(max, Math.max(min, to));

  const onKeyDown = (event: KeyboardEvent) => {
    const to = targetOfKey(event, { value, min, max, column });
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(within(to));
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-orientation="horizontal"
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={value}
      aria-valuetext={formatScore(value, span)}
      className={[styles.handle, isLower && styles.lower, isTurned && styles.turned]
        .filter(Boolean)
        .join(' ')}
      style={{ left: `${at * 100}%` }}
      onKeyDown={onKeyDown}
    >
      <span className={styles.flag}>{describe(formatScore(value, span))}</span>
    </div>
  );
}

function targetOfKey(
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  { value, min, max, column }: Pick<CutHandleProps, 'value' | 'min' | 'max' | 'column'>,
): number | null {
  const span = max - min;
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return shiftKey ? pastOneScore(column, value, -1) : value + span * smallStep;
    case 'ArrowLeft':
    case 'ArrowDown':
      return shiftKey ? pastOneScore(column, value, 1) : value - span * smallStep;
    case 'PageUp':
      return value + span * largeStep;
    case 'PageDown':
      return value - span * largeStep;
    case 'Home':
      return min;
    case 'End':
      return max;
    default:
      return null;
  }
}

/** The threshold that flags the next image more (`by` 1) or the last one less (-1), with all that have its very score. */
function pastOneScore(column: Float64Array, value: number, by: 1 | -1): number {
  const flagged = countReaching(column, value);
  if (by === 1) {
    const next = column[flagged];
    return next === undefined ? value : cutAfter(column, countReaching(column, next));
  }
  const last = column[flagged - 1];
  if (last === undefined) return value;
  return cutAfter(
    column,
    column.findIndex((score) => score <= last),
  );
}
