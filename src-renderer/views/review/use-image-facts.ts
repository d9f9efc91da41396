import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { useClient } from '../../state/client-context.ts';
import { queryRoots, useRunFailures } from '../../state/queries.ts';
import type { FailedImage, ImageFacts } from '../../state/review-order.ts';

/** Order by name, class and label of every image of a data set; read where it is wanted, and again after an import. */
export function useImageFacts(datasetId: number, isWanted: boolean): ImageFacts | null {
  const client = useClient();
  const query = useQuery({
    queryKey: [queryRoots.datasets, 'image-facts', datasetId],
    queryFn: async (): Promise<ImageFacts> => {
      const columns = await client.call('images.columns', { datasetId, runId: null });
      return {
        rowOf: new Map(columns.imageIds.map((id, row) => [id, row])),
        classNames: columns.classNames,
        classes: columns.classes,
        labels: columns.labels,
      };
    },
    enabled: isWanted,
  });
  return query.data ?? null;
}

const noFailures: readonly FailedImage[] = [];

/** The images of a class (null: all) that the run could not score. */
export function useFailedImages(
  run: Run,
  className: string | null,
  facts: ImageFacts | null,
): readonly FailedImage[] {
  const failures = useRunFailures(run.id, run.failedCount > 0).data?.failures;
  return useMemo(() => {
    if (failures === undefined || run.failedCount === 0) return noFailures;
    if (className === null) return failures;
    const wanted = facts?.classNames.indexOf(className) ?? -1;
    return failures.filter(({ imageId }) => {
      const row = facts?.rowOf.get(imageId);
      return row !== undefined && facts?.classes[row] === wanted;
    });
  }, [failures, run.failedCount, className, facts]);
}
