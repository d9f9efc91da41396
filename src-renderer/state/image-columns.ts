import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ImageColumns, RunScores } from '../../src-shared/domain/run.ts';
import type { Client } from '../transport/client.ts';
import { useClient } from './client-context.ts';
import { queryRoots } from './queries.ts';

/**
 * All images of a data set in columns, without scores: one answer of megabytes that gallery, verdicts and search share, read
 * again when the data set changes. Scores are a run's own (`useRunScores`) and change while it goes on.
 */
export function imageColumnsQuery(client: Client, datasetId: number) {
  return {
    queryKey: [queryRoots.datasets, 'columns', datasetId],
    queryFn: (): Promise<ImageColumns> => client.call('images.columns', { datasetId, runId: null }),
    // Comparing 500,000 values with those before takes longer than drawing them.
    structuralSharing: false,
  } as const;
}

export function useImageColumns(datasetId: number | null) {
  const client = useClient();
  return useQuery({
    ...imageColumnsQuery(client, datasetId ?? 0),
    enabled: datasetId !== null,
    placeholderData: keepPreviousData,
  });
}

/** The columns with a run's scores in their places. O(images). */
export function withScores(columns: ImageColumns, { imageIds, scores }: RunScores): ImageColumns {
  const rowOf = new Map(columns.imageIds.map((id, row) => [id, row]));
  const placed = new Array<number | null>(columns.imageIds.length).fill(null);
  for (const [index, imageId] of imageIds.entries()) {
    const row = rowOf.get(imageId);
    if (row !== undefined) placed[row] = scores[index] ?? null;
  }
  return { ...columns, scores: placed };
}
