import { join } from 'node:path';
import { findPublishedFigures, type PublishedResults } from '../../../src-shared/domain/published-results.ts';
import { readPublishedResults } from '../exports/read-published-results.ts';
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
