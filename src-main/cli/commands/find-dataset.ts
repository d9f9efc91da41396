import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { CliSession } from '../cli-session.ts';
import type { FolderOptions } from './folder-options.ts';
import { importFolder, layoutOptionsOf } from './import-command.ts';

export interface FoundDataset {
  readonly dataset: Dataset;
  /** It was made just now. */
  readonly isNew: boolean;
}

/**
 * The data set meant by a number (its id), a name, or a folder. A folder that is not a data set yet is imported; one that
 * is gets looked through again where options say how, or with `looksAgain`; an import that was broken off is gone on with.
 * Throws `not-found` with what was looked for, `needs-choice` where a name is that of a folder here and of a data set
 * elsewhere, `bad-request` for options of a folder where none is named.
 */
export async function findDataset(
  session: CliSession,
  wanted: string,
  options: FolderOptions,
  { looksAgain }: { readonly looksAgain: boolean },
): Promise<FoundDataset> {
  const { datasets } = await session.call('datasets.list', {});
  const folder = realFolder(wanted);
  const named =
    (/^\d+$/.test(wanted) ? datasets.find((one) => one.id === Number(wanted)) : undefined) ??
    datasets.find((one) => one.name === wanted);
  if (named !== undefined && folder !== null && named.root !== folder)
    throw new WorkbenchError(
      'needs-choice',
      `«${wanted}» is the data set ${named.id} «${named.name}» and a folder here too. Say ${named.root} for the data set, or .${path.sep}${wanted} for the folder.`,
    );
  const known = named ?? datasets.find((one) => one.root === (folder ?? path.resolve(wanted)));
  if (known === undefined) {
    requireSomething(wanted);
    return { dataset: await importFolder(session, wanted, options), isNew: true };
  }
  const saysHow = options.layout !== undefined || Object.keys(layoutOptionsOf(options)).length > 0;
  if (folder === null && saysHow)
    throw new WorkbenchError(
      'bad-request',
      `«${wanted}» is a data set already, and --layout, --cut, --whole, --halves and --table say how a folder is read. Give them with its folder: ${known.root}`,
    );
  if (folder !== null && (saysHow || looksAgain))
    return { dataset: await importFolder(session, wanted, options), isNew: false };
  if (known.state === 'importing') await finishImport(session, known);
  else if (folder !== null)
    session.note(
      `${folder} is the data set ${known.id} «${known.name}», taken as it was read last. Read what is new there with: anomaly-workbench import ${quoted(wanted)}`,
    );
  return { dataset: await session.call('datasets.get', { datasetId: known.id }), isNew: false };
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:\\-]+$/u.test(word) ? word : JSON.stringify(word);
}

/** The folder itself where a link names it; null where there is none. */
function realFolder(wanted: string): string | null {
  return existsSync(wanted) && statSync(wanted).isDirectory() ? realpathSync(wanted) : null;
}

function requireSomething(wanted: string): void {
  if (wanted.trim() === '')
    throw new WorkbenchError('bad-request', 'The folder or data set that was named is an empty word.');
  if (existsSync(wanted)) return;
  throw new WorkbenchError(
    'not-found',
    /^\d+$/.test(wanted)
      ? `There is no data set ${wanted}. List them with: anomaly-workbench datasets list`
      : `${wanted} is neither a folder nor a data set. List data sets with: anomaly-workbench datasets list`,
  );
}

async function finishImport(session: CliSession, dataset: Dataset): Promise<void> {
  const { jobs } = await session.call('jobs.list', {});
  const job = jobs
    .filter((one) => one.kind === 'dataset-import' && one.datasetId === dataset.id)
    .sort((a, b) => b.id - a.id)[0];
  if (job === undefined || job.state === 'succeeded') return;
  const resumed = job.state === 'running' ? job : await session.call('jobs.resume', { jobId: job.id });
  await session.finish(resumed);
}
