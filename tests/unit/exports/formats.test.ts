import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { csvLine, csvNumber, csvPath, csvWords } from '../../../src-shared/text/csv.ts';
import { removeSmallRegions } from '../../../src-main/core/exports/file-kinds.ts';
import { floatTiffHeader } from '../../../src-main/core/exports/float-tiff.ts';
import { writeGreyPng } from '../../../src-main/core/exports/grey-png.ts';
import { mapRows } from '../../../src-main/core/exports/map-rows.ts';
import { npyHeader } from '../../../src-main/core/exports/npy.ts';
import { upsampleBilinear } from '../../../src-shared/maps/upsample-bilinear.ts';

function floats(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i);
  return bytes;
}

describe('CSV fields', () => {
  test('are quoted where RFC 4180 wants it, with quotes doubled, and lines end in CR LF', () => {
    expect(csvLine([csvWords('plain'), csvWords('a,b'), csvWords('say "x"'), csvWords('two\nlines')])).toBe(
      'plain,"a,b","say ""x""","two\nlines"\r\n',
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
    'that a spreadsheet would compute are made words: %j',
    (text) => {
      expect(csvWords(text).replaceAll('"', '')).toBe(`'${text}`);
      expect(csvPath(text).replaceAll('"', '')).toBe(`./${text}`);
    },
  );

  test('leave words alone that only hold such signs further on', () => {
    expect(csvPath('test/good/a=b-1.png')).toBe('test/good/a=b-1.png');
  });

  test('write numbers so that they read back the same, negative ones included', () => {
    for (const value of [0.1 + 0.2, -3.5e-9, 1e21, 0]) expect(Number(csvNumber(value))).toBe(value);
    expect(csvNumber(null)).toBe('');
  });
});

describe('an NPY header', () => {
  test.each([
    [37, 41],
    [518, 518],
    [100_000, 99_999],
  ])('of %i×%i is what the format says: version 1.0, padded to 64 bytes', (rows, columns) => {
    const header = npyHeader(rows, columns);
    expect(header.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    expect(header.length % 64).toBe(0);
    expect(header.readUInt16LE(8)).toBe(header.length - 10);
    expect(header.toString('latin1', 10)).toBe(
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`.padEnd(
        header.length - 11,
      ) + '\n',
    );
  });
});

describe('a float TIFF', () => {
  test('is read back by another program, value for value, rows from the top', async () => {
    const values = [0, 0.25, -1.5, 1e-7, 3.25, 1234.5];
    const header = floatTiffHeader({
      width: 3,
      height: 2,
      scale: { min: -1.5, max: 1234.5 },
      software: 'Test',
    });
    const file = Buffer.concat([header, floats(values)]);
    expect(await sharp(file).metadata()).toMatchObject({
      format: 'tiff',
      width: 3,
      height: 2,
      channels: 1,
      depth: 'float',
    });
    // sharp makes three channels of one.
    const { data, info } = await sharp(file).raw({ depth: 'float' }).toBuffer({ resolveWithObject: true });
    const samples = new Float32Array(data.buffer, data.byteOffset, 6 * info.channels);
    expect([...samples].filter((_, i) => i % info.channels === 0)).toEqual(values.map(Math.fround));
    expect(header.length % 16).toBe(0);
  });
});

describe('a grey PNG', () => {
  async function encode(bitDepth: 8 | 16, width: number, height: number, blocks: readonly Uint8Array[]) {
    const parts: Uint8Array[] = [];
    await writeGreyPng(
      async (bytes) => {
        parts.push(bytes);
      },
      { width, height, bitDepth, texts: { MapMin: '-1' } },
      blocks,
    );
    return Buffer.concat(parts);
  }

  test('of 16 bits keeps every level, whatever blocks its rows come in', async () => {
    const levels = Uint16Array.from({ length: 7 * 5 }, (_, i) => (i * 7919) % 65_536);
    const bytes = Buffer.alloc(levels.length * 2);
    for (const [i, level] of levels.entries()) bytes.writeUInt16BE(level, 2 * i);
    const png = await encode(16, 7, 5, [bytes.subarray(0, 14), bytes.subarray(14, 56), bytes.subarray(56)]);
    expect(await sharp(png).metadata()).toMatchObject({
      depth: 'ushort',
      space: 'grey16',
      width: 7,
      height: 5,
    });
    const raw = await sharp(png).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
    expect([...new Uint16Array(raw.buffer, raw.byteOffset, levels.length)]).toEqual([...levels]);
    expect(png.includes(Buffer.from('tEXtMapMin\0-1', 'latin1'))).toBe(true);
  });

  test('of 8 bits too, larger than one buffer of the compressor', async () => {
    const side = 700;
    const noise = Uint8Array.from({ length: side * side }, (_, i) => (i * i * 31 + i * 7) & 255);
    const png = await encode(8, side, side, [noise]);
    const raw = await sharp(png).toColourspace('b-w').raw().toBuffer();
    expect(Buffer.compare(raw, Buffer.from(noise))).toBe(0);
  });

  test('passes on that its file takes no more bytes', async () => {
    const full = new Error('disk full');
    let left = 2;
    const noise = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255);
    await expect(
      writeGreyPng(
        async () => {
          if (left-- <= 0) throw full;
        },
        { width: 1000, height: 3000, bitDepth: 8 },
        [noise.subarray(0, 1_500_000), noise.subarray(1_500_000)],
      ),
    ).rejects.toThrow(/disk full|aborted/);
  });
});

describe('maps at another size', () => {
  const sidePx = 24;
  const data = Float32Array.from({ length: sidePx * sidePx }, (_, i) => Math.sin(i / 9) + i / 400);

  test.each([
    [24, 24],
    [61, 33],
    [9, 400],
    [2000, 300],
  ])('%i×%i are stretched as maps are everywhere, block by block', (width, height) => {
    const rows = [...mapRows({ data, sidePx }, width, height)];
    const joined = Float32Array.from(rows.flatMap((block) => [...block]));
    const expected = upsampleBilinear({ rows: sidePx, columns: sidePx, data }, height, width);
    expect(joined.length).toBe(expected.length);
    const worst = joined.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    expect(worst).toBeLessThan(1e-6);
    if (width === 2000) expect(rows.length).toBeGreaterThan(1);
  });
});

describe('regions of a mask', () => {
  test('that are too small are cleared, diagonal neighbours belong together', () => {
    const mask = Uint8Array.from([255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0]);
    removeSmallRegions(mask, 4, 4, 2);
    expect([...mask]).toEqual(
      [255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].map((v, i) => (i === 11 ? 0 : v)),
    );
  });
});
