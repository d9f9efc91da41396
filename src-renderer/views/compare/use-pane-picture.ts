import { useMemo } from 'react';
import { imageResource, modelViewResource, thumbnailResource } from '../../canvas/load-image.ts';
import { useResource } from '../../canvas/use-resource.ts';
import { paintWideSamples, wideSamplesResource, type Levels } from '../../canvas/wide-samples.ts';
import { useOverlayStore } from '../../state/overlay.ts';

interface PanePicture {
  readonly picture: HTMLImageElement | HTMLCanvasElement | null;
  /** The image itself or its thumbnail: what its size can be read from. */
  readonly whole: HTMLImageElement | null;
  /** Window and level that are left to the stage; null where the picture has them already, or all greys are shown. */
  readonly levels: Levels | null;
  readonly error: unknown;
}

/** What a pane draws: the image, its grey values in the chosen window, or the square that the run's model was given. */
export function usePanePicture(runId: number, imageId: number): PanePicture {
  const { modelView, level, window } = useOverlayStore((state) => state.overlay);
  const isNarrowed = window < 1 || level !== 0.5;
  const image = useResource(imageResource(imageId));
  const thumbnail = useResource(image.value ? null : thumbnailResource(imageId, 256));
  const square = useResource(modelView ? modelViewResource(runId, imageId) : null);
  const samples = useResource(isNarrowed && !modelView ? wideSamplesResource(imageId) : null);
  const wide = samples.value === 'narrow' ? null : (samples.value ?? null);
  const canvas = useMemo(() => {
    if (wide === null || !isNarrowed) return null;
    const made = document.createElement('canvas');
    paintWideSamples(wide, { level, window }, made);
    return made;
  }, [wide, isNarrowed, level, window]);
  const levels = useMemo(
    () => (isNarrowed && canvas === null ? { level, window } : null),
    [isNarrowed, canvas, level, window],
  );
  const whole = image.value ?? thumbnail.value ?? null;
  return {
    picture: modelView ? (square.value ?? null) : (canvas ?? whole),
    whole,
    levels,
    error: image.error ?? square.error ?? samples.error,
  };
}
