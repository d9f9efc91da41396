import { WorkbenchError } from '../contract/errors.ts';
import { decodeFloat16, encodeFloat16 } from './float16.ts';
import type { PatchMap } from './patch-map.ts';

/*
 * The stored form of a patch map, little-endian:
 *   bytes 0-3 «AWPM», 4 version (1), 5 element type (1: IEEE half precision), 6-7 zero, 8-11 rows, 12-15 columns,
 *   then rows·columns elements, row-major.
 */
const magic = [0x41, 0x57, 0x50, 0x4d] as const;
const version = 1;
const halfPrecision = 1;
const headerBytes = 16;
const maxSide = 4096;

function checkSides(rows: number, columns: number): void {
  const fits = (side: number) => Number.isInteger(side) && side >= 1 && side <= maxSide;
  if (!fits(rows) || !fits(columns))
    throw new RangeError(`a patch map cannot have ${rows}×${columns} patches`);
}

/** Stored form of half precision bits as the compute process sends them. Throws RangeError when sizes do not fit. */
export function packPatchMap(rows: number, columns: number, bits: Uint16Array): Uint8Array {
  checkSides(rows, columns);
  if (bits.length !== rows * columns) {
    throw new RangeError(`${rows}×${columns} patches need ${rows * columns} values, not ${bits.length}`);
  }
  const bytes = new Uint8Array(headerBytes + bits.length * 2);
  const view = new DataView(bytes.buffer);
  bytes.set([...magic, version, halfPrecision]);
  view.setUint32(8, rows, true);
  view.setUint32(12, columns, true);
  for (let i = 0; i < bits.length; i++) view.setUint16(headerBytes + 2 * i, bits[i] as number, true);
  return bytes;
}

/** Stored form of a patch map; values are rounded to half precision. */
export function encodePatchMap({ rows, columns, data }: PatchMap): Uint8Array {
  return packPatchMap(rows, columns, encodeFloat16(data));
}

/** Reads the stored form. Throws `corrupt-file` for anything that is not one, whole. */
export function decodePatchMap(bytes: Uint8Array): PatchMap {
  const damaged = (what: string) =>
    new WorkbenchError(
      'corrupt-file',
      `This anomaly map is damaged: ${what}. Run the method again on this image.`,
    );
  if (bytes.length < headerBytes || magic.some((byte, i) => bytes[i] !== byte)) {
    throw damaged('it does not begin like one');
  }
  if (bytes[4] !== version || bytes[5] !== halfPrecision) throw damaged('it is of an unknown version');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [rows, columns] = [view.getUint32(8, true), view.getUint32(12, true)];
  if (rows < 1 || columns < 1 || rows > maxSide || columns > maxSide) {
    throw damaged(`it says that it has ${rows}×${columns} patches`);
  }
  if (bytes.length !== headerBytes + rows * columns * 2) throw damaged('its length does not fit its size');
  const bits = new Uint16Array(rows * columns);
  for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(headerBytes + 2 * i, true);
  return { rows, columns, data: decodeFloat16(bits) };
}
