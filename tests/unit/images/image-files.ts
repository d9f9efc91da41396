import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';

/** A folder for one test file's images; `remove` it at the end. */
export function makeFolder(): { write(name: string, bytes: Uint8Array): string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'workbench-images-'));
  return {
    write(name, bytes) {
      const file = path.join(folder, name);
      writeFileSync(file, bytes);
      return file;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The error that a promise ends with; fails the test by returning what else came. */
export async function errorOf(promise: Promise<unknown>): Promise<WorkbenchError> {
  const outcome = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof WorkbenchError) return outcome;
  throw new Error(`no WorkbenchError but ${String(outcome)}`);
}

export const width = 67;
export const height = 41;

/** A gradient with some texture, RGB. */
export const pattern = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
  return [x * 3, y * 5, (x * y) % 256][i % 3]!;
});

export function sharpPattern(): Sharp {
  return sharp(pattern, { raw: { width, height, channels: 3 } });
}

export interface BmpParts {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  readonly palette?: readonly number[];
  readonly masks?: readonly number[];
  readonly pixels: Uint8Array;
}

/** A Windows 3 BMP of the given parts, exactly as said, possible or not. */
export function makeBmp({
  width,
  height,
  bits,
  compression = 0,
  palette = [],
  masks = [],
  pixels,
}: BmpParts): Buffer {
  const header = Buffer.alloc(54 + masks.length * 4 + palette.length * 4);
  header.write('BM', 0, 'latin1');
  header.writeUInt32LE(header.length + pixels.length, 2);
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length, 46);
  for (const [i, value] of [...masks, ...palette].entries()) header.writeUInt32LE(value >>> 0, 54 + 4 * i);
  return Buffer.concat([header, pixels]);
}

export interface TiffParts {
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 16 | 32;
  readonly samples: number;
  /** 1 grey (black is 0), 2 RGB, 5 CMYK. */
  readonly photometric: 1 | 2 | 5;
  /** 1 unsigned, 3 floating point. */
  readonly sampleFormat?: 1 | 3;
  readonly pixels: Uint8Array;
}

/** An uncompressed little-endian TIFF of one strip. */
export function makeTiff({
  width,
  height,
  bits,
  samples,
  photometric,
  sampleFormat = 1,
  pixels,
}: TiffParts): Buffer {
  const [short, long] = [3, 4];
  const bitsOffset = 8;
  const pixelOffset = bitsOffset + 8;
  const directory: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, samples, samples > 2 ? bitsOffset : bits],
    [259, short, 1, 1],
    [262, short, 1, photometric],
    [273, long, 1, pixelOffset],
    [277, short, 1, samples],
    [278, long, 1, height],
    [279, long, 1, pixels.length],
    [339, short, 1, sampleFormat],
  ];
  const start = pixelOffset + pixels.length + (pixels.length % 2);
  const bytes = Buffer.alloc(start + 2 + directory.length * 12 + 4);
  bytes.write('II*\0', 0, 'latin1');
  bytes.writeUInt32LE(start, 4);
  for (let i = 0; i < 4; i++) bytes.writeUInt16LE(bits, bitsOffset + 2 * i);
  bytes.set(pixels, pixelOffset);
  bytes.writeUInt16LE(directory.length, start);
  for (const [i, [tag, type, count, value]] of directory.entries()) {
    const at = start + 2 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  return bytes;
}
