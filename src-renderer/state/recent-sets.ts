import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { useAddress } from './address.ts';
import { useClient } from './client-context.ts';
import { newestFirst, queryRoots } from './queries.ts';

/** Notes each data set that is opened, for the order of recent ones. */
export function useNoteOpened(): void {
  const client = useClient();
  const queries = useQueryClient();
  const { datasetId, view } = useAddress('datasetId', 'view');
  const isInside = view !== 'data' && view !== 'add' && view !== 'models' && view !== 'settings';
  const openedId = isInside ? datasetId : null;
  useEffect(() => {
    if (openedId === null) return;
    client.call('datasets.opened', { datasetId: openedId }).then(
      (opened) => {
        queries.setQueryData<readonly Dataset[]>(
          [queryRoots.datasets],
          (datasets) =>
            datasets && newestFirst(datasets.map((each) => (each.id === opened.id ? opened : each))),
        );
      },
      // The order of a list is worth no message; a set that is gone says so itself.
      () => undefined,
    );
  }, [client, queries, openedId]);
}
