import type { RunEvaluation, PixelFigures, RankMetrics } from '../../src-shared/domain/evaluation.ts';
import {
  figuresOfClass,
  publishedSource,
  type PublishedFigure,
} from '../../src-shared/domain/published-results.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import type { BootstrapFigure, BootstrapGroup } from '../../src-shared/metrics/bootstrap-statistics.ts';
import { pixelSampleMetrics } from '../../src-shared/metrics/pixel-histograms.ts';
import { sampleMetrics } from '../../src-shared/metrics/weighted-metrics.ts';
import { say } from '../texts/say.ts';

export const metricKeys = [
  'image.auroc',
  'image.ap',
  'image.f1Max',
  'pixel.auroc',
  'pixel.ap',
  'pixel.f1Max',
  'pixel.aupro',
  'pixel.auproPaper',
  'at.recall',
  'at.falseAlarmRate',
  'at.precision',
  'at.f1',
] as const;
export type MetricKey = (typeof metricKeys)[number];

export const metricNames: Readonly<Record<MetricKey, string>> = {
  'image.auroc': say('Image AUROC'),
  'image.ap': say('Image AP'),
  'image.f1Max': say('Image F1-max'),
  'pixel.auroc': say('Pixel AUROC'),
  'pixel.ap': say('Pixel AP'),
  'pixel.f1Max': say('Pixel F1-max'),
  'pixel.aupro': say('AUPRO (exact)'),
  'pixel.auproPaper': say('AUPRO (papers’ code)'),
  'at.recall': say('Recall at the threshold'),
  'at.falseAlarmRate': say('False alarms at the threshold'),
  'at.precision': say('Precision at the threshold'),
  'at.f1': say('F1 at the threshold'),
};

/** What is known of intervals: those of image metrics are drawn in the window, those of pixel metrics in the core. */
export interface Intervals {
  /** Of `bootstrapMetrics`; empty while they are drawn. */
  readonly image: readonly BootstrapGroup[];
  /** Of `runs.pixelIntervals`. */
  readonly pixel: readonly BootstrapGroup[];
}

export const noIntervals: Intervals = { image: [], pixel: [] };

export function isOfPixels(metric: MetricKey): boolean {
  return metric.startsWith('pixel.');
}

/** The groups that tell of a metric, and its place in their figures. */
export function intervalsOf(
  metric: MetricKey,
  { image, pixel }: Intervals,
): { readonly groups: readonly BootstrapGroup[]; readonly at: number } {
  const name = metric.slice(metric.indexOf('.') + 1);
  return isOfPixels(metric)
    ? { groups: pixel, at: pixelSampleMetrics.findIndex((each) => each === name) }
    : { groups: image, at: sampleMetrics.findIndex((each) => each === name) };
}

/** Whether more of it is worse. */
export function isLowBetter(metric: MetricKey): boolean {
  return metric === 'at.falseAlarmRate';
}

interface Figures {
  readonly image: RankMetrics;
  readonly pixel: PixelFigures;
}

function valueOf({ image, pixel }: Figures, metric: MetricKey): number | null {
  const [level, name] = metric.split('.', 2);
  const figures: Readonly<Record<string, number | null>> = level === 'image' ? image : pixel;
  return figures[name ?? ''] ?? null;
}

/** What a paper printed for this metric; null where it did not, or measured it otherwise. */
function publishedValue({ image, pixel }: PublishedFigure, metric: MetricKey): number | null {
  switch (metric) {
    case 'image.auroc':
      return image.auroc;
    case 'image.ap':
      return image.ap;
    case 'pixel.auroc':
      return pixel.auroc;
    case 'pixel.auproPaper':
      return pixel.aupro;
    case 'image.f1Max':
    case 'pixel.ap':
    case 'pixel.f1Max':
    case 'pixel.aupro':
    case 'at.recall':
    case 'at.falseAlarmRate':
    case 'at.precision':
    case 'at.f1':
      return null;
  }
}

export interface ComparedRun {
  readonly run: Pick<Run, 'settings'>;
  /** Undefined while it is worked out, or where it failed. */
  readonly evaluation: RunEvaluation | undefined;
  readonly published: readonly PublishedFigure[];
}

export interface MetricCell {
  readonly value: number | null;
  /** Nothing in its row is better as it is shown, and something is worse. */
  readonly isBest: boolean;
  /** What the resamples say of just this value; null while they are drawn. */
  readonly bootstrap: BootstrapFigure | null;
}

/** What a paper says beside a row: values in the columns of the runs whose method it is about. */
export interface PublishedRow {
  /** `AnomalyCLIP, table 1`. */
  readonly source: string;
  /** What it is about, in the paper's names: `Metal nut of MVTec AD`. */
  readonly subject: string;
  readonly values: readonly (number | null)[];
}

export interface MetricRow {
  /** Null: the mean over the classes. */
  readonly className: string | null;
  readonly cells: readonly MetricCell[];
  readonly published: readonly PublishedRow[];
}

/** Figures are shown in percent with one decimal; what looks equal is equal. */
export const shownDigits = 1;
const shown = (value: number) => Number((value * 100).toFixed(shownDigits));

/** A row a class and, above more than one, their mean; a column a pane. */
export function metricTable(
  runs: readonly ComparedRun[],
  metric: MetricKey,
  intervals: Intervals = noIntervals,
): readonly MetricRow[] {
  const classNames = [
    ...new Set(runs.flatMap(({ evaluation }) => evaluation?.classes.map((each) => each.className) ?? [])),
  ];
  const { groups, at } = intervalsOf(metric, intervals);
  const rowOf = (className: string | null): MetricRow => {
    const group = groups.find((each) => each.className === className);
    const figures = runs.map((_, place) => group?.figures[place]?.[at] ?? null);
    const values = runs.map(({ evaluation }, place) => {
      if (metric.startsWith('at.')) return figures[place]?.estimate ?? null;
      const known =
        className === null
          ? evaluation?.mean
          : evaluation?.classes.find((each) => each.className === className);
      return known ? valueOf(known, metric) : null;
    });
    return {
      className,
      cells: markBest(values, isLowBetter(metric)).map((cell, place) => {
        const figure = figures[place] ?? null;
        // An interval belongs to the figure that it was drawn for: while a run goes on they can be of different images.
        const isOfValue = cell.value !== null && Math.abs((figure?.estimate ?? NaN) - cell.value) < 1e-9;
        return { ...cell, bootstrap: isOfValue ? figure : null };
      }),
      published: publishedRows(runs, className, metric),
    };
  };
  const rows = classNames.map(rowOf);
  return classNames.length === 1 ? rows : [rowOf(null), ...rows];
}

function markBest(
  values: readonly (number | null)[],
  isLow: boolean,
): readonly Omit<MetricCell, 'bootstrap'>[] {
  const known = values.flatMap((value) => (value === null ? [] : [shown(value)]));
  const best = isLow ? Math.min(...known) : Math.max(...known);
  // What all have nobody is best at.
  const isTold = new Set(known).size > 1;
  return values.map((value) => ({
    value,
    isBest: isTold && value !== null && shown(value) === best,
  }));
}

function publishedRows(
  runs: readonly ComparedRun[],
  className: string | null,
  metric: MetricKey,
): readonly PublishedRow[] {
  const rows = new Map<string, { subject: string; values: (number | null)[] }>();
  for (const [column, { run, published }] of runs.entries()) {
    // The papers' figures are zero-shot: a few-shot run is not held against them.
    if ((run.settings.shots ?? 0) > 0) continue;
    for (const figure of figuresOfClass(published, className)) {
      const value = publishedValue(figure, metric);
      if (value === null) continue;
      const source = publishedSource(figure);
      const row = rows.get(source) ?? { subject: publishedSubject(figure), values: runs.map(() => null) };
      row.values[column] = value;
      rows.set(source, row);
    }
  }
  return [...rows].map(([source, row]) => ({ source, ...row }));
}

function publishedSubject({ dataset, className }: PublishedFigure): string {
  return className === null
    ? say('the mean over {dataset}', { dataset })
    : say('{className} of {dataset}', { className, dataset });
}

/** A remark of the evaluation with what it is about. */
export interface MetricNote {
  readonly text: string;
  readonly classNames: readonly string[];
  /** Places of the panes that have it. */
  readonly places: readonly number[];
}

/** Remarks of all panes; those that say the same of the same panes stand together with all their classes. */
export function metricNotes(evaluations: readonly (RunEvaluation | undefined)[]): readonly MetricNote[] {
  const found = evaluations.flatMap((evaluation, place) =>
    (evaluation?.classes ?? []).flatMap(({ className, notes }) =>
      notes.map((text) => ({ text, className, place })),
    ),
  );
  const ofClasses = [
    ...Map.groupBy(found, ({ text, className }) => JSON.stringify([text, className])).values(),
  ].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, places: same.map(({ place }) => place) }];
  });
  return [...Map.groupBy(ofClasses, ({ text, places }) => JSON.stringify([text, places])).values()].flatMap(
    (same) => {
      const [first] = same;
      if (first === undefined) return [];
      return [{ text: first.text, places: first.places, classNames: same.map(({ className }) => className) }];
    },
  );
}
