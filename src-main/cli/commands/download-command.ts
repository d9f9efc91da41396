import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { CatalogueItem } from '../../../src-shared/domain/catalogue.ts';
import type { CliSession } from '../cli-session.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { formatTable } from '../text-table.ts';

/** `models catalogue`: the public checkpoints that `models download` can fetch. Reads a list, asks nobody. */
export async function listCatalogue(session: CliSession): Promise<void> {
  const { items } = await session.call('models.catalogue', {});
  const notes = items.flatMap((item) =>
    item.entry.file === null ? [`${item.entry.id}: ${item.entry.byHand}\n`] : [],
  );
  session.print(
    { items },
    items.length === 0
      ? 'This build brings no list of checkpoints. Import one from a file: anomaly-workbench models import FILE\n'
      : formatTable(
          ['name', 'kind', 'download', 'on disk', 'memory', 'here', 'good for'],
          items.map((item) => [
            item.entry.id,
            item.entry.kind,
            describeDownload(item),
            sizeOrNothing(item.entry.diskBytes),
            sizeOrNothing(item.entry.memoryBytes),
            describeHere(item),
            item.entry.goodFor,
          ]),
        ) +
          notes.join('') +
          'Publisher, licence, checksum: anomaly-workbench models catalogue --json\n',
  );
}

function sizeOrNothing(sizeBytes: number | null): string {
  return sizeBytes === null ? '' : formatSize(sizeBytes);
}

function describeDownload({ entry }: CatalogueItem): string {
  if (entry.file === null) return 'by hand';
  return entry.file.sizeBytes === null ? 'not stated' : formatSize(entry.file.sizeBytes);
}

function describeHere({ modelId, promptSetId, fetchedBytes }: CatalogueItem): string {
  if (modelId !== null) return `yes, ${modelId}`;
  if (promptSetId !== null) return `yes, prompts ${promptSetId}`;
  return fetchedBytes > 0 ? `${formatSize(fetchedBytes)} of it` : 'no';
}

/**
 * `models download NAME`: fetches, checks, imports. Broken off, the same command goes on where it stopped. Throws
 * `unavailable` with what to do where there is no network.
 */
export async function downloadCommand(
  session: CliSession,
  entryId: string,
  { keep = false }: { readonly keep?: boolean },
): Promise<void> {
  const { modelId, job } = await session.call('models.download', { entryId, keepFile: keep });
  await session.finish(job);
  if (modelId !== null) await finishImport(session, modelId);
  const item = await findItem(session, entryId);
  const { file } = item.entry;
  const what = modelId === null ? `Prompts ${item.promptSetId ?? ''}` : `Model ${modelId}`;
  session.print(
    { item },
    `${what} «${item.entry.name}» from ${file?.url ?? ''}\n` +
      `Licence: ${item.entry.licence}\n` +
      (keep ? `The file is kept in the data folder, below downloads/${entryId}.\n` : ''),
  );
}

/** `models discard NAME`: deletes what was fetched of it and not imported, or kept. */
export async function discardCommand(session: CliSession, entryId: string): Promise<void> {
  const { fetchedBytes } = await findItem(session, entryId);
  await session.call('models.discard', { entryId });
  session.print(
    { discarded: entryId, fetchedBytes },
    `${formatSize(fetchedBytes)} of ${entryId} are deleted.\n`,
  );
}

async function findItem(session: CliSession, entryId: string): Promise<CatalogueItem> {
  const { items } = await session.call('models.catalogue', {});
  const item = items.find(({ entry }) => entry.id === entryId);
  if (item === undefined)
    throw new WorkbenchError(
      'not-found',
      `There is no «${entryId}» to download. There are: ${items.map(({ entry }) => entry.id).join(', ')}.`,
    );
  return item;
}

/** The import is a job of its own, queued by the download when it ended. */
async function finishImport(session: CliSession, modelId: string): Promise<void> {
  const { jobs } = await session.call('jobs.list', {});
  const job = jobs.find((one) => one.kind === 'model-import' && one.modelId === modelId);
  if (job !== undefined) await session.finish(job);
}
