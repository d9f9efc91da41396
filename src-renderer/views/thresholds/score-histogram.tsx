import Switch from '@mui/material/Switch';
import FormControlLabel from '@mui/material/FormControlLabel';
import { memo, useMemo, useRef } from 'react';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import type { ScoreColumns } from '../../../src-shared/metrics/score-columns.ts';
import { positionOn } from '../../components/score-bar.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { formatCount, formatScore } from '../../state/format.ts';
import { binScores } from '../../state/histogram.ts';
import type { Cuts } from '../../state/threshold-bands.ts';
import { CutHandle } from './cut-handle.tsx';
import styles from './score-histogram.module.css';

interface ScoreHistogramProps {
  readonly scores: RunScores;
  readonly columns: ScoreColumns;
  readonly min: number;
  readonly max: number;
  readonly cuts: Cuts;
  readonly onMove: (which: keyof Cuts, to: number) => void;
  /** Switches the second threshold on or off. */
  readonly onSecond: (on: boolean) => void;
}

const binCount = 96;

/** Every score of the run by label, with one or two thresholds to be moved over them. */
export function ScoreHistogram(props: ScoreHistogramProps) {
  const { scores, columns, min, max, cuts, onMove } = props;
  const plot = useRef<HTMLDivElement>(null);
  const span = max - min;
  const at = (value: number) => positionOn(value, min, max);
  const valueAt = (clientX: number): number => {
    const { left = 0, width = 1 } = plot.current?.getBoundingClientRect() ?? {};
    return min + Math.min(1, Math.max(0, (clientX - left) / width)) * span;
  };
  const grip = useRef<Grip | null>(null);
  const release = () => {
    grip.current = null;
  };
  return (
    <section className={styles.histogram} aria-label="Scores">
      <div className={styles.head}>
        <Legend columns={columns} />
        <span className={styles.space} />
        <FormControlLabel
          control={
            <Switch
              size="small"
              checked={cuts.second !== null}
              onChange={(_, on) => {
                props.onSecond(on);
              }}
            />
          }
          label="Middle band for a human"
        />
      </div>
      <div
        ref={plot}
        className={styles.plot}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const value = valueAt(event.clientX);
          const { width = 1 } = plot.current?.getBoundingClientRect() ?? {};
          grip.current = gripAt(value, cuts, (gripPx / width) * span);
          if (grip.current.offset === 0) onMove(grip.current.which, value);
        }}
        onPointerMove={(event) => {
          if (grip.current) onMove(grip.current.which, valueAt(event.clientX) - grip.current.offset);
        }}
        onPointerUp={release}
        onPointerCancel={release}
      >
        {cuts.second !== null && (
          <div
            className={styles.band}
            style={{
              left: `${at(cuts.second) * 100}%`,
              width: `${(at(cuts.threshold) - at(cuts.second)) * 100}%`,
            }}
          />
        )}
        <Bars scores={scores} min={min} max={max} />
        {cuts.second !== null && (
          <CutHandle
            name="Lower threshold"
            word="human from"
            value={cuts.second}
            min={min}
            max={max}
            column={columns.all}
            isLower
            onMove={(to) => {
              onMove('second', to);
            }}
          />
        )}
        <CutHandle
          name="Threshold"
          word="stop from"
          value={cuts.threshold}
          min={min}
          max={max}
          column={columns.all}
          isLower={false}
          onMove={(to) => {
            onMove('threshold', to);
          }}
        />
      </div>
      <div className={styles.ends}>
        <span>{formatScore(min, span)}</span>
        <span>score</span>
        <span>{formatScore(max, span)}</span>
      </div>
    </section>
  );
}

/** What the pointer holds, and how far from its line it took hold. */
interface Grip {
  readonly which: keyof Cuts;
  readonly offset: number;
}

/** So near to a line, the pointer takes it where it is; further off, the line jumps to the pointer. */
const gripPx = 12;

function gripAt(value: number, { threshold, second }: Cuts, reach: number): Grip {
  const toUpper = value - threshold;
  const toLower = second === null ? Infinity : value - second;
  const takesLower = Math.abs(toLower) < Math.abs(toUpper);
  const offset = takesLower ? toLower : toUpper;
  return { which: takesLower ? 'second' : 'threshold', offset: Math.abs(offset) <= reach ? offset : 0 };
}

function Legend({ columns }: { readonly columns: ScoreColumns }) {
  const entries = [
    { name: 'good', count: columns.good.length, look: styles.good },
    { name: 'anomalous', count: columns.anomalous.length, look: styles.anomalous },
    { name: 'unlabelled', count: columns.unlabelled.length, look: styles.unlabelled },
  ];
  return (
    <ul className={styles.legend} aria-label="Images by label">
      {entries
        .filter(({ count }) => count > 0)
        .map(({ name, count, look }) => (
          <li key={name}>
            <svg width={14} height={12} aria-hidden>
              <rect className={look} width={14} height={12} />
            </svg>
            {formatCount(count)} {name}
          </li>
        ))}
    </ul>
  );
}

/** A single image among 50,000 is still seen. */
const leastPx = 1.5;

/** Stacked bars: good solid below, anomalous hatched above them, unlabelled dotted on top. */
const Bars = memo(function Bars({ scores, min, max }: Pick<ScoreHistogramProps, 'scores' | 'min' | 'max'>) {
  const frame = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(frame);
  const paths = useMemo(() => {
    const bins = binScores(scores, min, max, binCount);
    const highest = Math.max(1, ...bins.map((bin) => bin.good + bin.anomalous + bin.unlabelled));
    const tall = (count: number) =>
      count === 0 ? 0 : Math.max(leastPx, (count / highest) * (height - 3 * leastPx));
    const drawn = { good: '', anomalous: '', unlabelled: '' };
    const step = width / binCount;
    for (const [index, bin] of bins.entries()) {
      let foot = height;
      for (const label of ['good', 'anomalous', 'unlabelled'] as const) {
        const rise = tall(bin[label]);
        if (rise === 0) continue;
        const across = Math.max(1, step - 1).toFixed(2);
        drawn[label] +=
          `M${(index * step).toFixed(2)} ${foot.toFixed(2)}v${(-rise).toFixed(2)}h${across}v${rise.toFixed(2)}z`;
        foot -= rise;
      }
    }
    return drawn;
  }, [scores, min, max, width, height]);
  return (
    <div ref={frame} className={styles.bars} aria-hidden>
      <svg width={width} height={height}>
        <defs>
          <Hatching />
          <Dots />
        </defs>
        <path className={styles.good} d={paths.good} />
        <path className={styles.anomalous} d={paths.anomalous} />
        <path className={styles.unlabelled} d={paths.unlabelled} />
      </svg>
    </div>
  );
});

function Hatching() {
  return (
    <pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="5" height="5" fill="var(--defect)" opacity="0.35" />
      <rect width="2.5" height="5" fill="var(--defect)" />
    </pattern>
  );
}

function Dots() {
  return (
    <pattern id="dotted" width="4" height="4" patternUnits="userSpaceOnUse">
      <rect width="4" height="4" fill="var(--text-quiet)" opacity="0.3" />
      <circle cx="2" cy="2" r="1.1" fill="var(--text-quiet)" />
    </pattern>
  );
}
