import LinearProgress from '@mui/material/LinearProgress';
import { Trophy } from 'lucide-react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import {
  isRankMetric,
  metricKeys,
  metricNames,
  metricTable,
  shownDigits,
  type MetricCell,
  type MetricRow,
} from '../../state/compare-metrics.ts';
import { useEvaluationsOf, usePublishedOf } from '../../state/compare-queries.ts';
import { letterOf } from '../../state/compare.ts';
import styles from './metric-panel.module.css';

/** Figures per class with a column a run, the papers' own between them; a cell leads to the images that make it. */
export function MetricPanel({ dataset, runs }: { readonly dataset: Dataset; readonly runs: readonly Run[] }) {
  const { metric } = useAddress();
  const replace = useAddressStore((state) => state.replace);
  const evaluations = useEvaluationsOf(runs);
  const published = usePublishedOf(dataset.name, runs);
  const compared = runs.map((run, place) => ({
    run,
    evaluation: evaluations.values[place],
    published: published.values[place] ?? [],
  }));
  const isPending = runs.some((run, place) => run.scoredCount > 0 && !evaluations.values[place]);
  const table = metricTable(compared, metric);
  const hasFigures = table.some(({ cells }) => cells.some(({ value }) => value !== null));
  const hasPublished = table.some((row) => row.published.length > 0);
  const notes = [
    ...new Set(evaluations.values.flatMap((each) => each?.classes.flatMap(({ notes: own }) => own) ?? [])),
  ];
  return (
    <>
      <LabelledSelect
        label="Metric"
        value={metric}
        options={metricKeys.map((key) => ({ value: key, name: metricNames[key] }))}
        onChange={(chosen) => {
          const next = metricKeys.find((key) => key === chosen);
          if (next) replace({ metric: next });
        }}
      />
      {isPending && !evaluations.error && (
        <LinearProgress aria-label="Working out the metrics" sx={{ marginTop: 1 }} />
      )}
      {evaluations.error && (
        <ErrorNotice title="Not every metric could be worked out" error={evaluations.error} />
      )}
      {published.error && (
        <ErrorNotice title="The published figures could not be read" error={published.error} />
      )}
      {table.length > 0 && (
        <div className={styles.scroller} tabIndex={0} role="region" aria-label="Metrics">
          <table className={styles.table}>
            <caption className="visually-hidden">{metricNames[metric]} in percent, per class and run</caption>
            <thead>
              <tr>
                <th scope="col">Class</th>
                {runs.map(({ id }, place) => (
                  <th key={id} scope="col">
                    {letterOf(place)}
                  </th>
                ))}
              </tr>
            </thead>
            {table.map((row) => (
              <ClassRows key={row.className ?? ''} row={row} runs={runs} hasClasses={table.length > 1} />
            ))}
          </table>
        </div>
      )}
      <p className={styles.quiet}>
        {!hasFigures && !isPending
          ? 'These labels give no figure: it needs good and anomalous images of a class, and masks for pixels.'
          : `Percent. ${
              isRankMetric(metric)
                ? 'A cell shows the labelled images of its class, those in most wrong pairs (a good one scored no lower than an anomalous one) first.'
                : 'A cell shows the anomalous images, lowest score first.'
            }`}
      </p>
      {hasPublished && (
        <p className={styles.quiet}>
          Published: zero-shot figures as the papers print them, on their images and models, not measured
          here.
        </p>
      )}
      {notes.length > 0 && (
        <ul className={styles.notes}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </>
  );
}

interface ClassRowsProps {
  readonly row: MetricRow;
  readonly runs: readonly Run[];
  readonly hasClasses: boolean;
}

function ClassRows({ row, runs, hasClasses }: ClassRowsProps) {
  const { className, metric, order, byRunId } = useAddress();
  const go = useAddressStore((state) => state.go);
  const name = row.className ?? 'Mean';
  // A data set of one class shows it with or without the choice of that class.
  const isShownClass = className === row.className || (!hasClasses && className === null);
  return (
    <tbody>
      <tr className={row.className === null ? styles.mean : undefined}>
        <th scope="row">{name}</th>
        {runs.map((run, place) => (
          <td key={run.id}>
            <FigureButton
              cell={row.cells[place] ?? { value: null, isBest: false }}
              name={`${metricNames[metric]} of ${letterOf(place)}, ${name}`}
              isChosen={order === 'cell' && byRunId === run.id && isShownClass}
              onClick={() => {
                go({
                  className: hasClasses ? row.className : null,
                  order: 'cell',
                  byRunId: run.id,
                  runIds: runs.map(({ id }) => id),
                  imageId: null,
                });
              }}
            />
          </td>
        ))}
      </tr>
      {row.published.map(({ source, values }) => (
        <tr key={source} className={styles.published}>
          <th scope="row">published: {source}</th>
          {values.map((value, place) => (
            <td key={runs[place]?.id ?? place}>{value === null ? '' : figure(value)}</td>
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

function FigureButton({ cell: { value, isBest }, name, isChosen, onClick }: FigureButtonProps) {
  if (value === null) return <span className={styles.absent}>–</span>;
  return (
    <button
      type="button"
      className={styles.cell}
      aria-pressed={isChosen}
      aria-label={`${name}: ${figure(value)} %${isBest ? ', best' : ''}. Show its images`}
      onClick={onClick}
    >
      {isBest && <Trophy size={12} aria-hidden />}
      <span className={isBest ? styles.best : undefined}>{figure(value)}</span>
    </button>
  );
}

function figure(share: number): string {
  return (share * 100).toFixed(shownDigits);
}
