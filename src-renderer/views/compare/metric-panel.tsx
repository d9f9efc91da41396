import LinearProgress from '@mui/material/LinearProgress';
import { useMemo } from 'react';
import { intervalOptions } from '../../../src-shared/metrics/resample-images.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { bootstrapSamples, useIntervals, usePixelIntervals } from '../../state/compare-intervals.ts';
import {
  isOfPixels,
  metricKeys,
  metricNames,
  metricNotes,
  metricTable,
  type MetricNote,
} from '../../state/compare-metrics.ts';
import { letterOf } from '../../state/compare-panes.ts';
import { useEvaluationsOf, usePublishedOf } from '../../state/compare-queries.ts';
import { formatPercent } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import { DifferenceTable } from './difference-table.tsx';
import { MetricTable } from './metric-table.tsx';
import styles from './metric-panel.module.css';
import type { SidePanelProps } from './side-panel.tsx';
import { TableActions } from './table-actions.tsx';

/** Figures per class with a column a pane, their intervals and the papers' own; a cell leads to the images that make it. */
export function MetricPanel({ dataset, panes, headings, whole, scoresKey, thresholds }: SidePanelProps) {
  const { metric } = useAddress('metric');
  const replace = useAddressStore((state) => state.replace);
  const runs = useMemo(() => panes.map(({ run }) => run), [panes]);
  const evaluations = useEvaluationsOf(runs);
  const published = usePublishedOf(dataset, runs);
  const samples = useMemo(() => bootstrapSamples(whole, thresholds), [whole, thresholds]);
  const tokens = panes.map(({ token }) => token).join(' ');
  const intervals = useIntervals(samples, [tokens, scoresKey, thresholds.join(' ')].join('/'));
  const pixelIntervals = usePixelIntervals(runs, evaluations.values);
  const compared = runs.map((run, place) => ({
    run,
    evaluation: evaluations.values[place],
    published: published.values[place] ?? [],
  }));
  const isPending = runs.some((run, place) => run.scoredCount > 0 && !evaluations.values[place]);
  const known = { image: intervals.data ?? [], pixel: pixelIntervals.data ?? [] };
  const drawing = isOfPixels(metric) ? pixelIntervals : intervals;
  const table = metricTable(compared, metric, known);
  const notes = metricNotes(evaluations.values);
  return (
    <>
      <LabelledSelect
        label={say('Metric')}
        value={metric}
        options={metricKeys.map((key) => ({ value: key, name: metricNames[key] }))}
        onChange={(chosen) => {
          const next = metricKeys.find((key) => key === chosen);
          if (next) replace({ metric: next });
        }}
      />
      {((isPending && !evaluations.error) || drawing.isFetching) && (
        <LinearProgress
          aria-label={isPending ? say('Working out the metrics') : say('Drawing the resamples')}
          sx={{ marginTop: 1 }}
        />
      )}
      {evaluations.error && (
        <ErrorNotice title={say('Not every metric could be worked out')} error={evaluations.error} />
      )}
      {published.error && (
        <ErrorNotice title={say('The published figures could not be read')} error={published.error} />
      )}
      {drawing.error && (
        <ErrorNotice title={say('The intervals could not be worked out')} error={drawing.error} />
      )}
      {table.length > 0 && (
        <>
          <MetricTable table={table} panes={panes} headings={headings} />
          <TableActions
            dataset={dataset}
            panes={panes}
            headings={headings}
            thresholds={thresholds}
            compared={compared}
            table={table}
            intervals={known}
          />
        </>
      )}
      <TableNote table={table} isPending={isPending} />
      <DifferenceTable table={table} panes={panes} intervals={known} />
      {notes.length > 0 && (
        <ul className={styles.notes}>
          {notes.map((note) => {
            const words = describeNote(note, panes.length);
            return <li key={words}>{words}</li>;
          })}
        </ul>
      )}
    </>
  );
}

/** Of which classes it is said, and of which panes where it is not all of them. */
function describeNote({ text, classNames, places }: MetricNote, paneCount: number): string {
  const classes = classNames.join(', ');
  return places.length === paneCount
    ? say('{classes}: {remark}', { classes, remark: text })
    : say('{panes} · {classes}: {remark}', { panes: places.map(letterOf).join(', '), classes, remark: text });
}

const spreadWords = {
  confidence: formatPercent(intervalOptions.confidence),
  resamples: intervalOptions.resamples,
  seed: intervalOptions.seed,
};

interface TableNoteProps {
  readonly table: ReturnType<typeof metricTable>;
  readonly isPending: boolean;
}

/** How the figures came about, and what a click on one shows. */
function TableNote({ table, isPending }: TableNoteProps) {
  const { metric } = useAddress('metric');
  const hasFigures = table.some(({ cells }) => cells.some(({ value }) => value !== null));
  const hasPublished = table.some((row) => row.published.length > 0);
  if (!hasFigures)
    return isPending ? null : (
      <p className={styles.quiet}>
        {say(
          'These labels give no figure: it needs good and anomalous images of a class, and masks for pixels.',
        )}
      </p>
    );
  return (
    <>
      <p className={styles.quiet}>{describeCell(metric)}</p>
      <p className={styles.quiet}>
        {isOfPixels(metric)
          ? say(
              'Percent, with {confidence} intervals of {resamples, number} resamples (seed {seed}) once the runs are over: whole images are drawn with all their pixels, good and anomalous ones of a class apart, the same for all panes; bias-corrected and accelerated (BCa, Efron 1987). The figures are exact, the resamples are measured on histograms of the maps; the cells say how far off that may be.',
              spreadWords,
            )
          : say(
              'Percent, with {confidence} intervals of {resamples, number} resamples (seed {seed}): good and anomalous images of a class are drawn apart, the same images for all panes; bias-corrected and accelerated (BCa, Efron 1987).',
              spreadWords,
            )}
        {metric === 'image.f1Max' &&
          ` ${say('Those of F1-max are rather too narrow: in simulations they held the truth in 87 to 93 %.')}`}
      </p>
      {hasPublished && (
        <p className={styles.quiet}>
          {say(
            'Published: zero-shot figures as the papers print them, on their images and models, not measured here.',
          )}
        </p>
      )}
    </>
  );
}

function describeCell(metric: (typeof metricKeys)[number]): string {
  switch (metric) {
    case 'image.auroc':
    case 'image.ap':
    case 'image.f1Max':
      return say(
        'A cell shows the labelled images of its class, those in most wrong pairs (a good one scored no lower than an anomalous one) first.',
      );
    case 'at.falseAlarmRate':
      return say('At each pane’s own score threshold. A cell shows the good images, highest score first.');
    case 'at.precision':
      return say('At each pane’s own score threshold. A cell shows what reaches it, good images first.');
    case 'at.f1':
      return say(
        'At each pane’s own score threshold. A cell shows what is judged wrongly, furthest from the threshold first.',
      );
    case 'at.recall':
      return say(
        'At each pane’s own score threshold. A cell shows the anomalous images, lowest score first.',
      );
    case 'pixel.auroc':
    case 'pixel.ap':
    case 'pixel.f1Max':
    case 'pixel.aupro':
    case 'pixel.auproPaper':
      return say('A cell shows the anomalous images, lowest score first.');
  }
}
