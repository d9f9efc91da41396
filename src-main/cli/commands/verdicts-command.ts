import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { Verdict } from '../../../src-shared/domain/verdict.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import { onOneLine } from '../../../src-shared/text/on-one-line.ts';
import {
  markNewest,
  verdictCsvHead,
  verdictCsvLine,
  type TrailRow,
} from '../../../src-shared/text/verdict-table.ts';
import type { CliActions } from '../cli-actions.ts';
import type { CliSession } from '../cli-session.ts';
import { formatTable } from '../text-table.ts';
import { findDataset } from './find-dataset.ts';

const rowsAtOnce = 1000;
const datasetHelp = 'a data set: its number, its name, or its folder';

/** Adds `verdicts` to the program. */
export function defineVerdictCommands(program: Command, { withSession }: CliActions): void {
  const verdicts = program.command('verdicts').description('what people said of images: list and export');
  verdicts
    .command('list')
    .description('the verdict that holds on each image, with author, time and note')
    .argument('<dataset>', datasetHelp)
    .option('--trail', 'every verdict ever given, superseded ones too, oldest first')
    .option('--csv', 'as CSV')
    .action((dataset: string, options: ListOptions) =>
      withSession((session) => listVerdicts(session, dataset, options)),
    );
  verdicts
    .command('export')
    .description('write every verdict ever given to a file, with what it was based on')
    .argument('<dataset>', datasetHelp)
    .requiredOption('--to <file>', 'a .csv or .json file; replaced if it is there', csvOrJson)
    .action((dataset: string, { to }: { readonly to: string }) =>
      withSession((session) => exportVerdicts(session, dataset, to)),
    );
}

interface ListOptions {
  readonly trail?: boolean;
  readonly csv?: boolean;
}

/** `verdicts list DATASET`. */
async function listVerdicts(session: CliSession, wanted: string, { trail, csv }: ListOptions): Promise<void> {
  const { dataset } = await findDataset(session, wanted, {}, { looksAgain: false });
  const rows = markNewest(await readTrail(session, dataset.id));
  const shown = trail === true ? rows : rows.filter(({ holds, verdict }) => holds && !isEmpty(verdict));
  const document = {
    dataset: { id: dataset.id, name: dataset.name },
    verdicts: shown.map(({ verdict, holds }) => ({
      ...verdict,
      time: new Date(verdict.createdAtMs).toISOString(),
      holds,
    })),
  };
  const text =
    csv === true ? verdictCsvHead + shown.map(verdictCsvLine).join('') : describe(dataset.name, shown);
  session.print(document, text);
}

/** `verdicts export DATASET --to FILE`. */
async function exportVerdicts(session: CliSession, wanted: string, to: string): Promise<void> {
  const { dataset } = await findDataset(session, wanted, {}, { looksAgain: false });
  const written = await session.call('verdicts.export', { datasetId: dataset.id, file: path.resolve(to) });
  session.print(written, `${countOf(written.count, 'verdict')} written to ${written.file}\n`);
}

async function readTrail(session: CliSession, datasetId: number): Promise<Verdict[]> {
  const trail: Verdict[] = [];
  for (;;) {
    const afterId = trail.at(-1)?.id ?? 0;
    const { verdicts } = await session.call('verdicts.list', { datasetId, afterId, limit: rowsAtOnce });
    trail.push(...verdicts);
    if (verdicts.length < rowsAtOnce) return trail;
  }
}

/** Taken back, and no note left. */
function isEmpty({ value, note }: Verdict): boolean {
  return value === null && note === '';
}

function describe(datasetName: string, rows: readonly TrailRow[]): string {
  if (rows.length === 0)
    return `Nobody has given a verdict on «${datasetName}» yet. They are given in the Review view of the window.\n`;
  return formatTable(
    ['image', 'verdict', 'author', 'time (UTC)', 'score', 'threshold', 'note'],
    rows.map(({ verdict, holds }) => [
      onOneLine(verdict.imagePath),
      (verdict.value ?? (verdict.note === '' ? 'withdrawn' : 'note')) + (holds ? '' : ' (superseded)'),
      onOneLine(verdict.author),
      new Date(verdict.createdAtMs).toISOString().slice(0, 16).replace('T', ' '),
      numberOf(verdict.basis?.score),
      numberOf(verdict.basis?.threshold),
      onOneLine(verdict.note),
    ]),
  );
}

function numberOf(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(Number(value.toPrecision(6)));
}

function csvOrJson(file: string): string {
  if (/\.(csv|json)$/iu.test(file)) return file;
  throw new InvalidArgumentError('It must end in .csv or .json.');
}
