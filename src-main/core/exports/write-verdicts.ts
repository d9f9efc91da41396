import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { verdictCsvHead, verdictCsvLine, type TrailRow } from '../../../src-shared/text/verdict-table.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import { eachVerdict, newestVerdicts } from './verdict-report.ts';

interface Form {
  readonly head: string;
  row(row: TrailRow, index: number): string;
  readonly foot: string;
}

const forms: Readonly<Record<string, Form>> = {
  '.csv': { head: verdictCsvHead, row: verdictCsvLine, foot: '' },
  '.json': {
    head: '{\n  "format": "anomaly-workbench-verdicts/1",\n  "verdicts": [',
    row: ({ verdict, holds }, index) =>
      `${index === 0 ? '' : ','}\n    ${JSON.stringify({ ...verdict, time: new Date(verdict.createdAtMs).toISOString(), holds })}`,
    foot: '\n  ]\n}\n',
  },
};

/**
 * Writes every verdict ever given on a data set, oldest first, as CSV or JSON by the file's name; the file is whole or not
 * there. Resolves with the number of rows. Throws `bad-request` for other names, and what writing throws.
 */
export async function writeVerdicts(
  { verdicts }: Pick<Repositories, 'verdicts'>,
  datasetId: number,
  file: string,
): Promise<number> {
  const form = forms[extname(file).toLowerCase()];
  if (form === undefined)
    throw new WorkbenchError(
      'bad-request',
      `Verdicts are written as .csv or .json; ${file} ends in neither.`,
    );
  const newest = newestVerdicts(verdicts, datasetId);
  const unfinished = `${file}.${process.pid}.part`;
  let count = 0;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(unfinished, 'wx');
    try {
      await handle.writeFile(form.head);
      for (const verdict of eachVerdict(verdicts, datasetId)) {
        const holds = newest.get(verdict.imagePath)?.id === verdict.id;
        await handle.writeFile(form.row({ verdict, holds }, count++));
      }
      await handle.writeFile(form.foot);
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } catch (thrown) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw fromSystemError(thrown, file);
  }
  return count;
}
