import type { AblationGroupId } from '../../../src-shared/domain/ablations.ts';
import type { CheckpointValidation } from '../../../src-shared/domain/training.ts';
import { csvLine, csvNumber, csvWords } from '../../../src-shared/text/csv.ts';
import { formatSeconds } from '../progress-line.ts';
import { formatTable } from '../text-table.ts';

export const ablationMetrics = ['imageAuroc', 'imageAp', 'pixelAuroc', 'pixelAupro'] as const;
export type AblationMetric = (typeof ablationMetrics)[number];
export type AblationFigures = Readonly<Record<AblationMetric, number | null>>;

/** One training of a row. */
export interface AblationResult {
  readonly seed: number;
  readonly trainingId: number;
  readonly figures: AblationFigures;
  /** Of the job, from its last start to its end. */
  readonly durationS: number | null;
  /** Done before this command was typed. */
  readonly wasKnown: boolean;
}

/** Mean and deviation over the seeds that have the figure, and how far the mean is from the default row's. */
export interface AblationStatistic {
  readonly mean: number | null;
  /** Of the sample (n - 1); null for one seed. */
  readonly deviation: number | null;
  readonly difference: number | null;
}

export interface AblationOutcome {
  /** Null: the default row. */
  readonly group: AblationGroupId | null;
  readonly name: string;
  readonly results: readonly AblationResult[];
  /** Why seeds are missing. */
  readonly problem: string | null;
}

export type MeasuredRow = AblationOutcome & {
  readonly statistics: Readonly<Record<AblationMetric, AblationStatistic>>;
  readonly durationS: number | null;
};

export function figuresOf({ mean: { image, pixel } }: CheckpointValidation): AblationFigures {
  return {
    imageAuroc: image.auroc,
    imageAp: image.ap,
    pixelAuroc: pixel.auroc,
    pixelAupro: pixel.aupro,
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number | null {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * Adds statistics to rows, of which the first is the default one. Differences are taken over the seeds that both have, so that a
 * missing one does not pass for an effect.
 */
export function measureRows(rows: readonly AblationOutcome[]): readonly MeasuredRow[] {
  const base = rows[0]?.results ?? [];
  return rows.map((row, index) => {
    const statistic = (metric: AblationMetric): AblationStatistic => {
      const values = row.results.flatMap(({ figures }) => figures[metric] ?? []);
      const differences = row.results.flatMap(({ seed, figures }) => {
        const value = figures[metric];
        const other = base.find((one) => one.seed === seed)?.figures[metric] ?? null;
        return value === null || other === null ? [] : [value - other];
      });
      return {
        mean: meanOf(values),
        deviation: deviationOf(values),
        difference: index === 0 ? null : meanOf(differences),
      };
    };
    const durations = row.results.flatMap(({ durationS }) => durationS ?? []);
    return {
      ...row,
      statistics: {
        imageAuroc: statistic('imageAuroc'),
        imageAp: statistic('imageAp'),
        pixelAuroc: statistic('pixelAuroc'),
        pixelAupro: statistic('pixelAupro'),
      },
      durationS: durations.length === 0 ? null : durations.reduce((sum, value) => sum + value, 0),
    };
  });
}

const titles: Readonly<Record<AblationMetric, string>> = {
  imageAuroc: 'image AUROC',
  imageAp: 'AP',
  pixelAuroc: 'pixel AUROC',
  pixelAupro: 'AUPRO',
};

function percent(value: number | null): string {
  return value === null ? '-' : (100 * value).toFixed(1);
}

function signed(value: number | null): string {
  if (value === null) return '';
  const text = percent(value);
  return /^-0\.0$/.test(text) ? '+0.0' : value < 0 ? text : `+${text}`;
}

/** Percent, mean ± deviation, each with its difference to the default row. */
export function describeRows(rows: readonly MeasuredRow[]): string {
  const table = formatTable(
    ['', ...ablationMetrics.flatMap((metric) => [titles[metric], 'diff']), 'time'],
    rows.map(({ name, statistics, durationS, results }) => [
      results.length === 0 ? `${name} (failed)` : name,
      ...ablationMetrics.flatMap((metric) => {
        const { mean, deviation, difference } = statistics[metric];
        const spread = deviation === null ? '' : ` ± ${percent(deviation)}`;
        return [`${percent(mean)}${spread}`, signed(difference)];
      }),
      durationS === null ? '-' : formatSeconds(durationS),
    ]),
  );
  const problems = rows.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}\n`]));
  return table + problems.join('');
}

/** Shares from 0 to 1; a line a row. */
export function ablationCsv(rows: readonly MeasuredRow[]): string {
  const columns = ablationMetrics.map((metric) =>
    metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
  const header = csvLine([
    ...['group', 'row', 'seeds'],
    ...columns.flatMap((column) => [column, `${column}_deviation`, `${column}_difference`]),
    ...['seconds', 'trainings', 'problem'],
  ]);
  const lines = rows.map(({ group, name, results, statistics, durationS, problem }) =>
    csvLine([
      group ?? 'default',
      csvWords(name),
      results.map(({ seed }) => seed).join(' '),
      ...ablationMetrics.flatMap((metric) => {
        const { mean, deviation, difference } = statistics[metric];
        return [mean, deviation, difference].map(csvNumber);
      }),
      csvNumber(durationS),
      results.map(({ trainingId }) => trainingId).join(' '),
      csvWords(problem ?? ''),
    ]),
  );
  return header + lines.join('');
}
