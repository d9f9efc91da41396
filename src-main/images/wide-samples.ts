import { cropPixels } from './crop-pixels.ts';
import { toDecodeError } from './image-errors.ts';
import { checkImageSize, defaultMaxPixels, readImageFile, type ImageLimits } from './image-file.ts';
import { openAsStored } from './open-with-sharp.ts';

/** One channel of 16 bits, row-major, as bytes in the machine's order: little-endian wherever this runs. */
export interface WideSamples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Every grey value of a 16-bit grey image, which no browser shows; null for other images. Throws as `decodeImage`. */
export async function readWideSamples(
  file: string,
  { maxPixels = defaultMaxPixels, crop }: ImageLimits = {},
): Promise<WideSamples | null> {
  const { format, bytes } = await readImageFile(file);
  if (format !== 'png' && format !== 'tiff') return null;
  try {
    const { depth, space, autoOrient } = await openAsStored(bytes, maxPixels).metadata();
    if (depth !== 'ushort' || space !== 'grey16') return null;
    checkImageSize(file, autoOrient.width, autoOrient.height, maxPixels);
    const { data, info } = await openAsStored(bytes, maxPixels)
      .autoOrient()
      .toColourspace('grey16')
      .removeAlpha()
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const whole = { width, height, data: new Uint8Array(data) };
    return crop === undefined ? whole : cropPixels(file, whole, 2, crop);
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}

/** Width and height (uint32), then the samples (uint16), all little-endian; both sides 0 where there are none. */
export function encodeWideSamples(samples: WideSamples | null): Uint8Array {
  if (samples === null) return new Uint8Array(8);
  const { width, height, data } = samples;
  const bytes = new Uint8Array(8 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width, true);
  view.setUint32(4, height, true);
  bytes.set(data, 8);
  return bytes;
}
