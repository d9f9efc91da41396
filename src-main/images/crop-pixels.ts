import { corruptImage } from './image-errors.ts';
import type { ImageRegion } from './rgb-image.ts';

interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Throws `corrupt-file` for a part that reaches out of the image: the file is another one than when it was imported. */
export function requireInside(
  file: string,
  crop: ImageRegion,
  image: { readonly width: number; readonly height: number },
): void {
  if (crop.x + crop.width <= image.width && crop.y + crop.height <= image.height) return;
  throw corruptImage(
    file,
    `it has ${image.width}×${image.height} pixels, too few for the part at ${crop.x}, ${crop.y} of ${crop.width}×${crop.height}; it was replaced since it was imported`,
  );
}

/** A part of a row-major raster of `channels` bytes a pixel, copied. Throws as `requireInside`. */
export function cropPixels(file: string, image: Raster, channels: number, crop: ImageRegion): Raster {
  requireInside(file, crop, image);
  const data = new Uint8Array(crop.width * crop.height * channels);
  for (let row = 0; row < crop.height; row++) {
    const start = ((crop.y + row) * image.width + crop.x) * channels;
    data.set(image.data.subarray(start, start + crop.width * channels), row * crop.width * channels);
  }
  return { width: crop.width, height: crop.height, data };
}
