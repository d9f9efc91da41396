import { useCallback, useLayoutEffect } from 'react';
import { histogramOfPicture, histogramOfSamples, levelsOfImage } from '../../canvas/levels.ts';
import { imageResource } from '../../canvas/load-image.ts';
import { wideSamplesResource } from '../../canvas/wide-samples.ts';
import { useOverlayStore, wholeRange } from '../../state/overlay.ts';

/** A function that sets window and level to the grey values that the shown image has. */
export function useLevelsOfImage(imageId: number | null): () => void {
  return useCallback(() => {
    if (imageId === null) return;
    const measure = async () => {
      const samples = await wideSamplesResource(imageId).load();
      return samples === 'narrow'
        ? histogramOfPicture(await imageResource(imageId).load())
        : histogramOfSamples(samples);
    };
    measure().then(
      (histogram) => {
        useOverlayStore.getState().change(levelsOfImage(histogram, 0));
      },
      // An image that cannot be read says so itself.
      () => undefined,
    );
  }, [imageId]);
}

/** Window and level begin anew with another data set: another camera has other grey values. */
export function useLevelsOfDataset(datasetId: number): void {
  useLayoutEffect(() => {
    const { overlay, change } = useOverlayStore.getState();
    if (overlay.levelsOf !== datasetId) change({ ...wholeRange, levelsOf: datasetId });
  }, [datasetId]);
}
