import { useEffect } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { imageResource } from '../../canvas/load-image.ts';
import { loadInTurn } from '../../canvas/load-in-turn.ts';
import { pixelMapResource } from '../../canvas/pixel-map.ts';

const aheadCount = 2;

/** Makes the next two images and the one before ready, with their maps in every pane, once the shown one is there. */
export function useComparePreload(runs: readonly Run[], imageIds: readonly number[], index: number): void {
  useEffect(() => {
    const near = [
      ...imageIds.slice(index + 1, index + 1 + aheadCount),
      ...imageIds.slice(Math.max(0, index - 1), index),
    ];
    const pixels = (imageId: number) => [
      () => imageResource(imageId).load(),
      ...runs.map(
        ({ id, rendering }) =>
          () =>
            pixelMapResource(id, imageId, rendering).load(),
      ),
    ];
    const shownId = imageIds[index];
    return loadInTurn(shownId === undefined ? [] : pixels(shownId), near.flatMap(pixels));
  }, [runs, imageIds, index]);
}
