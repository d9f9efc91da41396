import { open, type FileHandle } from 'node:fs/promises';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import {
  corruptImage,
  formatMegapixels,
  imageTooLarge,
  toReadError,
  unsupportedImage,
} from './image-errors.ts';
import type { ImageRegion } from './rgb-image.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'tiff' | 'bmp';

export interface ImageLimits {
  /** Images with more pixels are refused before anything is decoded. */
  readonly maxPixels?: number;
  /** Only this part of the image; absent: all of it. One that reaches out of the image is an error. */
  readonly crop?: ImageRegion | undefined;
}

/** 160 megapixels: 480 MB as RGB, above what cameras and line scanners deliver in one file. */
export const defaultMaxPixels = 160_000_000;

/** Longest file that is read into memory; an uncompressed image of `defaultMaxPixels` at 16 bits and 3 channels fits. */
const maxFileBytes = 1_200_000_000;

/** The end mark of a JPEG or PNG lies within its last bytes, unless something was appended to the file. */
const tailBytes = 4_096;

/** Bytes that are enough for every magic number and for a BMP's header with its palette. */
const headBytes = 1_400;

const knownButUnread: readonly (readonly [RegExp, string])[] = [
  [/^GIF8/u, 'it is a GIF'],
  [/^.{4}ftyp(heic|heix|hevc|mif1|msf1)/su, 'it is an HEIC photograph'],
  [/^.{4}ftypavif/su, 'it is an AVIF image'],
  [/^\s*(<\?xml|<svg)/u, 'it is a drawing (SVG or XML), not a photograph'],
  [/^%PDF/u, 'it is a PDF document'],
  [/^.{128}DICM/su, 'it is a DICOM file, which this version does not read'],
  [/^8BPS/u, 'it is a Photoshop document'],
  [/^(II\*\0.{4}CR|.{4}ftypcrx)/su, 'it is a raw camera image'],
];

/** The format by the file's first bytes; names and extensions say nothing. */
function detectFormat(head: Uint8Array): ImageFormat | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 16)).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  if (/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/u.test(text)) return 'tiff';
  if (text.startsWith('BM')) return 'bmp';
  return null;
}

async function readAt(handle: FileHandle, length: number, start = 0): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function withFile<T>(
  file: string,
  read: (handle: FileHandle, sizeBytes: number) => Promise<T>,
): Promise<T> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw unsupportedImage(file, 'it is not a file');
    return await read(handle, stats.size);
  } catch (thrown) {
    throw thrown instanceof WorkbenchError ? thrown : toReadError(file, thrown);
  } finally {
    await handle?.close();
  }
}

function requireFormat(file: string, head: Buffer): ImageFormat {
  if (head.length === 0) throw corruptImage(file, 'it is empty');
  const format = detectFormat(head);
  if (format !== null) return format;
  const text = head.subarray(0, 200).toString('latin1');
  const known = knownButUnread.find(([pattern]) => pattern.test(text));
  throw unsupportedImage(file, known?.[1] ?? 'its content is no image format that is known here');
}

export interface ImageHead {
  readonly format: ImageFormat;
  /** The file's first bytes, at most 1,400. */
  readonly head: Buffer;
  readonly sizeBytes: number;
  /**
   * False where the file's end does not look like the end of such an image: it may be cut off, or something was
   * appended to it. Only decoding tells which.
   */
  readonly endLooksRight: boolean;
}

function hasRightEnd(format: ImageFormat, head: Buffer, tail: Buffer, sizeBytes: number): boolean {
  switch (format) {
    case 'jpeg':
      return tail.includes('\xff\xd9', 0, 'latin1');
    case 'png':
      return tail.includes('IEND', 0, 'latin1');
    case 'webp':
      return head.length >= 8 && head.readUInt32LE(4) + 8 <= sizeBytes;
    case 'tiff':
    case 'bmp':
      return true;
  }
}

/** Format and first bytes. Throws `unreadable`, `unsupported`, `corrupt-file` (empty). */
export function readImageHead(file: string): Promise<ImageHead> {
  return withFile(file, async (handle, sizeBytes) => {
    // Of a small file one look is enough.
    const isSmall = sizeBytes <= tailBytes;
    const start = await readAt(handle, isSmall ? tailBytes : headBytes);
    const head = start.subarray(0, headBytes);
    const format = requireFormat(file, head);
    const tail = isSmall ? start : await readAt(handle, tailBytes, sizeBytes - tailBytes);
    return { format, head, sizeBytes, endLooksRight: hasRightEnd(format, head, tail, sizeBytes) };
  });
}

/** The whole file. Throws as `readImageHead`, and `too-large`. */
export function readImageFile(
  file: string,
): Promise<{ readonly format: ImageFormat; readonly bytes: Buffer }> {
  return withFile(file, async (handle, sizeBytes) => {
    const format = requireFormat(file, await readAt(handle, headBytes));
    if (sizeBytes > maxFileBytes) {
      throw imageTooLarge(
        file,
        `the file has ${Math.round(sizeBytes / 1e6)} MB, at most ${maxFileBytes / 1e6} are read`,
      );
    }
    return { format, bytes: await readAt(handle, sizeBytes) };
  });
}

/** Throws `corrupt-file` for an empty image and `too-large` above the limit. */
export function checkImageSize(file: string, widthPx: number, heightPx: number, maxPixels: number): void {
  if (!(widthPx > 0 && heightPx > 0)) throw corruptImage(file, 'it says that it has no pixels');
  if (widthPx * heightPx > maxPixels) {
    throw imageTooLarge(
      file,
      `${widthPx}×${heightPx} pixels, at most ${formatMegapixels(maxPixels)} are read`,
    );
  }
}
