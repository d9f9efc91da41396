import type { AblationRow } from '../../../src-shared/domain/ablations.ts';
import type { CheckpointValidation, TrainingSettings } from '../../../src-shared/domain/training.ts';
import { csvLine, csvNumber, csvWords } from '../../../src-shared/text/csv.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';
import { formatTable } from '../text-table.ts';

type Means = CheckpointValidation['mean'];

/** One training of a row. */
export interface AblationRun {
  readonly seed: number;
  readonly trainingId: number | null;
  /** Not computed now: it was there. */
  readonly isFound: boolean;
  /** Of the last epoch, over the classes that have them. */
  readonly metrics: Means | null;
  /** From its start to its end; null where its job is forgotten. */
  readonly seconds: number | null;
  /** Why there are no metrics, or not all. */
  readonly problem: string | null;
}

/** A row with what came of it; the base row has no group. */
export interface AblatedRow extends Pick<AblationRow, 'name' | 'wishes'> {
  readonly group: AblationRow['group'] | 'base';
  readonly from: string;
  readonly settings: TrainingSettings;
  readonly runs: readonly AblationRun[];
}

/** A metric over the seeds of a row. */
export interface Summary {
  readonly mean: number | null;
  /** Of the sample; null for a single seed. */
  readonly deviation: number | null;
  /** Of the means, to the base row. */
  readonly difference: number | null;
}

/** In the order of methods.md §8; the table shows those with a title. */
const metrics = [
  { column: 'image_auroc', title: 'image AUROC', pick: ({ image }: Means) => image.auroc },
  { column: 'image_ap', title: 'AP', pick: ({ image }: Means) => image.ap },
  { column: 'image_f1_max', title: null, pick: ({ image }: Means) => image.f1Max },
  { column: 'pixel_auroc', title: 'pixel AUROC', pick: ({ pixel }: Means) => pixel.auroc },
  { column: 'pixel_ap', title: null, pick: ({ pixel }: Means) => pixel.ap },
  { column: 'pixel_f1_max', title: null, pick: ({ pixel }: Means) => pixel.f1Max },
  { column: 'pixel_aupro', title: 'AUPRO', pick: ({ pixel }: Means) => pixel.aupro },
  { column: 'pixel_aupro_paper', title: null, pick: ({ pixel }: Means) => pixel.auproPaper },
] as const;

export type MetricColumn = (typeof metrics)[number]['column'];

/** Mean and sample deviation of a row's seeds; no figure where a seed has none, for a mean of fewer would be another. */
function summarise({ runs }: AblatedRow, pick: (of: Means) => number | null): Omit<Summary, 'difference'> {
  const values = runs.flatMap((run) => (run.metrics === null ? [] : [pick(run.metrics)]));
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0 || numbers.length < runs.length) return { mean: null, deviation: null };
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  if (numbers.length === 1) return { mean, deviation: null };
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (numbers.length - 1)) };
}

/** Every metric of a row, by column. */
export function summariesOf(row: AblatedRow, base: AblatedRow): Record<MetricColumn, Summary> {
  const entries = metrics.map(({ column, pick }) => {
    const own = summarise(row, pick);
    const other = summarise(base, pick).mean;
    const difference = own.mean === null || other === null || row === base ? null : own.mean - other;
    return [column, { ...own, difference }] as const;
  });
  return Object.fromEntries(entries) as Record<MetricColumn, Summary>; // a column a metric
}

/** Of all seeds together; null where one is not known. */
export function secondsOf({ runs }: AblatedRow): number | null {
  const known = runs.flatMap(({ seconds }) => (seconds === null ? [] : [seconds]));
  return known.length < runs.length ? null : known.reduce((sum, value) => sum + value, 0);
}

/** `91.2`, or `91.2 ± 0.4` over seeds. */
function cell({ mean, deviation }: Summary): string {
  return deviation === null ? inPercent(mean) : `${inPercent(mean)} ± ${inPercent(deviation)}`;
}

function signed(difference: number | null): string {
  if (difference === null) return '';
  const points = inPercent(difference);
  return difference > 0 && !/^0\.0$/.test(points) ? `+${points}` : points.replace(/^-0\.0$/, '0.0');
}

/** The base row first; each metric in percent, with its difference to the base row in points. */
export function describeAblations(rows: readonly AblatedRow[]): string {
  const [base] = rows;
  if (base === undefined) return '';
  const shown = metrics.filter(({ title }) => title !== null);
  const table = formatTable(
    ['', 'row', ...shown.flatMap(({ title }) => [title ?? '', 'Δ']), 'seconds'],
    rows.map((row, index) => {
      const summaries = summariesOf(row, base);
      const seconds = secondsOf(row);
      return [
        row.group === rows[index - 1]?.group ? '' : row.group,
        row.name,
        ...shown.flatMap(({ column }) => [cell(summaries[column]), signed(summaries[column].difference)]),
        seconds === null ? '-' : seconds.toFixed(1),
      ];
    }),
  );
  return `Figures in percent, Δ in points to the base row; «-» where a metric has no meaning.\n\n${table}`;
}

/** What went wrong, a line each. */
export function describeProblems(rows: readonly AblatedRow[]): string {
  return rows
    .flatMap(({ name, runs }) =>
      runs.flatMap(({ seed, problem }) => (problem === null ? [] : [`${name}, seed ${seed}: ${problem}\n`])),
    )
    .join('');
}

/** Shares from 0 to 1, in all their digits. */
export function ablationCsv(rows: readonly AblatedRow[]): string {
  const [base] = rows;
  if (base === undefined) return '';
  const heading = [
    ...['group', 'row', 'changes', 'from', 'seeds', 'trainings'],
    ...metrics.flatMap(({ column }) => [column, `${column}_deviation`, `${column}_difference`]),
    ...['seconds', 'problem'],
  ];
  const lines = rows.map((row) => {
    const summaries = summariesOf(row, base);
    const ofRuns = (value: (run: AblationRun) => string | number | null) =>
      csvWords(row.runs.flatMap((run) => value(run) ?? []).join(' '));
    return [
      csvWords(row.group),
      csvWords(row.name),
      csvWords(JSON.stringify(row.wishes)),
      csvWords(row.from),
      ofRuns(({ seed }) => seed),
      ofRuns(({ trainingId }) => trainingId),
      ...metrics.flatMap(({ column }) => {
        const { mean, deviation, difference } = summaries[column];
        return [mean, deviation, difference].map(csvNumber);
      }),
      csvNumber(secondsOf(row)),
      ofRuns(({ problem }) => problem),
    ];
  });
  return [heading, ...lines].map(csvLine).join('');
}
