import type { CatalogueEntry, CatalogueItem } from '../../../src-shared/domain/catalogue.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Repositories } from '../db/repositories.ts';
import { sizeOf } from '../disk-use.ts';
import type { LibraryFolders } from '../library-folders.ts';
import { importCommand } from './import-command.ts';

export function downloadTitle({ name }: CatalogueEntry): string {
  return `Download ${name}`;
}

/** Whether a job fetches this entry, or imports what was fetched. */
export function isDownloadOf(job: Job, entry: CatalogueEntry): boolean {
  if (job.kind === 'model-download') return job.title === downloadTitle(entry);
  return job.kind === 'model-import' && job.title === `Import ${entry.name}`;
}

/** What there is of an entry on this machine. A model is known again by the address that it was fetched from. */
export async function describeEntry(
  entry: CatalogueEntry,
  {
    repositories,
    folders,
  }: {
    readonly repositories: Pick<Repositories, 'models' | 'promptSets'>;
    readonly folders: LibraryFolders;
  },
): Promise<CatalogueItem> {
  const isFromThere = ({ sourceFile }: { readonly sourceFile: string }) => sourceFile === entry.file?.url;
  return {
    entry,
    modelId: repositories.models.list().find(isFromThere)?.id ?? null,
    promptSetId: repositories.promptSets.list().find(isFromThere)?.id ?? null,
    fetchedBytes: await sizeOf(folders.download(entry.id)),
    importCommand: entry.file === null ? null : importCommand(entry, entry.file.name),
  };
}
