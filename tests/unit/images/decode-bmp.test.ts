import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { decodeBmp } from '../../../src-main/images/decode-bmp.ts';
import { makeBmp, type BmpParts } from './image-files.ts';

const limit = 1_000_000;
const decode = (parts: BmpParts) => decodeBmp('part.bmp', makeBmp(parts), limit);
const rows = (data: Uint8Array) =>
  Array.from({ length: data.length / 3 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)]);
const [black, red, white] = [
  [0, 0, 0],
  [255, 0, 0],
  [255, 255, 255],
];
const palette = [0x000000, 0xff0000, 0xffffff];

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof WorkbenchError ? error.code : `not ours: ${String(error)}`;
  }
  return 'nothing thrown';
}

describe('BMP', () => {
  test('24 bits are read bottom row first, top row first where the height is negative', () => {
    const pixels = Uint8Array.of(0, 0, 255, 255, 255, 255, 0, 0, 9, 9, 9, 9, 9, 9, 0, 0);
    expect(rows(decode({ width: 2, height: 2, bits: 24, pixels }).data)).toEqual([
      [9, 9, 9],
      [9, 9, 9],
      red,
      white,
    ]);
    expect(rows(decode({ width: 2, height: -2, bits: 24, pixels }).data)).toEqual([
      red,
      white,
      [9, 9, 9],
      [9, 9, 9],
    ]);
  });

  test('1, 4 and 8 bit indices are looked up, odd widths included', () => {
    const one = decode({
      width: 3,
      height: 1,
      bits: 1,
      palette: [0, 0xff0000],
      pixels: Uint8Array.of(0b01000000, 0, 0, 0),
    });
    expect(rows(one.data)).toEqual([black, red, black]);
    const four = decode({ width: 3, height: 1, bits: 4, palette, pixels: Uint8Array.of(0x12, 0x00, 0, 0) });
    expect(rows(four.data)).toEqual([red, white, black]);
    const eight = decode({ width: 3, height: 1, bits: 8, palette, pixels: Uint8Array.of(2, 1, 77, 0) });
    expect(rows(eight.data)).toEqual([white, red, black]);
  });

  test('16 bits have 5 each, or what the bit fields say; alpha is dropped from 32', () => {
    const rgb555 = decode({ width: 2, height: 1, bits: 16, pixels: Uint8Array.of(0x00, 0x7c, 0xff, 0x7f) });
    expect(rows(rgb555.data)).toEqual([red, white]);
    const masks = [0xf800, 0x07e0, 0x001f];
    const rgb565 = decode({
      width: 2,
      height: 1,
      bits: 16,
      compression: 3,
      masks,
      pixels: Uint8Array.of(0x00, 0xf8, 0xff, 0xff),
    });
    expect(rows(rgb565.data)).toEqual([red, white]);
    const bgra = decode({ width: 1, height: 1, bits: 32, pixels: Uint8Array.of(3, 2, 1, 0) });
    expect(rows(bgra.data)).toEqual([[1, 2, 3]]);
    const high = [0xff000000, 0x00ff0000, 0x0000ff00];
    const rgba = decode({
      width: 1,
      height: 1,
      bits: 32,
      compression: 3,
      masks: high,
      pixels: Uint8Array.of(0, 3, 2, 1),
    });
    expect(rows(rgba.data)).toEqual([[1, 2, 3]]);
  });

  test('run lengths of 8 and 4 bits, with literals, ends of rows and jumps', () => {
    const eight = Uint8Array.of(2, 1, 0, 0, 0, 3, 0, 1, 2, 0, 0, 1);
    expect(
      rows(decode({ width: 3, height: 2, bits: 8, compression: 1, palette, pixels: eight }).data),
    ).toEqual([black, red, white, red, red, black]);
    const four = Uint8Array.of(3, 0x12, 0, 0, 0, 2, 1, 0, 1, 0x10, 0, 1);
    expect(
      rows(decode({ width: 3, height: 2, bits: 4, compression: 2, palette, pixels: four }).data),
    ).toEqual([black, red, black, red, white, red]);
  });

  test.each<[string, string, BmpParts]>([
    [
      '100,000×100,000 pixels',
      'too-large',
      { width: 100_000, height: 100_000, bits: 24, pixels: new Uint8Array(9) },
    ],
    ['no width', 'corrupt-file', { width: 0, height: 3, bits: 24, pixels: new Uint8Array(9) }],
    ['a negative width', 'corrupt-file', { width: -3, height: 3, bits: 24, pixels: new Uint8Array(9) }],
    ['a cut row', 'corrupt-file', { width: 2, height: 2, bits: 24, pixels: new Uint8Array(13) }],
    ['an impossible depth', 'corrupt-file', { width: 2, height: 2, bits: 7, pixels: new Uint8Array(99) }],
    [
      'JPEG inside',
      'unsupported',
      { width: 2, height: 2, bits: 24, compression: 4, pixels: new Uint8Array(99) },
    ],
    [
      'runs that end early',
      'corrupt-file',
      { width: 9, height: 9, bits: 8, compression: 1, pixels: Uint8Array.of(1, 1) },
    ],
    [
      'a jump out of the image',
      'corrupt-file',
      { width: 9, height: 9, bits: 8, compression: 1, pixels: Uint8Array.of(0, 2, 200, 0, 0, 1) },
    ],
  ])('%s ends as %s', (_name, code, parts) => {
    expect(codeOf(() => decode(parts))).toBe(code);
  });

  test('a small file that claims a run-length image of many pixels is refused without reading on', () => {
    const parts = { width: 30_000, height: 30_000, bits: 8, compression: 1, pixels: new Uint8Array(2) };
    expect(codeOf(() => decode(parts))).toBe('too-large');
  });

  test('any bytes after BM give an image of the size they say or a clear error', () => {
    const anyHeader = fc.record({
      headerBytes: fc.constantFrom(12, 40, 52, 108, 124, 7),
      offset: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constant(0xffffffff)),
      body: fc.uint8Array({ minLength: 0, maxLength: 200 }),
      width: fc.integer({ min: -2, max: 40 }),
      height: fc.integer({ min: -40, max: 40 }),
      bits: fc.constantFrom(0, 1, 4, 8, 16, 24, 32),
      compression: fc.constantFrom(0, 1, 2, 3, 6),
    });
    fc.assert(
      fc.property(anyHeader, ({ headerBytes, offset, body, ...size }) => {
        const bytes = makeBmp({ ...size, pixels: body });
        bytes.writeUInt32LE(offset, 10);
        bytes.writeUInt32LE(headerBytes, 14);
        const code = codeOf(() => {
          const { width, height, data } = decodeBmp('fuzz.bmp', bytes, limit);
          expect(data).toHaveLength(width * height * 3);
        });
        expect(['nothing thrown', 'corrupt-file', 'unsupported', 'too-large']).toContain(code);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (body) => {
        const bytes = Buffer.concat([Buffer.from('BM'), body]);
        const code = codeOf(() => decodeBmp('fuzz.bmp', bytes, limit));
        expect(['nothing thrown', 'corrupt-file', 'unsupported', 'too-large']).toContain(code);
      }),
    );
  });
});
