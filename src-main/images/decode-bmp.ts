import { corruptImage, unsupportedImage } from './image-errors.ts';
import { checkImageSize } from './image-file.ts';
import { expandRunLengths } from './bmp-run-lengths.ts';
import type { RgbImage } from './rgb-image.ts';

/* Bit fields of the masks that BMP uses where a file names none. */
const masksOf16Bit = [0x7c00, 0x03e0, 0x001f] as const;
const masksOf32Bit = [0x00ff0000, 0x0000ff00, 0x000000ff] as const;

const compressions = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

export interface BmpHeader {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly isTopDown: boolean;
  readonly bitsPerPixel: number;
  readonly compression: number;
  readonly masks: readonly [number, number, number];
  readonly paletteOffset: number;
  readonly paletteEntryBytes: 3 | 4;
  readonly paletteLength: number;
  readonly pixelOffset: number;
}

/** The header of a BMP (OS/2 1 and 2, Windows 3 to 5). `bytes` may be the file's beginning. Throws `corrupt-file`, `unsupported`. */
export function parseBmpHeader(file: string, bytes: Buffer): BmpHeader {
  const need = (length: number) => {
    if (bytes.length < length) throw corruptImage(file, 'it ends inside its header');
  };
  need(26);
  const headerBytes = bytes.readUInt32LE(14);
  const pixelOffset = bytes.readUInt32LE(10);
  if (headerBytes === 12) {
    const bitsPerPixel = bytes.readUInt16LE(24);
    if (![1, 4, 8, 24].includes(bitsPerPixel))
      throw corruptImage(file, `${bitsPerPixel} bits a pixel are not possible`);
    return {
      widthPx: bytes.readUInt16LE(18),
      heightPx: bytes.readUInt16LE(20),
      isTopDown: false,
      bitsPerPixel,
      compression: compressions.none,
      masks: masksOf32Bit,
      paletteOffset: 26,
      paletteEntryBytes: 3,
      paletteLength: bitsPerPixel <= 8 ? 1 << bitsPerPixel : 0,
      pixelOffset,
    };
  }
  if (headerBytes < 40 || headerBytes > 124) throw corruptImage(file, 'its header is of no known kind');
  need(14 + headerBytes);
  const [width, height] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const bitsPerPixel = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  const colours = bytes.readUInt32LE(46);
  const allowed: Readonly<Record<number, readonly number[]>> = {
    [compressions.none]: [1, 4, 8, 16, 24, 32],
    [compressions.rle8]: [8],
    [compressions.rle4]: [4],
    [compressions.bitFields]: [16, 32],
    [compressions.alphaBitFields]: [16, 32],
  };
  const bits = allowed[compression];
  if (bits === undefined) throw unsupportedImage(file, `it is a BMP of the rare compression ${compression}`);
  if (!bits.includes(bitsPerPixel)) throw corruptImage(file, `${bitsPerPixel} bits a pixel are not possible`);
  const hasMasks = compression === compressions.bitFields || compression === compressions.alphaBitFields;
  if (hasMasks) need(66);
  const masks: BmpHeader['masks'] = hasMasks
    ? [bytes.readUInt32LE(54), bytes.readUInt32LE(58), bytes.readUInt32LE(62)]
    : bitsPerPixel === 16
      ? masksOf16Bit
      : masksOf32Bit;
  const masksAfterHeader =
    hasMasks && headerBytes === 40 ? (compression === compressions.bitFields ? 12 : 16) : 0;
  return {
    widthPx: width,
    heightPx: Math.abs(height),
    isTopDown: height < 0,
    bitsPerPixel,
    compression,
    masks,
    paletteOffset: 14 + headerBytes + masksAfterHeader,
    paletteEntryBytes: 4,
    paletteLength: bitsPerPixel <= 8 ? Math.min(colours === 0 ? 256 : colours, 1 << bitsPerPixel) : 0,
    pixelOffset,
  };
}

/** A bit field as a shift and the 8-bit value of each of its levels. */
function makeField(mask: number): {
  readonly mask: number;
  readonly shift: number;
  readonly maximum: number;
} {
  if (mask === 0) return { mask: 0, shift: 0, maximum: 1 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { mask, shift, maximum: mask >>> shift };
}

function readBitFields(header: BmpHeader, bytes: Buffer, rowBytes: number): Uint8Array {
  const { widthPx, heightPx, bitsPerPixel } = header;
  const fields = header.masks.map(makeField);
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    const row = header.pixelOffset + y * rowBytes;
    let target = (header.isTopDown ? y : heightPx - 1 - y) * widthPx * 3;
    for (let x = 0; x < widthPx; x++) {
      const pixel = bitsPerPixel === 16 ? bytes.readUInt16LE(row + 2 * x) : bytes.readUInt32LE(row + 4 * x);
      for (const { mask, shift, maximum } of fields) {
        rgb[target++] = Math.trunc((((pixel & mask) >>> shift) * 255) / maximum);
      }
    }
  }
  return rgb;
}

function read24Bit(
  { widthPx, heightPx, isTopDown, pixelOffset }: BmpHeader,
  bytes: Buffer,
  rowBytes: number,
): Uint8Array {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    let source = pixelOffset + y * rowBytes;
    let target = (isTopDown ? y : heightPx - 1 - y) * widthPx * 3;
    for (let x = 0; x < widthPx; x++, source += 3, target += 3) {
      rgb[target] = bytes[source + 2] as number;
      rgb[target + 1] = bytes[source + 1] as number;
      rgb[target + 2] = bytes[source] as number;
    }
  }
  return rgb;
}

/** Palette indices, bottom row first as stored, one byte each. */
function readIndices(
  { widthPx, heightPx, bitsPerPixel, pixelOffset }: BmpHeader,
  bytes: Buffer,
  rowBytes: number,
): Uint8Array {
  const indices = new Uint8Array(widthPx * heightPx);
  const perByte = 8 / bitsPerPixel;
  const lowBits = (1 << bitsPerPixel) - 1;
  for (let y = 0; y < heightPx; y++) {
    const row = pixelOffset + y * rowBytes;
    for (let x = 0; x < widthPx; x++) {
      const byte = bytes[row + Math.floor(x / perByte)] as number;
      indices[y * widthPx + x] = (byte >> (8 - bitsPerPixel * ((x % perByte) + 1))) & lowBits;
    }
  }
  return indices;
}

/** Indices beyond the palette become black, as other readers have it. */
function applyPalette(header: BmpHeader, bytes: Buffer, indices: Uint8Array): Uint8Array {
  const { widthPx, heightPx, paletteOffset, paletteEntryBytes, paletteLength, isTopDown } = header;
  const palette = new Uint8Array(256 * 3);
  for (let i = 0; i < paletteLength; i++) {
    const entry = paletteOffset + i * paletteEntryBytes;
    palette.set([bytes[entry + 2] ?? 0, bytes[entry + 1] ?? 0, bytes[entry] ?? 0], i * 3);
  }
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    let target = (isTopDown ? y : heightPx - 1 - y) * widthPx * 3;
    for (let x = 0; x < widthPx; x++, target += 3) {
      const colour = (indices[y * widthPx + x] as number) * 3;
      rgb[target] = palette[colour] as number;
      rgb[target + 1] = palette[colour + 1] as number;
      rgb[target + 2] = palette[colour + 2] as number;
    }
  }
  return rgb;
}

/** Bytes of a row of plain pixels, padded to four. */
function rowBytesOf({ widthPx, bitsPerPixel }: BmpHeader): number {
  return Math.ceil((widthPx * bitsPerPixel) / 32) * 4;
}

/** Whether the pixels are run-length coded: then only decoding tells how many bytes they need. */
function hasRunLengths({ compression }: BmpHeader): boolean {
  return compression === compressions.rle8 || compression === compressions.rle4;
}

/** Throws `corrupt-file` where a file of so many bytes cannot hold its palette and pixels. */
export function checkBmpLength(file: string, header: BmpHeader, sizeBytes: number): void {
  const { widthPx, heightPx, bitsPerPixel, pixelOffset } = header;
  const paletteEnd = header.paletteOffset + header.paletteLength * header.paletteEntryBytes;
  if (paletteEnd > sizeBytes) throw corruptImage(file, 'it ends inside its palette');
  if (hasRunLengths(header)) return;
  // Some writers leave out the padding of the last row.
  const lastRowBytes = Math.ceil((widthPx * bitsPerPixel) / 8);
  if (pixelOffset + rowBytesOf(header) * (heightPx - 1) + lastRowBytes > sizeBytes) {
    throw corruptImage(file, 'it ends before its last pixel');
  }
}

/**
 * Decodes a BMP file of 1, 4, 8, 16, 24 or 32 bits, plain, with bit fields or run-length coded; alpha is dropped. The
 * header is checked against the file's length before anything is allocated. Throws `corrupt-file`, `unsupported`, `too-large`.
 */
export function decodeBmp(file: string, bytes: Buffer, maxPixels: number): RgbImage {
  const header = parseBmpHeader(file, bytes);
  const { widthPx: width, heightPx: height, bitsPerPixel, pixelOffset } = header;
  checkImageSize(file, width, height, maxPixels);
  checkBmpLength(file, header, bytes.length);
  if (hasRunLengths(header)) {
    const indices = expandRunLengths(bytes.subarray(pixelOffset), width, height, bitsPerPixel === 4 ? 4 : 8);
    if (indices === null) throw corruptImage(file, 'its run lengths do not fit its size');
    return { width, height, data: applyPalette(header, bytes, indices) };
  }
  const rowBytes = rowBytesOf(header);
  if (bitsPerPixel <= 8) {
    return { width, height, data: applyPalette(header, bytes, readIndices(header, bytes, rowBytes)) };
  }
  const data =
    bitsPerPixel === 24 ? read24Bit(header, bytes, rowBytes) : readBitFields(header, bytes, rowBytes);
  return { width, height, data };
}
