import Switch from '@mui/material/Switch';
import FormControlLabel from '@mui/material/FormControlLabel';
import { memo, useMemo, useRef, type ReactNode } from 'react';
import { positionOn } from '../../components/score-bar.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { formatCount, formatScore } from '../../state/format.ts';
import type { ScoreBin } from '../../state/histogram.ts';
import type { Cuts } from '../../state/threshold-bands.ts';
import type { ThresholdModel } from '../../state/threshold-model.ts';
import { say } from '../../texts/say.ts';
import { CutHandle } from './cut-handle.tsx';
import styles from './score-histogram.module.css';

/** One sort of what is counted, with the look of its bars. */
export interface LegendEntry {
  readonly key: keyof ScoreBin;
  readonly name: string;
}

interface ScoreHistogramProps {
  readonly model: ThresholdModel;
  readonly bins: readonly ScoreBin[];
  /** Bars by the logarithm of their counts: pixels of defects are few among millions. */
  readonly isLogarithmic: boolean;
  readonly legend: readonly LegendEntry[];
  /** What stands along the axis. */
  readonly axis: string;
  /** Before the legend. */
  readonly lead: ReactNode;
  /** Before the switch of the second threshold. */
  readonly children?: ReactNode;
  readonly onMove: (which: keyof Cuts, to: number) => void;
  /** Switches the second threshold on or off. */
  readonly onSecond: (on: boolean) => void;
}

/** Everything that is counted by label, with one or two thresholds to be moved over it. */
export function ScoreHistogram(props: ScoreHistogramProps) {
  const { model, onMove } = props;
  const { min, max, cuts, columns } = model;
  const span = max - min;
  const at = (value: number) => positionOn(value, min, max);
  const valueAt = (clientX: number, { left, width }: Pick<DOMRect, 'left' | 'width'>): number =>
    min + Math.min(1, Math.max(0, (clientX - left) / Math.max(1, width))) * span;
  const grip = useRef<Grip | null>(null);
  const release = () => {
    grip.current = null;
  };
  return (
    <section className={styles.histogram} aria-label={say('Histogram')}>
      <div className={styles.head}>
        {props.lead}
        <Legend entries={props.legend} bins={props.bins} />
        <span className={styles.space} />
        {props.children}
        <SecondSwitch checked={cuts.second !== null} onSecond={props.onSecond} />
      </div>
      <div
        className={styles.plot}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const box = event.currentTarget.getBoundingClientRect();
          const value = valueAt(event.clientX, box);
          const held = gripAt(value, cuts, (gripPx / Math.max(1, box.width)) * span);
          grip.current = { ...held, box };
          if (held.offset === 0) onMove(held.which, value);
        }}
        onPointerMove={(event) => {
          const held = grip.current;
          if (held) onMove(held.which, valueAt(event.clientX, held.box) - held.offset);
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
        <Bars bins={props.bins} isLogarithmic={props.isLogarithmic} />
        {cuts.second !== null && (
          <CutHandle
            name={say('Lower threshold')}
            describe={(value) => say('human from {value}', { value })}
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
          name={say('Threshold')}
          describe={(value) => say('stop from {value}', { value })}
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
        <span>{props.axis}</span>
        <span>{formatScore(max, span)}</span>
      </div>
    </section>
  );
}

/** What the pointer holds, and how far from its line it took hold. */
interface Grip {
  readonly which: keyof Cuts;
  readonly offset: number;
  /** The plot, measured once: while a line is dragged nothing else moves. */
  readonly box: DOMRect;
}

/** So near to a line, the pointer takes it where it is; further off, the line jumps to the pointer. */
const gripPx = 12;

function gripAt(value: number, { threshold, second }: Cuts, reach: number): Omit<Grip, 'box'> {
  const toUpper = value - threshold;
  const toLower = second === null ? Infinity : value - second;
  const takesLower = Math.abs(toLower) < Math.abs(toUpper);
  const offset = takesLower ? toLower : toUpper;
  return { which: takesLower ? 'second' : 'threshold', offset: Math.abs(offset) <= reach ? offset : 0 };
}

interface SecondSwitchProps {
  readonly checked: boolean;
  readonly onSecond: (on: boolean) => void;
}

const SecondSwitch = memo(function SecondSwitch({ checked, onSecond }: SecondSwitchProps) {
  return (
    <FormControlLabel
      control={
        <Switch
          size="small"
          checked={checked}
          onChange={(_, on) => {
            onSecond(on);
          }}
        />
      }
      label={say('Middle band for a human')}
    />
  );
});

const looks: Readonly<Record<keyof ScoreBin, string | undefined>> = {
  good: styles.good,
  anomalous: styles.anomalous,
  unlabelled: styles.unlabelled,
};

const Legend = memo(function Legend({
  entries,
  bins,
}: {
  readonly entries: readonly LegendEntry[];
  readonly bins: readonly ScoreBin[];
}) {
  const counted = entries.map((entry) => ({
    ...entry,
    count: bins.reduce((sum, bin) => sum + bin[entry.key], 0),
  }));
  return (
    <ul className={styles.legend} aria-label={say('What is counted')}>
      {counted
        .filter(({ count }) => count > 0)
        .map(({ key, name, count }) => (
          <li key={key}>
            <svg width={14} height={12} aria-hidden>
              <rect className={looks[key]} width={14} height={12} />
            </svg>
            {say('{count} {name}', { count: shortCount(count), name })}
          </li>
        ))}
    </ul>
  );
});

const shortCounts = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Images are counted one by one, millions of pixels are not: `7M`. */
function shortCount(count: number): string {
  return count < 100_000 ? formatCount(count) : shortCounts.format(count);
}

/** A single image among 50,000 is still seen. */
const leastPx = 1.5;

/** Stacked bars: good solid below, anomalous hatched above them, unlabelled dotted on top. */
const Bars = memo(function Bars({
  bins,
  isLogarithmic,
}: Pick<ScoreHistogramProps, 'bins' | 'isLogarithmic'>) {
  const frame = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(frame);
  const paths = useMemo(() => {
    const all = bins.map((bin) => bin.good + bin.anomalous + bin.unlabelled);
    const highest = Math.max(1, ...all);
    const room = height - 3 * leastPx;
    const tall = (count: number, total: number) => {
      if (count === 0) return 0;
      // A stack's height is the logarithm of the whole; its parts share it as they share the whole.
      const rise = isLogarithmic
        ? (Math.log1p(total) / Math.log1p(highest)) * (count / total)
        : count / highest;
      return Math.max(leastPx, rise * room);
    };
    const drawn = { good: '', anomalous: '', unlabelled: '' };
    const step = width / bins.length;
    for (const [index, bin] of bins.entries()) {
      let foot = height;
      for (const label of ['good', 'anomalous', 'unlabelled'] as const) {
        const rise = tall(bin[label], all[index] ?? 1);
        if (rise === 0) continue;
        const across = Math.max(1, step - 1).toFixed(2);
        drawn[label] +=
          `M${(index * step).toFixed(2)} ${foot.toFixed(2)}v${(-rise).toFixed(2)}h${across}v${rise.toFixed(2)}z`;
        foot -= rise;
      }
    }
    return drawn;
  }, [bins, isLogarithmic, width, height]);
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
