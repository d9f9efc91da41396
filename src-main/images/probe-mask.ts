import { toDecodeError } from './image-errors.ts';
import { defaultMaxPixels, type ImageLimits } from './image-file.ts';
import { openAsStored } from './open-with-sharp.ts';
import { probeImage } from './probe-image.ts';
import { readMask } from './read-mask.ts';

/** What a mask marks. Size as it is shown, of the whole file. */
export interface MaskFacts {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly marks: 'nothing' | 'some' | 'everything';
}

/** What has to be counted here, on the thread that asks, is counted up to so many pixels; larger masks mark «some». */
const mostCountedPixels = 8_000_000;

/**
 * Reads a mask file, or the part `crop` of it, and says whether it marks nothing, some or every pixel, by the rule of
 * `readMask`. Of whole files other than BMP the counting is done outside JavaScript: a mask of 100 megapixels holds
 * nothing up. Throws as `decodeImage`.
 */
export async function probeMask(
  file: string,
  { maxPixels = defaultMaxPixels, crop }: ImageLimits = {},
): Promise<MaskFacts> {
  const { widthPx, heightPx, format } = await probeImage(file, { maxPixels });
  const size = { widthPx, heightPx };
  // Of another size than its image: what it marks is of no use, and is not asked.
  if (crop !== undefined && (crop.x + crop.width > widthPx || crop.y + crop.height > heightPx)) {
    return { ...size, marks: 'some' };
  }
  if (format === 'bmp' || crop !== undefined) {
    if (widthPx * heightPx > mostCountedPixels) return { ...size, marks: 'some' };
    const { data } = await readMask(file, { maxPixels, crop });
    const hasInside = data.includes(1);
    return { ...size, marks: !hasInside ? 'nothing' : data.includes(0) ? 'some' : 'everything' };
  }
  try {
    const { channels } = await openAsStored(file, maxPixels).stats();
    // Alpha comes last and says nothing.
    const colours = channels.slice(0, channels.length >= 3 ? 3 : 1);
    if (colours.every((channel) => channel.max === 0)) return { ...size, marks: 'nothing' };
    const outsideFrom = format === 'jpeg' ? lossyOutsideFrom(colours) : 1;
    return { ...size, marks: colours.some((channel) => channel.min >= outsideFrom) ? 'everything' : 'some' };
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}

/** As in `readMask`: JPEG leaves faint traces round a black and white mask. */
function lossyOutsideFrom(colours: readonly { readonly max: number }[]): number {
  return colours.some((channel) => channel.max >= 128) ? 128 : 1;
}
