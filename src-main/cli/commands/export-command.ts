import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MethodParams, MethodResult } from '../../../src-shared/contract/methods.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import {
  exportKindSchema,
  exportSizeSchema,
  exportSummarySchema,
  type ChosenThreshold,
  type ExportKind,
  type ExportSize,
  type ExportSummary,
  type MapThreshold,
  type ScoreThreshold,
} from '../../../src-shared/domain/export.ts';
import { colourMapNames, type ColourMapName } from '../../../src-shared/maps/colour-maps.ts';
import type { CliActions } from '../cli-actions.ts';
import type { CliSession } from '../cli-session.ts';
import { numberUpTo, wholeNumber } from '../options.ts';
import { formatTable } from '../text-table.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { onOneLine } from '../../../src-shared/text/on-one-line.ts';
import { findOperatingPoints } from './find-operating-points.ts';
import { describeProblems } from './import-command.ts';

const imageSelections = ['all', 'predicted-defect', 'with-verdict'] as const;
type ImageSelection = (typeof imageSelections)[number];

export interface ExportCommandOptions {
  readonly to: string;
  readonly what: readonly ExportKind[];
  readonly threshold?: ScoreThreshold;
  readonly mapThreshold?: MapThreshold;
  readonly operatingPoint: readonly string[];
  readonly class?: string;
  readonly images: ImageSelection;
  readonly size?: ExportSize;
  readonly overwrite?: boolean;
  readonly minArea: number;
  readonly colourMap: ColourMapName;
  readonly opacity: number;
  /** Commander's name of `--no-contour`. */
  readonly contour: boolean;
  readonly jpeg?: boolean;
  readonly mvtecNames?: boolean;
}

/** Adds `export` to the program. */
export function defineExportCommand(program: Command, { withSession }: CliActions): void {
  program
    .command('export')
    .description('write what a run says into files: scores, maps, masks, overlays')
    .argument('<run>', 'its number, as «scan» prints it', wholeNumber(1))
    .requiredOption('--to <folder>', 'where to; empty or not there')
    .requiredOption('--what <list>', `some of ${exportKindSchema.options.join(',')}`, kindList)
    .option(
      '--threshold <score>',
      'from which score on an image counts as anomalous: a number, default, best-f1, full-recall, or false-alarms=5% (default: as set in the window, else as it proposes it, each class its own)',
      scoreThreshold,
    )
    .option(
      '--map-threshold <value>',
      'from which value on a pixel belongs to a mask and lies inside the contour: a number or default (default: as set in the window, else 99 % of the map of good images lies below, each class its own)',
      mapThreshold,
    )
    .option(
      '--operating-point <name>',
      'the threshold saved by this name, or number, on scores or maps; may be given once for each',
      (name: string, before: readonly string[]) => [...before, name],
      [],
    )
    .option('--class <name>', 'only this class')
    .addOption(
      new Option('--images <which>', 'all of them, those at or above the threshold, or those with a verdict')
        .choices(imageSelections)
        .default('all'),
    )
    .addOption(
      new Option(
        '--size <which>',
        "the size that maps are rendered at, or each image's own (default: rendering for maps, original for masks and overlays)",
      ).choices(exportSizeSchema.options),
    )
    .option('--min-area <px>', 'leave out regions of a mask with fewer pixels', wholeNumber(1, 1e9), 1)
    .addOption(new Option('--colour-map <name>', 'of overlays').choices(colourMapNames).default('inferno'))
    .option('--opacity <share>', 'of the heat in overlays, 0 to 1', numberUpTo(1), 0.6)
    .option('--no-contour', 'overlays without the line at the map threshold')
    .option('--jpeg', 'overlays as JPEG instead of PNG')
    .option(
      '--mvtec-names',
      "class/test/defect/name without a suffix, as MVTec's evaluation code looks for maps-tiff",
    )
    .option('--overwrite', 'replace files of the same names in a folder that is not empty')
    .action((runId: number, options: ExportCommandOptions, command: Command) => {
      const useless = uselessOptions(options);
      if (useless !== null) command.error(`error: ${useless}`);
      return withSession((session) => exportCommand(session, runId, options));
    });
}

/** `export RUN --to DIR --what LIST`. Throws where a file could not be written, after the result was printed. */
async function exportCommand(
  session: CliSession,
  runId: number,
  options: ExportCommandOptions,
): Promise<void> {
  const saved = await findOperatingPoints(session, runId, options);
  const { folder, job } = await createExport(session, {
    runs: [{ runId }],
    folder: path.resolve(options.to),
    overwrite: options.overwrite === true,
    images: { kind: options.images },
    options: {
      what: [...options.what],
      className: options.class ?? null,
      size: options.size ?? null,
      ...(options.threshold === undefined ? {} : { scoreThreshold: options.threshold }),
      ...(options.mapThreshold === undefined ? {} : { mapThreshold: options.mapThreshold }),
      ...saved,
      minRegionAreaPx: options.minArea,
      colourMap: options.colourMap,
      opacity: options.opacity,
      contour: options.contour,
      overlayFormat: options.jpeg === true ? 'jpeg' : 'png',
      names: options.mvtecNames === true ? 'mvtec' : 'suffixed',
    },
  });
  const failure: unknown = await session.finish(job).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const summary = await readSummary(folder);
  // A job that broke off wrote no summary of this attempt's end; there is nothing to show but its error.
  if (summary !== null && (failure === null || summary.state === 'finished'))
    session.print({ folder, ...summary }, describe(folder, summary));
  if (failure !== null) throw failure;
}

/** The core says what stands in the way; how it is asked to overwrite is the command line's to say. */
async function createExport(
  session: CliSession,
  params: MethodParams<'exports.create'>,
): Promise<MethodResult<'exports.create'>> {
  try {
    return await session.call('exports.create', params);
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError) || thrown.code !== 'already-exists') throw thrown;
    throw new WorkbenchError(
      'already-exists',
      `${params.folder} is not empty. Choose an empty folder, or replace files of the same names with --overwrite.`,
      { cause: thrown },
    );
  }
}

async function readSummary(folder: string): Promise<ExportSummary | null> {
  try {
    return exportSummarySchema.parse(JSON.parse(await readFile(path.join(folder, 'export.json'), 'utf8')));
  } catch {
    return null;
  }
}

function describe(folder: string, summary: ExportSummary): string {
  const { counts, scoreThresholds, mapThresholds, run } = summary;
  const files = Object.entries(counts.files).map(([kind, count]) => `${kind} ${count}`);
  const rows = (thresholds: readonly ChosenThreshold[], what: string) =>
    thresholds.map(({ className, value, chosenBy }) => [
      className,
      what,
      value === null ? '-' : Number(value.toPrecision(6)),
      chosenBy,
    ]);
  const chosen = [...rows(scoreThresholds, 'score'), ...rows(mapThresholds, 'map')];
  return (
    `Run ${run.id}: ${countOf(counts.images, 'image')} to ${folder}\n` +
    (files.length === 0 ? '' : `Files: ${files.join(', ')}; export.json says what they are\n`) +
    (chosen.length === 0 ? '' : `\n${formatTable(['class', 'threshold of', 'value', 'chosen by'], chosen)}`) +
    (counts.withoutScore === 0 ? '' : `${countOf(counts.withoutScore, 'image')} without a score\n`) +
    summary.renamed
      .map((one) => `${onOneLine(one.path)} is called ${onOneLine(one.name)}: its name was taken\n`)
      .join('') +
    describeProblems(summary.failures) +
    (counts.failed > summary.failures.length
      ? `  … and ${counts.failed - summary.failures.length} more\n`
      : '')
  );
}

function kindList(text: string): ExportKind[] {
  const kinds = text.split(',').map((part) => {
    const kind = exportKindSchema.safeParse(part.trim());
    if (!kind.success)
      throw new InvalidArgumentError(`«${part.trim()}» is none of ${exportKindSchema.options.join(', ')}.`);
    return kind.data;
  });
  return [...new Set(kinds)];
}

function plainNumber(text: string): number | null {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : null;
}

function scoreThreshold(text: string): ScoreThreshold {
  const value = plainNumber(text);
  if (value !== null) return { kind: 'value', value };
  if (text === 'default' || text === 'best-f1' || text === 'full-recall') return { kind: text };
  const alarms = /^false-alarms=(\d+(?:\.\d+)?)(%?)$/u.exec(text);
  const share = alarms === null ? NaN : Number(alarms[1]) / (alarms[2] === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return { kind: 'false-alarms', share };
  throw new InvalidArgumentError(
    'It must be a number, default, best-f1, full-recall, or false-alarms= with a share such as 5% or 0.05.',
  );
}

function mapThreshold(text: string): MapThreshold {
  const value = plainNumber(text);
  if (value !== null) return { kind: 'value', value };
  if (text === 'default') return { kind: 'default' };
  throw new InvalidArgumentError('It must be a number or default.');
}

/** Says which options mean nothing to what was asked for; null where all do something. */
function uselessOptions({
  what,
  images,
  threshold,
  mapThreshold,
  operatingPoint,
  size,
  minArea,
  jpeg,
}: ExportCommandOptions): string | null {
  const has = (...kinds: readonly ExportKind[]) => kinds.some((kind) => what.includes(kind));
  if (threshold !== undefined && !has('csv', 'json') && images !== 'predicted-defect')
    return '--threshold is for the predictions of csv and json; masks and overlays are cut at --map-threshold.';
  if (mapThreshold !== undefined && !has('masks', 'overlays'))
    return '--map-threshold is for masks and overlays; predictions in csv and json are made at --threshold.';
  const given = operatingPoint.length;
  if (given > 2 || (given > 0 && threshold !== undefined && mapThreshold !== undefined))
    return '--operating-point may be given once for scores and once for maps, in place of --threshold and --map-threshold.';
  if (size !== undefined && what.every((kind) => kind === 'csv' || kind === 'json'))
    return '--size means nothing to csv and json.';
  if (minArea !== 1 && !has('masks')) return '--min-area is for masks.';
  if (jpeg === true && !has('overlays')) return '--jpeg is for overlays.';
  return null;
}

/** `3,5` as run numbers. */
function runList(text: string): number[] {
  const ids = text.split(',').map((part) => wholeNumber(1)(part.trim()));
  if (new Set(ids).size !== ids.length) throw new InvalidArgumentError('It names a run more than once.');
  if (ids.length > 8) throw new InvalidArgumentError('It must be at most 8 runs.');
  return ids;
}

export interface ReportCommandOptions {
  readonly runs: readonly number[];
  readonly images: number;
}

/** Adds `report` to the program. */
export function defineReportCommand(program: Command, { withSession }: CliActions): void {
  program
    .command('report')
    .description('write one HTML report that compares runs over the same data set')
    .argument('<file>', 'the HTML file; replaced if it is there')
    .requiredOption('--runs <list>', 'their numbers, such as 3,5; 1 to 8', runList)
    .option('--images <count>', 'pictures of each class, worst first', wholeNumber(1, 100), 4)
    .action((file: string, options: ReportCommandOptions) =>
      withSession((session) => reportCommand(session, file, options)),
    );
}

/** `report FILE --runs LIST`. */
async function reportCommand(
  session: CliSession,
  file: string,
  { runs, images }: ReportCommandOptions,
): Promise<void> {
  if (path.extname(file).toLowerCase() !== '.html')
    throw new WorkbenchError('bad-request', `The report is an HTML file; ${file} does not end in .html.`);
  const written = await session.call('reports.write', {
    runIds: [...runs],
    notRun: [],
    file: path.resolve(file),
    imagesPerClass: images,
  });
  session.print(
    { report: written.file, sizeBytes: written.sizeBytes, runs },
    `Report: ${written.file} (${formatSize(written.sizeBytes)})\n`,
  );
}
