import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { imageResource } from '../../canvas/load-image.ts';
import { pixelMapResource } from '../../canvas/pixel-map.ts';
import { useClient } from '../../state/client-context.ts';
import { prefetchImage } from '../../state/queries.ts';
import { prefetchTrail } from '../../state/verdicts.ts';

const aheadCount = 3;

/** Makes the next three images and the one before ready: pixels, map and facts. */
export function usePreload(run: Run, imageIds: readonly number[], index: number): void {
  const client = useClient();
  const queries = useQueryClient();
  const { id: runId, rendering } = run;
  const { sizePx, sigmaPx } = rendering;
  useEffect(() => {
    const near = [
      ...imageIds.slice(index + 1, index + 1 + aheadCount),
      ...imageIds.slice(Math.max(0, index - 1), index),
    ];
    for (const imageId of near) {
      prefetchImage(client, queries, imageId, runId);
      prefetchTrail(client, queries, imageId);
      // What cannot be read says so when the user gets there.
      imageResource(imageId)
        .load()
        .catch(() => undefined);
      pixelMapResource(runId, imageId, { sizePx, sigmaPx })
        .load()
        .catch(() => undefined);
    }
  }, [client, queries, imageIds, index, runId, sizePx, sigmaPx]);
}
