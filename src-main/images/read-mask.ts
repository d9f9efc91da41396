import sharp from 'sharp';
import { cropPixels } from './crop-pixels.ts';
import { decodeImage } from './decode-image.ts';
import { toDecodeError } from './image-errors.ts';
import {
  checkImageSize,
  defaultMaxPixels,
  readImageFile,
  readImageHead,
  type ImageLimits,
} from './image-file.ts';
import { openAsStored } from './open-with-sharp.ts';

/** A binary mask, row-major, 1 where anomalous. */
export interface MaskRaster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** All samples of a 16-bit mask: label images count 1, 2, 3, which 8 bits would lose. Null for other depths. */
async function read16BitMask(file: string, maxPixels: number): Promise<MaskRaster | null> {
  const { format, bytes } = await readImageFile(file);
  if (format === 'bmp') return null;
  try {
    const { depth, space, autoOrient } = await openAsStored(bytes, maxPixels).metadata();
    if (depth !== 'ushort') return null;
    checkImageSize(file, autoOrient.width, autoOrient.height, maxPixels);
    const { data, info } = await openAsStored(bytes, maxPixels)
      .autoOrient()
      .toColourspace(space === 'grey16' ? 'grey16' : 'rgb16')
      .removeAlpha()
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const samples = new Uint16Array(data.buffer, data.byteOffset, width * height * channels);
    const mask = new Uint8Array(width * height);
    for (let i = 0; i < samples.length; i++) if (samples[i]) mask[Math.floor(i / channels)] = 1;
    return { width, height, data: mask };
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}

/**
 * Reads a mask image: grey above 0 is anomalous (methods.md §9), colours are weighed as Pillow's convert("L") does, any
 * level of a 16-bit image above 0 counts. A JPEG that reaches the upper half of the greys is a black and white mask with
 * the traces of its compression round every edge: there the upper half is anomalous. Throws as `decodeImage`.
 */
export async function readMask(
  file: string,
  { maxPixels = defaultMaxPixels, crop }: ImageLimits = {},
): Promise<MaskRaster> {
  const wide = await read16BitMask(file, maxPixels);
  if (wide !== null) return crop === undefined ? wide : cropPixels(file, wide, 1, crop);
  const { format } = await readImageHead(file);
  const { width, height, data: rgb } = await decodeImage(file, { maxPixels, crop });
  const grey = new Uint8Array(width * height);
  let brightest = 0;
  for (let i = 0, source = 0; i < grey.length; i++, source += 3) {
    // ITU-R 601 luma in 16-bit fixed point, rounded, as in Pillow's L24 macro.
    const level =
      ((rgb[source] as number) * 19_595 +
        (rgb[source + 1] as number) * 38_470 +
        (rgb[source + 2] as number) * 7_471 +
        0x8000) >>
      16;
    if (level > brightest) brightest = level;
    grey[i] = level;
  }
  const insideFrom = format === 'jpeg' && brightest >= 128 ? 128 : 1;
  for (let i = 0; i < grey.length; i++) grey[i] = (grey[i] as number) >= insideFrom ? 1 : 0;
  return { width, height, data: grey };
}

/** A mask as a browser shows it: one-channel PNG, 255 where anomalous. Throws as `readMask`. */
export async function makeMaskPng(file: string, limits: ImageLimits = {}): Promise<Buffer> {
  return await encodeMaskPng(await readMask(file, limits));
}

export async function encodeMaskPng({ width, height, data }: MaskRaster): Promise<Buffer> {
  return await sharp(
    data.map((inside) => inside * 255),
    { raw: { width, height, channels: 1 } },
  )
    .toColourspace('b-w')
    .png({ compressionLevel: 3 })
    .toBuffer();
}
