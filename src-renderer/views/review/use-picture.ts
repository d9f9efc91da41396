import { useEffect, useMemo, useState } from 'react';
import { imageResource, thumbnailResource, type DecodedImage } from '../../canvas/load-image.ts';
import { useResource, type Loaded } from '../../canvas/use-resource.ts';
import {
  paintWideSamples,
  wideSamplesResource,
  type Levels,
  type WideSamples,
} from '../../canvas/wide-samples.ts';
import { useOverlayStore } from '../../state/overlay.ts';

/** Only these formats hold 16 bits a channel. */
const wideFormats = /\.(png|tiff?)(#[^/]*)?$/i;

/** Every grey value of a 16-bit image while it is wanted; `narrow`: it has 8 bits or colours. */
export function useWideSamples(
  imageId: number,
  path: string | null,
  isWanted: boolean,
): Loaded<WideSamples | 'narrow'> {
  const mayBeWide = path !== null && wideFormats.test(path);
  const samples = useResource(isWanted && mayBeWide ? wideSamplesResource(imageId) : null);
  return path !== null && !mayBeWide ? { value: 'narrow', error: null } : samples;
}

/** Most pictures come before that; making a thumbnail first would only keep them waiting. */
const standInAfterMs = 120;

/** Whether the picture of an image takes so long that its thumbnail stands in for it. */
function useIsLate(imageId: number, isThere: boolean): boolean {
  const [lateId, setLateId] = useState<number | null>(null);
  useEffect(() => {
    if (isThere) return undefined;
    const timer = setTimeout(() => {
      setLateId(imageId);
    }, standInAfterMs);
    return () => {
      clearTimeout(timer);
    };
  }, [imageId, isThere]);
  return !isThere && lateId === imageId;
}

export interface Picture {
  /** The image itself, decoded; undefined while it loads. */
  readonly image: DecodedImage | undefined;
  /** The image, or its thumbnail until it is there. */
  readonly whole: DecodedImage | null;
  /** What is drawn: the image, or its 16 bits in the chosen window. */
  readonly shown: DecodedImage | HTMLCanvasElement | null;
  /** Window and level that are left to a filter on the canvas; null: none. */
  readonly filter: Levels | null;
  /** The greatest grey value that the file can hold; null while it is not known, or nobody asks. */
  readonly max: number | null;
  readonly error: unknown;
}

/**
 * The picture by window and level: 8 bits by a filter on the canvas; of a 16-bit image every grey value is read and laid
 * out, since the browser's picture of it has 256 left.
 */
export function usePicture(imageId: number, path: string | null): Picture {
  const level = useOverlayStore(({ overlay }) => overlay.level);
  const window = useOverlayStore(({ overlay }) => overlay.window);
  const picture = useResource(imageResource(imageId));
  const isLate = useIsLate(imageId, picture.value !== undefined);
  const thumbnail = useResource(isLate ? thumbnailResource(imageId, 256) : null);
  const isNarrowed = window < 1 || level !== 0.5;
  const samples = useWideSamples(imageId, path, isNarrowed);
  const wide = samples.value === 'narrow' ? null : (samples.value ?? null);
  const canvas = useMemo(() => {
    if (wide === null || !isNarrowed) return null;
    const made = document.createElement('canvas');
    paintWideSamples(wide, { level, window }, made);
    return made;
  }, [wide, isNarrowed, level, window]);
  const filter = useMemo(
    () => (isNarrowed && canvas === null ? { level, window } : null),
    [isNarrowed, canvas, level, window],
  );
  const whole = picture.value ?? thumbnail.value ?? null;
  return {
    image: picture.value,
    whole,
    shown: canvas ?? whole,
    filter,
    max: samples.value === undefined ? null : samples.value === 'narrow' ? 255 : 65_535,
    error: picture.error ?? samples.error,
  };
}
