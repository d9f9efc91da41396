import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { lookFirst } from '../../canvas/first-look.ts';
import { imageResource, modelViewResource } from '../../canvas/load-image.ts';
import { loadInTurn, type Loading } from '../../canvas/load-in-turn.ts';
import { pixelMapResource } from '../../canvas/pixel-map.ts';
import type { Resource } from '../../canvas/use-resource.ts';
import { onGoing } from '../../state/address.ts';
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
  const pixels = useCallback(
    (imageId: number): readonly Resource<unknown>[] => [
      imageResource(imageId),
      pixelMapResource(runId, imageId, { sizePx, sigmaPx }),
      ...(showsSquare ? [modelViewResource(runId, imageId)] : []),
    ],
    [runId, sizePx, sigmaPx, showsSquare],
  );
  // Asked for as soon as the address names an image: drawing the window anew takes as long as the host needs.
  useEffect(
    () =>
      onGoing((to, before) => {
        const { view, imageId } = to;
        if (view !== 'review' || to.runId !== runId || imageId === null || imageId === before.imageId) return;
        const missing = pixels(imageId).filter((resource) => resource.peek() === undefined);
        if (missing.length > 0) lookFirst(missing.map((resource) => resource.load()));
      }),
    [runId, pixels],
  );
  useEffect(() => {
    const shownId = imageIds[index];
    const near = [
      ...imageIds.slice(index + 1, index + 1 + aheadCount),
      ...imageIds.slice(Math.max(0, index - 1), index),
    ];
    const facts = (imageId: number) => () => {
      prefetchImage(client, queries, imageId, runId);
      prefetchTrail(client, queries, imageId);
      return Promise.resolve();
    };
    return loadInTurn(
      shownId === undefined ? [] : loadsOf(pixels(shownId)),
      near.flatMap((imageId) => [facts(imageId), ...loadsOf(pixels(imageId))]),
    );
  }, [client, queries, imageIds, index, runId, pixels]);
}

function loadsOf(resources: readonly Resource<unknown>[]): readonly Loading[] {
  return resources.map((resource) => () => resource.load());
}
