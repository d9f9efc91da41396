import { useState } from 'react';
import type { BootstrapDifference } from '../../../src-shared/metrics/bootstrap-statistics.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress } from '../../state/address.ts';
import {
  intervalsOf,
  isLowBetter,
  metricNames,
  type Intervals,
  type MetricRow,
} from '../../state/compare-metrics.ts';
import { letterOf, type ComparedPane } from '../../state/compare-panes.ts';
import { formatPercent } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './metric-panel.module.css';
import { figure, reasonWords } from './metric-table.tsx';

interface DifferenceTableProps {
  readonly table: readonly MetricRow[];
  readonly panes: readonly ComparedPane[];
  readonly intervals: Intervals;
}

/** How far one pane's figure is from the others', on the same drawn images. */
export function DifferenceTable({ table, panes, intervals }: DifferenceTableProps) {
  const { metric, className } = useAddress('metric', 'className');
  const [chosen, setChosen] = useState(0);
  const against = Math.min(chosen, panes.length - 1);
  const { groups, at } = intervalsOf(metric, intervals);
  const row = table.find((each) => each.className === className) ?? table[0];
  const group = groups.find((each) => each.className === row?.className);
  if (row === undefined || group === undefined) return null;
  const others = panes.flatMap(({ token }, place) => {
    const difference = group.differences[place]?.[against]?.[at];
    // As with the intervals: only what was drawn for the figures that are shown.
    const isShown = row.cells[place]?.bootstrap !== null && row.cells[against]?.bootstrap !== null;
    return place === against || !difference || !isShown ? [] : [{ token, place, difference }];
  });
  if (others.length === 0) return null;
  return (
    <section className={styles.differences} aria-label={say('Differences')} data-testid="differences">
      <LabelledSelect
        label={say('Difference from')}
        value={String(against)}
        options={panes.map((_, place) => ({ value: String(place), name: letterOf(place) }))}
        onChange={(value) => {
          setChosen(Number(value));
        }}
      />
      <p className={styles.quiet}>
        {row.className === null
          ? say('{metric}, mean, in percentage points', { metric: metricNames[metric] })
          : say('{metric}, {className}, in percentage points', {
              metric: metricNames[metric],
              className: row.className,
            })}
      </p>
      <ul className={styles.differenceList}>
        {others.map(({ token, place, difference }) => (
          <li key={token}>
            <DifferenceLine
              difference={difference}
              letter={letterOf(place)}
              other={letterOf(against)}
              isLow={isLowBetter(metric)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface DifferenceLineProps {
  readonly difference: BootstrapDifference;
  readonly letter: string;
  readonly other: string;
  readonly isLow: boolean;
}

function DifferenceLine({ difference, letter, other, isLow }: DifferenceLineProps) {
  const { estimate, interval, aboveShare, reason } = difference;
  if (reason === 'other-classes')
    return <span>{say('{letter}: a mean over other classes', { letter })}</span>;
  if (estimate === null) return <span>{say('{letter}: unknown', { letter })}</span>;
  if (estimate === 0 && interval === null)
    return <span>{say('{letter}: the same as {other}', { letter, other })}</span>;
  if (interval === null || aboveShare === null)
    return (
      <span title={reasonWords[reason ?? 'no-figure']}>
        {say('{letter}: {estimate}, no interval', { letter, estimate: signed(estimate) })}
      </span>
    );
  const better = isLow ? 1 - aboveShare : aboveShare;
  return (
    <span>
      {say('{letter}: {estimate} ({lower} to {upper}); better than {other} in {share} of resamples', {
        letter,
        other,
        estimate: signed(estimate),
        lower: signed(interval.lower),
        upper: signed(interval.upper),
        share: formatPercent(better),
      })}
    </span>
  );
}

/** `+2.1`, `−0.4`. */
function signed(share: number): string {
  const text = figure(Math.abs(share));
  return Number(text) === 0 ? text : `${share < 0 ? '−' : '+'}${text}`;
}
