import type { BootstrapFigure } from '../../src-shared/metrics/bootstrap-statistics.ts';
import { csvLine, csvNumber, csvWords } from '../../src-shared/text/csv.ts';
import {
  metricKeys,
  metricTable,
  type ComparedRun,
  type Intervals,
  type MetricRow,
} from './compare-metrics.ts';
import { letterOf, type ComparedPane } from './compare-panes.ts';

const columns = [
  'class',
  'metric',
  'pane',
  'run',
  'what',
  'score_threshold',
  'value',
  'lower_95',
  'upper_95',
  'histogram_error',
  'histogram_bound',
  'published',
  'published_in',
] as const;

interface CompareTable {
  readonly panes: readonly ComparedPane[];
  readonly headings: readonly string[];
  readonly compared: readonly ComparedRun[];
  readonly intervals: Intervals;
  readonly thresholds: readonly (number | null)[];
}

/** All figures of a comparison, shares from 0 to 1: a line a class, metric and pane. The mean has an empty class. */
export function compareCsv({ panes, headings, compared, intervals, thresholds }: CompareTable): string {
  const lines = metricKeys.flatMap((metric) =>
    metricTable(compared, metric, intervals).flatMap((row) =>
      panes.map(({ run }, place) => {
        const cell = row.cells[place];
        const papers = row.published.filter(({ values }) => (values[place] ?? null) !== null);
        return csvLine([
          csvWords(row.className ?? ''),
          metric,
          letterOf(place),
          String(run.id),
          csvWords(headings[place] ?? ''),
          csvNumber(thresholds[place] ?? null),
          csvNumber(cell?.value ?? null),
          ...endsOf(cell?.bootstrap ?? null),
          papers.map(({ values }) => csvNumber(values[place] ?? null)).join('; '),
          csvWords(papers.map(({ source }) => source).join('; ')),
        ]);
      }),
    ),
  );
  return csvLine(columns) + lines.join('');
}

/** The interval, and what being measured on histograms may have changed in it. */
function endsOf(figure: BootstrapFigure | null): readonly string[] {
  const { interval = null, discretisation = null } = figure ?? {};
  return [
    csvNumber(interval?.lower ?? null),
    csvNumber(interval?.upper ?? null),
    csvNumber(discretisation?.error ?? null),
    csvNumber(discretisation?.bound ?? null),
  ];
}

/** The table as it is shown, in percent, cells apart by tabs: what a spreadsheet takes from the clipboard. */
export function shownTable(
  table: readonly MetricRow[],
  {
    name,
    headings,
    meanName,
  }: { readonly name: string; readonly headings: readonly string[]; readonly meanName: string },
): string {
  const percent = (share: number | null | undefined) =>
    share === null || share === undefined ? '' : (share * 100).toFixed(1);
  const clean = (text: string) => text.replaceAll(/\s+/g, ' ').replace(/^[=+\-@]/, "'$&");
  const head = [
    clean(name),
    ...headings.flatMap((heading, place) => {
      const title = clean(`${letterOf(place)}: ${heading}`);
      return [title, `${letterOf(place)} 2.5 %`, `${letterOf(place)} 97.5 %`];
    }),
  ];
  const rows = table.map(({ className, cells }) => [
    clean(className ?? meanName),
    ...cells.flatMap(({ value, bootstrap }) => [
      percent(value),
      percent(bootstrap?.interval?.lower),
      percent(bootstrap?.interval?.upper),
    ]),
  ]);
  return [head, ...rows].map((cells) => cells.join('\t')).join('\n');
}
