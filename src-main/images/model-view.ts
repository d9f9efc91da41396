import { decodeImage } from './decode-image.ts';
import type { ImageLimits } from './image-file.ts';
import { openPixels } from './open-with-sharp.ts';
import { resizeBicubic } from './resize-bicubic.ts';

/**
 * The square that a model is given instead of an image, as PNG, sample for sample what the scan computes on: 8-bit RGB,
 * stretched to sizePx×sizePx as Pillow does it (methods.md §1). Throws as `decodeImage`.
 */
export async function makeModelView(file: string, sizePx: number, limits: ImageLimits = {}): Promise<Buffer> {
  const square = resizeBicubic(await decodeImage(file, limits), sizePx, sizePx);
  return await openPixels(square.data, sizePx, sizePx).png({ compressionLevel: 1 }).toBuffer();
}
