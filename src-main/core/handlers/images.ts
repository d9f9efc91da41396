import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import { readImageColumns } from '../db/image-columns.ts';
import type { Repositories } from '../db/repositories.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function imagesHandlers({ database, repositories }: Services): DomainHandlers<'images'> {
  const { images, results, datasets, runs } = repositories;

  function requireRunOf(datasetId: number, runId: number | null): void {
    if (datasets.getCore(datasetId) === null) {
      throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
    }
    if (runId !== null && runs.get(runId)?.datasetId !== datasetId) {
      throw new WorkbenchError('not-found', `Data set ${datasetId} has no run ${runId}.`);
    }
  }

  return {
    'images.get': ({ imageId, runId }) => {
      const image = images.get(imageId);
      if (image === null) throw new WorkbenchError('not-found', `There is no image ${imageId}.`);
      return { image, result: runId === null ? null : results.get(runId, imageId) };
    },
    'images.columns': ({ datasetId, runId }) => {
      requireRunOf(datasetId, runId);
      return readImageColumns(database, datasetId, runId);
    },
    'images.list': (params) => {
      const { datasetId, runId, className } = params;
      requireRunOf(datasetId, runId);
      const ids = pageOfIds(repositories, params);
      const found = runId === null ? new Map() : results.byImages(runId, ids);
      return {
        total: images.count(datasetId, className),
        rows: images.byIds(ids).map((image) => ({ image, result: found.get(image.id) ?? null })),
      };
    },
  };
}

/** By score, the scored images come first in either direction, then the rest by path. */
function pageOfIds(
  { images, results }: Repositories,
  { datasetId, runId, className, sort, descending, offset, limit }: ParsedParams<'images.list'>,
): number[] {
  if (sort === 'path' || runId === null) {
    return images.idsByPath(datasetId, className, { descending, offset, limit });
  }
  const scored = results.idsByScore(runId, className, { descending, offset, limit });
  if (scored.length === limit) return scored;
  const rest = results.idsWithoutScore(runId, datasetId, className, {
    offset: Math.max(0, offset - results.countScored(runId, className)),
    limit: limit - scored.length,
  });
  return [...scored, ...rest];
}
