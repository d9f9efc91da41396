import { crc32 } from 'node:zlib';

/** Bit depths that a colour type may have (PNG specification, table 11.1). */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * The size of a PNG from its first bytes, an order of magnitude faster than opening it; null wherever anything is not
 * plain: a damaged or unusual header, an EXIF orientation, or pixels that begin after these bytes.
 */
export function readPlainPngSize(head: Buffer): { widthPx: number; heightPx: number } | null {
  const [start, end] = [8, 33];
  if (head.length < end || head.readUInt32BE(start) !== 13) return null;
  if (head.toString('latin1', 12, 16) !== 'IHDR' || crc32(head.subarray(12, 29)) !== head.readUInt32BE(29))
    return null;
  const [depth = 0, colour = 0, compression, filter, interlace = 9] = head.subarray(24, 29);
  if (depths[colour]?.includes(depth) !== true || compression !== 0 || filter !== 0 || interlace > 1)
    return null;
  let at = end;
  while (at + 8 <= head.length) {
    const type = head.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') return { widthPx: head.readUInt32BE(16), heightPx: head.readUInt32BE(20) };
    if (type === 'eXIf' || type === 'IEND') return null;
    at += 12 + head.readUInt32BE(at);
  }
  return null;
}
