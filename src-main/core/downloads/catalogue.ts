import { readFile } from 'node:fs/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { catalogueSchema, type CatalogueEntry } from '../../../src-shared/domain/catalogue.ts';
import { systemErrorCode } from '../error-report.ts';

/** What can be fetched, as the program's `models/catalogue.json` says. */
export interface CheckpointCatalogue {
  entries(): Promise<readonly CatalogueEntry[]>;
  /** Rejects with `not-found` and the names there are. */
  find(entryId: string): Promise<CatalogueEntry>;
}

/** Reads `file` when it is first asked for; null, or no such file: the program brings no catalogue. */
export function createCatalogue(file: string | null): CheckpointCatalogue {
  let reading: Promise<readonly CatalogueEntry[]> | null = null;

  async function read(): Promise<readonly CatalogueEntry[]> {
    if (file === null) return [];
    try {
      return catalogueSchema.parse(JSON.parse(await readFile(file, 'utf8'))).entries;
    } catch (thrown) {
      if (systemErrorCode(thrown) === 'ENOENT') return [];
      throw new WorkbenchError(
        'corrupt-file',
        `The list of models that can be downloaded, ${file}, cannot be read. Install the program again; models can be imported from files meanwhile.`,
        { cause: thrown },
      );
    }
  }

  const entries = () => (reading ??= read());
  return {
    entries,
    async find(entryId) {
      const all = await entries();
      const entry = all.find(({ id }) => id === entryId);
      if (entry === undefined) {
        throw new WorkbenchError(
          'not-found',
          `There is no «${entryId}» to download. There are: ${all.map(({ id }) => id).join(', ')}.`,
        );
      }
      return entry;
    },
  };
}
