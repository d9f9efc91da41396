import { readFile } from 'node:fs/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import {
  publishedResultsSchema,
  type PublishedResults,
} from '../../../src-shared/domain/published-results.ts';

/** The papers' tables. Rejects with `corrupt-file`. */
export async function readPublishedResults(file: string): Promise<PublishedResults> {
  try {
    return publishedResultsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new WorkbenchError(
      'corrupt-file',
      `The papers’ published figures could not be read from ${file}. Install the program again.`,
      { cause },
    );
  }
}
