import type { RunEvaluation, PixelFigures, RankMetrics } from '../../src-shared/domain/evaluation.ts';
import {
  figuresOfClass,
  publishedSource,
  type PublishedFigure,
} from '../../src-shared/domain/published-results.ts';
import type { Run } from '../../src-shared/domain/run.ts';

export const metricKeys = [
  'image.auroc',
  'image.ap',
  'image.f1Max',
  'pixel.auroc',
  'pixel.ap',
  'pixel.f1Max',
  'pixel.aupro',
  'pixel.auproPaper',
] as const;
export type MetricKey = (typeof metricKeys)[number];

export const metricNames: Readonly<Record<MetricKey, string>> = {
  'image.auroc': 'Image AUROC',
  'image.ap': 'Image AP',
  'image.f1Max': 'Image F1-max',
  'pixel.auroc': 'Pixel AUROC',
  'pixel.ap': 'Pixel AP',
  'pixel.f1Max': 'Pixel F1-max',
  'pixel.aupro': 'AUPRO (exact)',
  'pixel.auproPaper': 'AUPRO (papers’ code)',
};

/** Made of the order of image scores, not of pixels. */
export function isRankMetric(metric: MetricKey): boolean {
  return metric.startsWith('image.');
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
  /** Nothing in its row is higher as it is shown; false where only one run has a figure. */
  readonly isBest: boolean;
}

/** What a paper says beside a row: values in the columns of the runs whose method it is about. */
export interface PublishedRow {
  /** `AnomalyCLIP, table 1`. */
  readonly source: string;
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

/** A row a class and, above more than one, their mean; a column a run. */
export function metricTable(runs: readonly ComparedRun[], metric: MetricKey): readonly MetricRow[] {
  const classNames = [
    ...new Set(runs.flatMap(({ evaluation }) => evaluation?.classes.map((each) => each.className) ?? [])),
  ];
  const rowOf = (className: string | null): MetricRow => ({
    className,
    cells: markBest(
      runs.map(({ evaluation }) => {
        const figures =
          className === null
            ? evaluation?.mean
            : evaluation?.classes.find((each) => each.className === className);
        return figures ? valueOf(figures, metric) : null;
      }),
    ),
    published: publishedRows(runs, className, metric),
  });
  const rows = classNames.map(rowOf);
  return classNames.length === 1 ? rows : [rowOf(null), ...rows];
}

function markBest(values: readonly (number | null)[]): readonly MetricCell[] {
  const known = values.flatMap((value) => (value === null ? [] : [shown(value)]));
  const best = Math.max(...known);
  return values.map((value) => ({
    value,
    isBest: known.length > 1 && value !== null && shown(value) === best,
  }));
}

function publishedRows(
  runs: readonly ComparedRun[],
  className: string | null,
  metric: MetricKey,
): readonly PublishedRow[] {
  const rows = new Map<string, (number | null)[]>();
  for (const [column, { run, published }] of runs.entries()) {
    // The papers' figures are zero-shot: a few-shot run is not held against them.
    if ((run.settings.shots ?? 0) > 0) continue;
    for (const figure of figuresOfClass(published, className)) {
      const value = publishedValue(figure, metric);
      if (value === null) continue;
      const source = publishedSource(figure);
      const values = rows.get(source) ?? runs.map(() => null);
      values[column] = value;
      rows.set(source, values);
    }
  }
  return [...rows].map(([source, values]) => ({ source, values }));
}
