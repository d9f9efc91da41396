import type { QueryClient } from '@tanstack/react-query';
import type { Client } from '../transport/client.ts';
import { imageColumnsQuery } from './image-columns.ts';
import { runScoresQuery } from './queries.ts';

/** Views that show every image of a set, and those that show every score of a run. */
const readersOfImages: ReadonlySet<string> = new Set(['images', 'review', 'compare']);
const readersOfScores: ReadonlySet<string> = new Set(['images', 'review', 'thresholds']);

/**
 * Asks for the large answers that the addressed view will want, before there is any view: of 50,000 images they take longer
 * than loading the window. Takes no more of the address than that; what is not there is for the view to say.
 */
export function readAhead(client: Client, queries: QueryClient, hash: string): void {
  const [view = '', fields = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const wanted = new URLSearchParams(fields);
  const [datasetId, runId] = [idIn(wanted, 'set'), idIn(wanted, 'run')];
  if (datasetId !== null && readersOfImages.has(view))
    void queries.prefetchQuery(imageColumnsQuery(client, datasetId));
  if (runId !== null && readersOfScores.has(view)) void queries.prefetchQuery(runScoresQuery(client, runId));
}

function idIn(fields: URLSearchParams, name: string): number | null {
  const text = fields.get(name) ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
