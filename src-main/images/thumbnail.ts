import sharp, { type Sharp } from 'sharp';
import { mostGrey, type GreyWindow } from '../../src-shared/contract/asset-paths.ts';
import { decodeBmp } from './decode-bmp.ts';
import { toDecodeError } from './image-errors.ts';
import { defaultMaxPixels, readImageFile, readImageHead, type ImageLimits } from './image-file.ts';
import { openPart } from './open-part.ts';
import { openForDisplay, openPixels } from './open-with-sharp.ts';
import { readWideSamples, type WideSamples } from './wide-samples.ts';

const jpegQuality = 80;

interface ThumbnailOptions extends ImageLimits {
  /** Which grey values are shown from black to white; absent: all. */
  readonly levels?: GreyWindow | undefined;
}

/**
 * A JPEG whose longer side has at most `sizePx` pixels; smaller images keep their size. With `levels`, every grey
 * value of a 16-bit image is looked at: of its upper 8 bits a narrow window would leave a few steps. Throws as
 * `decodeImage`.
 */
export async function makeThumbnail(
  file: string,
  sizePx: number,
  { maxPixels = defaultMaxPixels, crop, levels }: ThumbnailOptions = {},
): Promise<Buffer> {
  const wide = levels === undefined ? null : await readWideSamples(file, { maxPixels, crop });
  const { format } = await readImageHead(file);
  try {
    let image;
    if (wide !== null && levels !== undefined) {
      image = openWindowed(wide, levels);
    } else if (crop !== undefined) {
      image = await openPart(file, format, crop, maxPixels);
    } else if (format === 'bmp') {
      const { bytes } = await readImageFile(file);
      const { data, width, height } = decodeBmp(file, bytes, maxPixels);
      image = openPixels(data, width, height);
    } else {
      image = openForDisplay(file, maxPixels);
    }
    const small = image.resize({ width: sizePx, height: sizePx, fit: 'inside', withoutEnlargement: true });
    const shown = wide === null && levels !== undefined ? await applyLevels(small, levels) : small;
    return await shown.toColourspace('srgb').jpeg({ quality: jpegQuality }).toBuffer();
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}

/** Black at `level - window / 2`, white at `level + window / 2`, in proportion between: as the viewer paints them. */
function openWindowed({ width, height, data }: WideSamples, { level, window }: GreyWindow): Sharp {
  const low = level - window / 2;
  const greys = new Uint8Array(mostGrey + 1);
  for (let value = 0; value <= mostGrey; value++)
    greys[value] = Math.round(255 * Math.min(1, Math.max(0, (value - low) / window)));
  const samples = new Uint16Array(data.buffer, data.byteOffset, width * height);
  const shown = new Uint8Array(samples.length);
  for (const [place, value] of samples.entries()) shown[place] = greys[value] ?? 0;
  return sharp(shown, { raw: { width, height, channels: 1 } });
}

/** The same of 8 bits a channel: their steps are 257 of 65,535. */
async function applyLevels(image: Sharp, { level, window }: GreyWindow): Promise<Sharp> {
  const { data, info } = await image
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const slope = mostGrey / window;
  const low = (level - window / 2) / mostGrey;
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels } }).linear(slope, -255 * slope * low);
}
