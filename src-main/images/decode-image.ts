import { decodeBmp } from './decode-bmp.ts';
import { toDecodeError } from './image-errors.ts';
import { cropPixels } from './crop-pixels.ts';
import { checkImageSize, defaultMaxPixels, readImageFile, type ImageLimits } from './image-file.ts';
import { openAsStored, requireIntegerPixels } from './open-with-sharp.ts';
import type { RgbImage } from './rgb-image.ts';

/** CMYK without a profile, as Pillow's `convert("RGB")` has it: (255 - K)·(255 - ink)/255. */
function cmykToRgb(cmyk: Uint8Array, area: number, channels: number): Uint8Array {
  const rgb = new Uint8ClampedArray(area * 3);
  for (let i = 0; i < area; i++) {
    const light = 255 - (cmyk[i * channels + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      const product = (cmyk[i * channels + channel] as number) * light + 128;
      rgb[i * 3 + channel] = light - (((product >> 8) + product) >> 8);
    }
  }
  return new Uint8Array(rgb.buffer);
}

/** 1 (grey), 2 (grey, alpha), 3 or 4 (RGB, alpha) channels to RGB; alpha is dropped, colours stay as stored. */
function pickRgb(data: Uint8Array, area: number, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array(area * 3);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let i = 0, source = 0, target = 0; i < area; i++, source += channels, target += 3) {
    rgb[target] = data[source] as number;
    rgb[target + 1] = data[source + green] as number;
    rgb[target + 2] = data[source + blue] as number;
  }
  return rgb;
}

async function decodeBySharp(file: string, bytes: Buffer, maxPixels: number): Promise<RgbImage> {
  try {
    const metadata = await openAsStored(bytes, maxPixels).metadata();
    requireIntegerPixels(file, metadata);
    const { width, height } = metadata.autoOrient;
    checkImageSize(file, width, height, maxPixels);
    const image = openAsStored(bytes, maxPixels).autoOrient();
    if (metadata.space === 'cmyk') {
      const { data, info } = await image
        .pipelineColourspace('cmyk')
        .toColourspace('cmyk')
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { width, height, data: cmykToRgb(data, info.width * info.height, info.channels) };
    }
    const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      data: pickRgb(data, info.width * info.height, info.channels),
    };
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}

/**
 * Decodes a PNG, JPEG, WebP, TIFF or BMP file, whatever its name, to 8-bit RGB as Pillow's `convert("RGB")` does
 * (methods.md §1): grey is repeated, palettes are looked up, alpha is dropped without compositing, colour profiles are
 * not applied. EXIF orientation is. Of 16 bits the upper 8 are kept (0-65535 becomes 0-255), grey and colour alike, so
 * that one scale holds for all files of a set. Of several pages or frames the first is read.
 * Throws `unreadable`, `unsupported`, `too-large` or `corrupt-file`, a truncated file included.
 */
export async function decodeImage(
  file: string,
  { maxPixels = defaultMaxPixels, crop }: ImageLimits = {},
): Promise<RgbImage> {
  const { format, bytes } = await readImageFile(file);
  const image =
    format === 'bmp' ? decodeBmp(file, bytes, maxPixels) : await decodeBySharp(file, bytes, maxPixels);
  return crop === undefined ? image : cropPixels(file, image, 3, crop);
}
