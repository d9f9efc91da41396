import { checkBmpLength, parseBmpHeader } from './decode-bmp.ts';
import { decodeImage } from './decode-image.ts';
import { corruptImage, toDecodeError } from './image-errors.ts';
import {
  checkImageSize,
  defaultMaxPixels,
  readImageHead,
  type ImageFormat,
  type ImageLimits,
} from './image-file.ts';
import { openAsStored, requireIntegerPixels } from './open-with-sharp.ts';
import { readPlainPngSize } from './png-header.ts';
import { readTiffExtent } from './tiff-extent.ts';

export interface ImageProbe {
  /** As the image is shown: with its EXIF orientation applied. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly format: ImageFormat;
  readonly sizeBytes: number;
  /** Pages or frames, where there are several; the first is the one that is read. */
  readonly pages?: number;
}

/**
 * Size and format of an image file from its header alone, by its content and not its name. Pixels that are damaged
 * further on go unnoticed here, but not that it is cut off: one whose end looks wrong is decoded.
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
  const plain = format === 'png' ? readPlainPngSize(head) : null;
  if (plain !== null) {
    checkImageSize(file, plain.widthPx, plain.heightPx, maxPixels);
    if (!endLooksRight) await decodeImage(file, { maxPixels });
    return { ...plain, format, sizeBytes };
  }
  try {
    const metadata = await openAsStored(file, maxPixels).metadata();
    requireIntegerPixels(file, metadata);
    const { width: widthPx, height: heightPx } = metadata.autoOrient;
    checkImageSize(file, widthPx, heightPx, maxPixels);
    if (format === 'tiff' && ((await readTiffExtent(file)) ?? 0) > sizeBytes) {
      throw corruptImage(file, 'it ends before its last pixel');
    }
    if (!endLooksRight) await decodeImage(file, { maxPixels });
    const { pages = 1 } = metadata;
    return { widthPx, heightPx, format, sizeBytes, ...(pages > 1 ? { pages } : {}) };
  } catch (cause) {
    throw toDecodeError(file, cause, maxPixels);
  }
}
