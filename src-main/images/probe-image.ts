import { checkBmpLength, parseBmpHeader } from './decode-bmp.ts';
import { decodeImage } from './decode-image.ts';
import { toDecodeError } from './image-errors.ts';
import {
  checkImageSize,
  defaultMaxPixels,
  readImageHead,
  type ImageFormat,
  type ImageLimits,
} from './image-file.ts';
import { openAsStored, requireIntegerPixels } from './open-with-sharp.ts';

export interface ImageProbe {
  /** As the image is shown: with its EXIF orientation applied. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly format: ImageFormat;
  readonly sizeBytes: number;
}

/**
 * Size and format of an image file from its header alone, by its content and not its name. Pixels that are damaged
 * further on go unnoticed here, but not that a PNG, JPEG, WebP or BMP is cut off: one whose end looks wrong is decoded.
 * Throws `unreadable`, `unsupported`, `too-large` or `corrupt-file`, nothing else.
 */
export async function probeImage(
  file: string,
  { maxPixels = defaultMaxPixels }: ImageLimits = {},
): Promise<ImageProbe> {
  const { format, head, sizeBytes, endLooksRight } = await readImageHead(file);
  if (format === 'bmp') {
    const header = parseBmpHeader(file, head);
    const { widthPx, heightPx } = header;
    checkImageSize(file, widthPx, heightPx, maxPixels);
    checkBmpLength(file, header, sizeBytes);
    return { widthPx, heightPx, format, sizeBytes };
  }
  try {
    const metadata = await openAsStored(file, maxPixels).metadata();
    requireIntegerPixels(file, metadata);
    const { width: widthPx, height: heightPx } = metadata.autoOrient;
    checkImageSize(file, widthPx, heightPx, maxPixels);
    if (!endLooksRight) await decodeImage(file, { maxPixels });
    return { widthPx, heightPx, format, sizeBytes };
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}
