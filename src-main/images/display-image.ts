import { toDecodeError } from './image-errors.ts';
import { defaultMaxPixels, readImageHead, type ImageFormat, type ImageLimits } from './image-file.ts';
import { openPart } from './open-part.ts';
import { openAsStored, openForDisplay } from './open-with-sharp.ts';

/** What a browser is to be given: the file as it is, or bytes made from it. */
export type DisplayImage =
  | { readonly kind: 'file'; readonly contentType: string }
  | { readonly kind: 'bytes'; readonly contentType: 'image/png'; readonly bytes: Buffer };

const browserContentTypes: Readonly<Record<Exclude<ImageFormat, 'tiff'>, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  bmp: 'image/bmp',
};

/** Not every browser turns PNG and WebP by their EXIF orientation, as all do with JPEG. */
async function needsTurning(file: string, format: ImageFormat, maxPixels: number): Promise<boolean> {
  if (format !== 'png' && format !== 'webp') return false;
  const { orientation = 1 } = await openAsStored(file, maxPixels).metadata();
  return orientation > 1;
}

/** How an image file can be shown in a browser; TIFF and parts of files become PNG of 8 bits. Throws as `decodeImage`. */
export async function makeDisplayImage(
  file: string,
  { maxPixels = defaultMaxPixels, crop }: ImageLimits = {},
): Promise<DisplayImage> {
  const { format } = await readImageHead(file);
  try {
    if (crop !== undefined) {
      const part = await openPart(file, format, crop, maxPixels);
      return {
        kind: 'bytes',
        contentType: 'image/png',
        bytes: await part.toColourspace('srgb').png({ compressionLevel: 1 }).toBuffer(),
      };
    }
    if (format !== 'tiff' && !(await needsTurning(file, format, maxPixels))) {
      return { kind: 'file', contentType: browserContentTypes[format] };
    }
    const image = openForDisplay(file, maxPixels).toColourspace('srgb');
    // Least effort: the bytes go to a window on the same machine.
    return {
      kind: 'bytes',
      contentType: 'image/png',
      bytes: await image.png({ compressionLevel: 1 }).toBuffer(),
    };
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}
