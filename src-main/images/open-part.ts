import type { Sharp } from 'sharp';
import { cropPixels, requireInside } from './crop-pixels.ts';
import { decodeBmp } from './decode-bmp.ts';
import { readImageFile, type ImageFormat } from './image-file.ts';
import { openAsStored, openForDisplay, openPixels } from './open-with-sharp.ts';
import type { ImageRegion } from './rgb-image.ts';

/** A part of an image file, opened for people to look at. Throws as `decodeImage`. */
export async function openPart(
  file: string,
  format: ImageFormat,
  crop: ImageRegion,
  maxPixels: number,
): Promise<Sharp> {
  if (format === 'bmp') {
    const { bytes } = await readImageFile(file);
    const part = cropPixels(file, decodeBmp(file, bytes, maxPixels), 3, crop);
    return openPixels(part.data, part.width, part.height);
  }
  const { autoOrient } = await openAsStored(file, maxPixels).metadata();
  requireInside(file, crop, autoOrient);
  const { x: left, y: top, width, height } = crop;
  return openForDisplay(file, maxPixels).extract({ left, top, width, height });
}
