import { decodeBmp } from './decode-bmp.ts';
import { toDecodeError } from './image-errors.ts';
import { defaultMaxPixels, readImageFile, readImageHead, type ImageLimits } from './image-file.ts';
import { openPart } from './open-part.ts';
import { openForDisplay, openPixels } from './open-with-sharp.ts';

const jpegQuality = 80;

/**
 * A JPEG whose longer side has at most `sizePx` pixels; smaller images keep their size. Throws as `decodeImage`.
 */
export async function makeThumbnail(
  file: string,
  sizePx: number,
  { maxPixels = defaultMaxPixels, crop }: ImageLimits = {},
): Promise<Buffer> {
  const { format } = await readImageHead(file);
  try {
    let image;
    if (crop !== undefined) {
      image = await openPart(file, format, crop, maxPixels);
    } else if (format === 'bmp') {
      const { bytes } = await readImageFile(file);
      const { data, width, height } = decodeBmp(file, bytes, maxPixels);
      image = openPixels(data, width, height);
    } else {
      image = openForDisplay(file, maxPixels);
    }
    return await image
      .resize({ width: sizePx, height: sizePx, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .jpeg({ quality: jpegQuality })
      .toBuffer();
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}
