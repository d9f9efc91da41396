import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import {
  findPublishedFigures,
  publishedResultsSchema,
  type PublishedResults,
} from '../../../src-shared/domain/published-results.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function publishedHandlers({ options }: Services): DomainHandlers<'published'> {
  let results: Promise<PublishedResults> | null = null;
  return {
    'published.figures': async ({ datasetName, methodId }) => {
      results ??= readPublishedResults(join(options.assetsFolder, 'published-results.json'));
      return { figures: findPublishedFigures(await results, datasetName, methodId) };
    },
  };
}

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
