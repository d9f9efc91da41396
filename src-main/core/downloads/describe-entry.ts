import type { CatalogueEntry, CatalogueItem } from '../../../src-shared/domain/catalogue.ts';
import type { Repositories } from '../db/repositories.ts';
import { sizeOf } from '../library/disk-use.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import { importCommand } from './import-command.ts';

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
