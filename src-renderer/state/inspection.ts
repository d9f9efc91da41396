import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { DatasetLayout, ImportPreview, LayoutOptions } from '../../src-shared/domain/dataset.ts';
import { useClient } from './client-context.ts';
import { optionsFor } from './layout-words.ts';

export interface InspectionProgress {
  readonly fileCount: number;
  readonly imageCount: number;
  readonly openedCount: number;
}

const root = 'preview';
const nothingYet: InspectionProgress = { fileCount: 0, imageCount: 0, openedCount: 0 };

/**
 * What an import of a folder would find, read afresh whenever it is asked: the folder may change at any time. Leaving the
 * page, another path and `stop` end the looking at once.
 */
export function useInspection(path: string | null, layout: DatasetLayout | null, options: LayoutOptions) {
  const client = useClient();
  const queries = useQueryClient();
  const [progress, setProgress] = useState(nothingYet);
  const [inspectionId, setInspectionId] = useState('');
  const own = layout === null ? undefined : optionsFor(layout, options);
  const queryKey = [root, path, layout, own] as const;
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<ImportPreview> => {
      const id = crypto.randomUUID();
      setProgress(nothingYet);
      setInspectionId(id);
      const stopLooking = () => {
        // What is over already needs no stopping; a lost connection ends it too.
        client.call('datasets.stopInspecting', { inspectionId: id }).catch(() => undefined);
      };
      signal.addEventListener('abort', stopLooking);
      try {
        return await client.call('datasets.inspect', {
          path: path ?? '',
          ...(layout === null ? {} : { layout }),
          ...(own === undefined ? {} : { layoutOptions: own }),
          openFiles: true,
          inspectionId: id,
        });
      } finally {
        signal.removeEventListener('abort', stopLooking);
      }
    },
    enabled: path !== null,
    retry: false,
    gcTime: 0,
    staleTime: 0,
    // Read in another way, the same folder stays on the page until the answer is there.
    placeholderData: (before, query) => (query?.queryKey[1] === path ? before : undefined),
  });
  useEffect(
    () =>
      client.transport.onEvent((event) => {
        if (event.event === 'dataset.inspecting' && event.inspectionId === inspectionId) setProgress(event);
      }),
    [client, inspectionId],
  );
  return {
    preview: query.data,
    isLooking: query.isFetching,
    progress,
    error: query.error,
    lookAgain: () => void query.refetch(),
    stop: () => void queries.cancelQueries({ queryKey }),
  };
}
