import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { imageResource, modelViewResource } from '../../canvas/load-image.ts';
import { loadInTurn } from '../../canvas/load-in-turn.ts';
import { pixelMapResource } from '../../canvas/pixel-map.ts';
import { useClient } from '../../state/client-context.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { prefetchImage } from '../../state/queries.ts';
import { prefetchTrail } from '../../state/verdicts.ts';

const aheadCount = 3;

/** Makes the next three images and the one before ready: pixels, map and facts. */
export function usePreload(run: Run, imageIds: readonly number[], index: number): void {
  const client = useClient();
  const queries = useQueryClient();
  const { id: runId, rendering } = run;
  const { sizePx, sigmaPx } = rendering;
  const showsSquare = useOverlayStore(({ overlay }) => overlay.modelView || overlay.modelBeside);
  useEffect(() => {
    const shownId = imageIds[index];
    const near = [
      ...imageIds.slice(index + 1, index + 1 + aheadCount),
      ...imageIds.slice(Math.max(0, index - 1), index),
    ];
    const pixels = (imageId: number) => [
      () => imageResource(imageId).load(),
      () => pixelMapResource(runId, imageId, { sizePx, sigmaPx }).load(),
      ...(showsSquare ? [() => modelViewResource(runId, imageId).load()] : []),
    ];
    const facts = (imageId: number) => () => {
      prefetchImage(client, queries, imageId, runId);
      prefetchTrail(client, queries, imageId);
      return Promise.resolve();
    };
    return loadInTurn(
      shownId === undefined ? [] : pixels(shownId),
      near.flatMap((imageId) => [facts(imageId), ...pixels(imageId)]),
    );
  }, [client, queries, imageIds, index, runId, sizePx, sigmaPx, showsSquare]);
}
