import { toDecodeError } from './image-errors.ts';
import { defaultMaxPixels, readImageFile, type ImageLimits } from './image-file.ts';
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
 * `readMask`. Whole PNG, TIFF and WebP masks are compared as bytes, which holds nothing up; a coloured one counts as
 * «everything» only where no channel is 0 anywhere. Throws as `decodeImage`.
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
  if (format === 'bmp' || format === 'jpeg' || crop !== undefined) {
    if (widthPx * heightPx > mostCountedPixels) return { ...size, marks: 'some' };
    const { data } = await readMask(file, { maxPixels, crop });
    const hasInside = data.includes(1);
    return { ...size, marks: !hasInside ? 'nothing' : data.includes(0) ? 'some' : 'everything' };
  }
  const { bytes } = await readImageFile(file);
  try {
    const { space, depth } = await openAsStored(bytes, maxPixels).metadata();
    const isWide = depth === 'ushort';
    const isGrey = space === 'b-w' || space === 'grey16';
    const data = await openAsStored(bytes, maxPixels)
      .removeAlpha()
      .toColourspace(isWide ? (isGrey ? 'grey16' : 'rgb16') : isGrey ? 'b-w' : 'srgb')
      .raw({ depth: isWide ? 'ushort' : 'uchar' })
      .toBuffer();
    if (isBlank(data)) return { ...size, marks: 'nothing' };
    const samples = isWide ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
    return { ...size, marks: samples.includes(0) ? 'some' : 'everything' };
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}

const zeros = Buffer.alloc(65_536);

/** Whether all bytes are 0. */
function isBlank(data: Buffer): boolean {
  for (let start = 0; start < data.length; start += zeros.length) {
    const part = data.subarray(start, start + zeros.length);
    if (!part.equals(zeros.subarray(0, part.length))) return false;
  }
  return true;
}
