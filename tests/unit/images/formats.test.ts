import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src-main/images/decode-image.ts';
import { makeDisplayImage } from '../../../src-main/images/display-image.ts';
import { probeImage } from '../../../src-main/images/probe-image.ts';
import { probeMask } from '../../../src-main/images/probe-mask.ts';
import { readMask } from '../../../src-main/images/read-mask.ts';
import { makeThumbnail } from '../../../src-main/images/thumbnail.ts';
import { errorOf, height, makeTiff, pattern, sharpPattern, width } from './image-files.ts';

/** An image's pixels as a plain array, whichever kind of buffer they came in. */
async function decoded(file: string, limits: Parameters<typeof decodeImage>[1] = {}) {
  const { width: w, height: h, data } = await decodeImage(file, limits);
  return { width: w, height: h, data: new Uint8Array(data) };
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbench-formats-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

/** A classic big-endian TIFF of uncompressed grey, its directory before its pixels; `pages` of it after one another. */
function bigEndianTiff(pixels: Uint8Array, pages = 1): Buffer {
  const entries = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 8 << 16],
    [259, 3, 1, 1 << 16],
    [262, 3, 1, 1 << 16],
    [273, 4, 1, 0],
    [277, 3, 1, 1 << 16],
    [278, 4, 1, height],
    [279, 4, 1, pixels.length],
  ] as const;
  const directoryBytes = 2 + entries.length * 12 + 4;
  const bytes = Buffer.alloc(8 + pages * (directoryBytes + pixels.length));
  bytes.write('MM\0*', 0, 'latin1');
  bytes.writeUInt32BE(8, 4);
  let at = 8;
  for (let page = 0; page < pages; page++) {
    const pixelsAt = at + directoryBytes;
    bytes.writeUInt16BE(entries.length, at);
    for (const [i, [tag, type, count, value]] of entries.entries()) {
      const entryAt = at + 2 + 12 * i;
      bytes.writeUInt16BE(tag, entryAt);
      bytes.writeUInt16BE(type, entryAt + 2);
      bytes.writeUInt32BE(count, entryAt + 4);
      bytes.writeUInt32BE(tag === 273 ? pixelsAt : value, entryAt + 8);
    }
    bytes.set(page === 0 ? pixels : pixels.map((value) => 255 - value), pixelsAt);
    at = pixelsAt + pixels.length;
    bytes.writeUInt32BE(page === pages - 1 ? 0 : at, pixelsAt - 4);
  }
  return bytes;
}

const grey = Uint8Array.from({ length: width * height }, (_, i) => (i * 7) % 256);
const greyRgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => grey[Math.floor(i / 3)]!);

describe('TIFF', () => {
  it.each([
    ['none', {}],
    ['lzw', { predictor: 'horizontal' }],
    ['deflate', {}],
    ['packbits', {}],
    ['lzw', { tile: true, tileWidth: 32, tileHeight: 32 }],
    ['deflate', { tile: true, tileWidth: 16, tileHeight: 16, pyramid: false }],
  ] as const)('of compression %s, %j, comes back pixel for pixel', async (compression, options) => {
    const file = await write(
      't.tif',
      await sharpPattern()
        .tiff({ compression, ...options })
        .toBuffer(),
    );
    expect(await decoded(file)).toEqual({ width, height, data: pattern });
    expect(await probeImage(file)).toMatchObject({ widthPx: width, heightPx: height, format: 'tiff' });
  });

  it('of either byte order is read, and of 16 bits the upper 8', async () => {
    const file = await write('big.tif', bigEndianTiff(grey));
    expect(await decoded(file)).toEqual({ width, height, data: greyRgb });
    const wide = Buffer.alloc(width * height * 2);
    for (const [i, value] of grey.entries()) wide.writeUInt16LE(value * 257, 2 * i);
    const parts = { width, height, bits: 16, samples: 1, photometric: 1, pixels: wide } as const;
    expect((await decoded(await write('16.tif', makeTiff(parts)))).data).toEqual(greyRgb);
  });

  it('of several pages is read by its first, and says how many there are', async () => {
    const file = await write('pages.tif', bigEndianTiff(grey, 3));
    expect(await probeImage(file)).toMatchObject({ pages: 3, widthPx: width });
    expect((await decoded(file)).data).toEqual(greyRgb);
    expect(await probeImage(await write('one.tif', bigEndianTiff(grey)))).not.toHaveProperty('pages');
  });

  it('that is cut off is noticed although its directory comes first', async () => {
    const bytes = bigEndianTiff(grey);
    const file = await write('cut.tif', bytes.subarray(0, bytes.length - 100));
    for (const read of [probeImage, decodeImage, probeMask, readMask]) {
      expect((await errorOf(read(file))).code).toBe('corrupt-file');
    }
  });
});

describe('other forms', () => {
  it('palettes are looked up, and WebP without loss comes back as it was', async () => {
    const flat = Uint8Array.from(pattern, (value) => value & 0xc0);
    const image = () => sharp(flat, { raw: { width, height, channels: 3 } });
    const png = await image().png({ palette: true, colours: 64, dither: 0 }).toBuffer();
    expect((await sharp(png).metadata()).isPalette).toBe(true);
    expect((await decoded(await write('p.png', png))).data).toEqual(flat);
    const webp = await write('w.webp', await image().webp({ lossless: true }).toBuffer());
    expect((await decoded(webp)).data).toEqual(flat);
  });

  it('a PNG’s size comes from its header, and by sharp where that is not plain', async () => {
    const files = {
      'plain.png': await sharpPattern().png().toBuffer(),
      'turned.png': await sharpPattern().withMetadata({ orientation: 6 }).png().toBuffer(),
      'profile.png': await sharpPattern().withIccProfile('p3').png().toBuffer(),
      '16.png': await sharpPattern().toColourspace('rgb16').png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const file = await write(name, bytes);
      const { width: w, height: h } = (await sharp(file).metadata()).autoOrient;
      expect(await probeImage(file)).toMatchObject({ widthPx: w, heightPx: h, format: 'png' });
    }
  });

  it('a header that claims more pixels than are read is refused before anything is decoded', async () => {
    const jpeg = await sharpPattern().jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(65_000, frame + 5);
    jpeg.writeUInt16BE(65_000, frame + 7);
    const parts = {
      width: 60_000,
      height: 60_000,
      bits: 8,
      samples: 1,
      photometric: 1,
      pixels: new Uint8Array(10),
    } as const;
    for (const [name, bytes] of [
      ['huge.jpg', jpeg],
      ['huge.tif', makeTiff(parts)],
    ] as const) {
      const file = await write(name, bytes);
      for (const read of [probeImage, decodeImage, (f: string) => makeThumbnail(f, 128), probeMask])
        expect((await errorOf(read(file))).code).toBe('too-large');
    }
  });
});

describe('parts of files', () => {
  const crop = { x: 5, y: 20, width: 30, height: 21 };
  const part = Uint8Array.from({ length: crop.width * crop.height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % crop.width, Math.floor(i / 3 / crop.width)];
    return pattern[((y + crop.y) * width + x + crop.x) * 3 + (i % 3)]!;
  });

  it('are decoded, shown and made thumbnails of', async () => {
    const file = await write('whole.png', await sharpPattern().png().toBuffer());
    expect(await decoded(file, { crop })).toEqual({ width: 30, height: 21, data: part });
    const shown = await makeDisplayImage(file, { crop });
    expect(shown.kind).toBe('bytes');
    if (shown.kind === 'bytes')
      expect(new Uint8Array(await sharp(shown.bytes).raw().toBuffer())).toEqual(part);
    const { width: w, height: h } = await sharp(await makeThumbnail(file, 128, { crop })).metadata();
    expect([w, h]).toEqual([30, 21]);
  });

  it('of turned photographs are taken as these are shown', async () => {
    const file = await write(
      'turned.jpg',
      await sharpPattern().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer(),
    );
    const turned = await decoded(file);
    expect([turned.width, turned.height]).toEqual([height, width]);
    const half = { x: 0, y: 0, width: height, height: 33 };
    const upper = await decoded(file, { crop: half });
    expect(upper.data).toEqual(turned.data.subarray(0, height * 33 * 3));
    const shown = await makeDisplayImage(file, { crop: half });
    if (shown.kind === 'bytes')
      expect(await sharp(shown.bytes).metadata()).toMatchObject({ width: height, height: 33 });
  });

  it('that reach out of the image are an error that says why', async () => {
    const file = await write('small.png', await sharpPattern().png().toBuffer());
    const outside = { x: 0, y: 30, width, height: 30 };
    for (const read of [decodeImage, makeDisplayImage, readMask]) {
      const error = await errorOf(read(file, { crop: outside }));
      expect(error).toMatchObject({
        code: 'corrupt-file',
        message: expect.stringContaining('replaced') as string,
      });
    }
  });
});

describe('what a mask marks', () => {
  const mask = (fill: (i: number) => number) =>
    sharp(Buffer.from(Uint8Array.from({ length: 40 * 30 }, (_, i) => fill(i))), {
      raw: { width: 40, height: 30, channels: 1 },
    });

  it.each([
    ['nothing', () => 0],
    ['some', (i: number) => (i === 700 ? 1 : 0)],
    ['everything', () => 3],
  ] as const)('is told as %s, as readMask has it', async (marks, fill) => {
    const files = [
      await write('m.png', await mask(fill).png().toBuffer()),
      await write('m.tif', await mask(fill).tiff({ compression: 'lzw' }).toBuffer()),
      await write('alpha.png', await mask(fill).ensureAlpha().png().toBuffer()),
    ];
    for (const file of files) {
      expect(await probeMask(file)).toEqual({ widthPx: 40, heightPx: 30, marks });
      const { data } = await readMask(file);
      expect(!data.includes(1) ? 'nothing' : data.includes(0) ? 'some' : 'everything').toBe(marks);
    }
    const upper = { x: 0, y: 0, width: 40, height: 15 };
    const ofPart = { nothing: 'nothing', some: 'nothing', everything: 'everything' }[marks];
    expect((await probeMask(files[0]!, { crop: upper })).marks).toBe(ofPart);
  });

  it('in a JPEG is its bright part, not the traces of compression', async () => {
    const sharpEdge = await mask((i) => (i % 40 < 17 ? 255 : 0))
      .jpeg({ quality: 40 })
      .toBuffer();
    const { data } = await readMask(await write('edge.jpg', sharpEdge));
    expect([...data.keys()].filter((i) => data[i] === 1).every((i) => i % 40 < 18)).toBe(true);
    const grey = (await decoded(await write('edge.jpg', sharpEdge))).data;
    expect([...grey.keys()].some((i) => grey[i]! > 0 && Math.floor(i / 3) % 40 > 18)).toBe(true);
  });
});
