import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { RgbImage } from './rgb-image.ts';

export interface CropRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A part of an image, in its own pixels. Throws `corrupt-file` naming `path` where the part does not lie within the image. */
export function cropImage(image: RgbImage, { x, y, width, height }: CropRectangle, path: string): RgbImage {
  if (x < 0 || y < 0 || width < 1 || height < 1 || x + width > image.width || y + height > image.height)
    throw new WorkbenchError(
      'corrupt-file',
      `${path} has ${image.width}×${image.height} pixels, so the part of ${width}×${height} at ${x}, ${y} is not in it. Put the original file back or import the data set again.`,
    );
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}
