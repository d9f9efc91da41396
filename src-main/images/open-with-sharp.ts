import sharp, { type Metadata, type Sharp } from 'sharp';
import { unsupportedImage } from './image-errors.ts';

// libvips remembers results by file name: a file that was replaced would keep its old pixels, and stay open on Windows.
sharp.cache(false);

/**
 * Opens an image as Pillow sees it: no colour management, first page only, damage is an error. `error` and not
 * `warning`: libpng warns of colour profiles that have nothing to do with the pixels.
 */
export function openAsStored(source: Buffer | string, maxPixels: number): Sharp {
  return sharp(source, { failOn: 'error', limitInputPixels: maxPixels, ignoreIcc: true, pages: 1 });
}

/** Opens an image for people to look at: its colour profile is applied, orientation too. */
export function openForDisplay(source: Buffer | string, maxPixels: number): Sharp {
  return sharp(source, { failOn: 'error', limitInputPixels: maxPixels, pages: 1 }).autoOrient().removeAlpha();
}

/** Pixels in memory as an input of sharp. */
export function openPixels(data: Uint8Array, width: number, height: number): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Throws `unsupported` for pixels whose range the file does not say: no scaling of them would be right. */
export function requireIntegerPixels(file: string, { depth }: Metadata): void {
  if (depth !== undefined && !['uchar', 'ushort'].includes(depth)) {
    throw unsupportedImage(file, `its pixels are of type «${depth}», only 8 and 16 bit ones are read`);
  }
}
