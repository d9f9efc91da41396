import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { useClient } from '../../state/client-context.ts';
import { imageColumnsQuery } from '../../state/image-columns.ts';
import { useRunFailures } from '../../state/queries.ts';
import type { FailedImage, ImageFacts } from '../../state/review-order.ts';

/** Order by name, class and label of every image of a data set; read where it is wanted, and again after an import. */
export function useImageFacts(datasetId: number, isWanted: boolean): ImageFacts | null {
  const client = useClient();
  const { data } = useQuery({ ...imageColumnsQuery(client, datasetId), enabled: isWanted });
  return useMemo(
    () =>
      data === undefined
        ? null
        : {
            rowOf: new Map(data.imageIds.map((id, row) => [id, row])),
            classNames: data.classNames,
            classes: data.classes,
            labels: data.labels,
          },
    [data],
  );
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
