import Tooltip from '@mui/material/Tooltip';
import { Trophy } from 'lucide-react';
import type { CSSProperties } from 'react';
import type {
  BootstrapFigure,
  Discretisation,
  NoInterval,
} from '../../../src-shared/metrics/bootstrap-statistics.ts';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { metricNames, shownDigits, type MetricCell, type MetricRow } from '../../state/compare-metrics.ts';
import { letterOf, type ComparedPane } from '../../state/compare-panes.ts';
import { say } from '../../texts/say.ts';
import styles from './metric-panel.module.css';

interface MetricTableProps {
  readonly table: readonly MetricRow[];
  readonly panes: readonly ComparedPane[];
  readonly headings: readonly string[];
}

/** With more panes there is no room beside the names of classes in a narrow window: they stand above their figures. */
const mostBesideNames = 3;

/** A row a class, a column a pane. */
export function MetricTable({ table, panes, headings }: MetricTableProps) {
  const { metric } = useAddress('metric');
  return (
    <div className={styles.scroller} tabIndex={0} role="region" aria-label={say('Metrics')}>
      <table
        className={panes.length > mostBesideNames ? `${styles.table} ${styles.stacked}` : styles.table}
        style={{ '--panes': panes.length } as CSSProperties}
      >
        <caption className="visually-hidden">
          {say('{metric} in percent, per class and pane', { metric: metricNames[metric] })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{say('Class')}</th>
            {panes.map(({ token }, place) => (
              <th key={token} scope="col" title={headings[place]}>
                {letterOf(place)}
              </th>
            ))}
          </tr>
        </thead>
        {table.map((row) => (
          <ClassRows key={row.className ?? ''} row={row} panes={panes} hasClasses={table.length > 1} />
        ))}
      </table>
    </div>
  );
}

interface ClassRowsProps {
  readonly row: MetricRow;
  readonly panes: readonly ComparedPane[];
  readonly hasClasses: boolean;
}

function ClassRows({ row, panes, hasClasses }: ClassRowsProps) {
  const { className, metric, order, byPane } = useAddress('className', 'metric', 'order', 'byPane');
  const go = useAddressStore((state) => state.go);
  const name = row.className ?? say('Mean');
  // A data set of one class shows it with or without the choice of that class.
  const isShownClass = className === row.className || (!hasClasses && className === null);
  return (
    <tbody>
      <tr className={row.className === null ? styles.mean : undefined}>
        <th scope="row">{name}</th>
        {panes.map(({ token }, place) => (
          <td key={token}>
            <FigureButton
              cell={row.cells[place] ?? { value: null, isBest: false, bootstrap: null }}
              name={say('{metric} of {letter}, {className}', {
                metric: metricNames[metric],
                letter: letterOf(place),
                className: name,
              })}
              isChosen={order === 'cell' && byPane === token && isShownClass}
              onClick={() => {
                go({
                  className: hasClasses ? row.className : null,
                  order: 'cell',
                  byPane: token,
                  panes: panes.map((pane) => pane.token),
                  imageId: null,
                });
              }}
            />
          </td>
        ))}
      </tr>
      {row.published.map(({ source, subject, values }) => (
        <tr key={source} className={styles.published}>
          <th scope="row">
            <Tooltip
              describeChild
              title={say(
                'Printed in {source}, for {subject}: zero-shot, measured by its authors with their model on their images.',
                { source, subject },
              )}
            >
              <span tabIndex={0}>{say('published: {source}', { source })}</span>
            </Tooltip>
          </th>
          {values.map((value, place) => (
            <td key={panes[place]?.token ?? place}>{value === null ? '' : figure(value)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

interface FigureButtonProps {
  readonly cell: MetricCell;
  readonly name: string;
  readonly isChosen: boolean;
  readonly onClick: () => void;
}

function FigureButton({ cell: { value, isBest, bootstrap }, name, isChosen, onClick }: FigureButtonProps) {
  if (value === null) return <span className={styles.absent}>–</span>;
  const spread = bootstrap === null ? null : describeSpread(bootstrap);
  const said = isBest
    ? say('{name}: {value} %, best. Show its images', { name, value: figure(value) })
    : say('{name}: {value} %. Show its images', { name, value: figure(value) });
  return (
    <Tooltip describeChild title={spread ?? ''}>
      <button
        type="button"
        className={styles.cell}
        aria-pressed={isChosen}
        aria-label={said}
        onClick={onClick}
      >
        <span className={isBest ? styles.best : undefined}>
          {isBest && <Trophy size={12} aria-hidden />}
          {figure(value)}
        </span>
        {bootstrap !== null && (
          <span className={styles.interval} data-testid="interval">
            {bootstrap.interval === null
              ? '–'
              : say('{lower}–{upper}', {
                  lower: figure(bootstrap.interval.lower),
                  upper: figure(bootstrap.interval.upper),
                })}
          </span>
        )}
      </button>
    </Tooltip>
  );
}

/** An interval in words, with what histograms may have changed in it, or why there is none. */
function describeSpread({ interval, reason, discretisation }: BootstrapFigure): string {
  if (interval === null) return reasonWords[reason ?? 'no-figure'];
  const ends = say('95 % interval from {lower} to {upper} %', {
    lower: figure(interval.lower),
    upper: figure(interval.upper),
  });
  return discretisation === null ? ends : `${ends}. ${describeDiscretisation(discretisation)}`;
}

function describeDiscretisation({ error, bound }: Discretisation): string {
  return bound === null
    ? say('Measured on histograms of the maps, which are at most {error} points off for all images.', {
        error: pointsAtMost(error),
      })
    : say(
        'Measured on histograms of the maps, which are at most {error} points off for all images and at most {bound} for any resample.',
        { error: pointsAtMost(error), bound: pointsAtMost(bound) },
      );
}

/** Percentage points, rounded up. */
function pointsAtMost(share: number): string {
  return (Math.ceil(share * 10_000) / 100).toFixed(2);
}

export const reasonWords: Readonly<Record<NoInterval, string>> = {
  'no-figure': say('No interval: there is no figure.'),
  'too-few': say('No interval: a class has a single image of one label, which every resample would repeat.'),
  'no-spread': say(
    'No interval: every resample gives the same figure, which says nothing of how far off it may be.',
  ),
  'other-classes': say('No difference: the two means are over different classes.'),
};

export function figure(share: number): string {
  return (share * 100).toFixed(shownDigits);
}
