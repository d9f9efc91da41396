import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../../src-main/images/decode-image.ts';
import { makeDisplayImage } from '../../../src-main/images/display-image.ts';
import { probeImage } from '../../../src-main/images/probe-image.ts';
import { makeMaskPng, readMask } from '../../../src-main/images/read-mask.ts';
import { makeThumbnail } from '../../../src-main/images/thumbnail.ts';
import {
  errorOf,
  height,
  makeBmp,
  makeFolder,
  makeTiff,
  pattern,
  sharpPattern,
  width,
} from './image-files.ts';

const folder = makeFolder();
afterAll(() => {
  folder.remove();
});

/** A PNG of any header and compressed content. */
function makePng(
  widthPx: number,
  heightPx: number,
  depth: number,
  colourType: number,
  raw: Uint8Array,
): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), out.length - 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([depth, colourType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', new Uint8Array()),
  ]);
}

const formats = {
  png: () => sharpPattern().png().toBuffer(),
  jpeg: () => sharpPattern().jpeg({ quality: 95 }).toBuffer(),
  webp: () => sharpPattern().webp({ lossless: true }).toBuffer(),
  tiff: () => sharpPattern().tiff({ compression: 'lzw' }).toBuffer(),
  bmp: () => {
    const rowBytes = Math.ceil((width * 3) / 4) * 4;
    const pixels = new Uint8Array(rowBytes * height);
    for (let i = 0; i < pattern.length; i++) {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      pixels[(height - 1 - y) * rowBytes + x * 3 + 2 - (i % 3)] = pattern[i]!;
    }
    return Promise.resolve(makeBmp({ width, height, bits: 24, pixels }));
  },
} as const;
const names = Object.keys(formats) as (keyof typeof formats)[];

describe('decoding', () => {
  test.each(names.filter((name) => name !== 'jpeg'))('a %s file comes back pixel for pixel', async (name) => {
    const image = await decodeImage(folder.write(`plain.${name}`, await formats[name]()));
    expect([image.width, image.height]).toEqual([width, height]);
    expect(Buffer.compare(image.data, pattern)).toBe(0);
  });

  test('the extension says nothing: a PNG named .jpg and a JPEG named .bmp are read', async () => {
    const png = folder.write('really-a-png.jpg', await formats.png());
    const jpeg = folder.write('really-a-jpeg.bmp', await formats.jpeg());
    expect(Buffer.compare((await decodeImage(png)).data, pattern)).toBe(0);
    expect(await probeImage(jpeg)).toMatchObject({ format: 'jpeg', widthPx: width, heightPx: height });
    expect(await makeDisplayImage(png)).toEqual({ kind: 'file', contentType: 'image/png' });
  });

  test('grey is repeated and alpha dropped without compositing', async () => {
    // One row: filter byte, then grey and alpha.
    const greyAlpha = folder.write('la.png', makePng(3, 1, 8, 4, Uint8Array.of(0, 10, 0, 20, 128, 30, 255)));
    expect([...(await decodeImage(greyAlpha)).data]).toEqual([10, 10, 10, 20, 20, 20, 30, 30, 30]);
    const rgba = folder.write('rgba.png', makePng(1, 1, 8, 6, Uint8Array.of(0, 200, 100, 50, 0)));
    expect([...(await decodeImage(rgba)).data]).toEqual([200, 100, 50]);
  });

  test('the upper 8 of 16 bits are kept, grey and colour alike', async () => {
    const grey = folder.write(
      'grey16.png',
      makePng(3, 1, 16, 0, Uint8Array.of(0, 0xff, 0xff, 0x7f, 0xff, 0x01, 0x00)),
    );
    expect([...(await decodeImage(grey)).data]).toEqual([255, 255, 255, 127, 127, 127, 1, 1, 1]);
    const rgb = folder.write(
      'rgb16.png',
      makePng(1, 1, 16, 2, Uint8Array.of(0, 0xff, 0x00, 0x80, 0x80, 0x00, 0xff)),
    );
    expect([...(await decodeImage(rgb)).data]).toEqual([255, 128, 0]);
  });

  test('EXIF orientation is applied to pixels, sizes, thumbnails and what is displayed', async () => {
    const turned = folder.write(
      'turned.png',
      await sharpPattern().withMetadata({ orientation: 6 }).png().toBuffer(),
    );
    const image = await decodeImage(turned);
    expect([image.width, image.height]).toEqual([height, width]);
    // A quarter turn clockwise: the first row is the first column from the bottom up.
    expect([...image.data.subarray(0, 3)]).toEqual([
      ...pattern.subarray((height - 1) * width * 3).subarray(0, 3),
    ]);
    expect(await probeImage(turned)).toMatchObject({ widthPx: height, heightPx: width });
    expect(await sharp(await makeThumbnail(turned, 512)).metadata()).toMatchObject({
      width: height,
      height: width,
    });
    expect(await makeDisplayImage(turned)).toMatchObject({ kind: 'bytes', contentType: 'image/png' });
  });

  test('a 16-bit grey TIFF is read as a 16-bit grey PNG is', async () => {
    const pixels = Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0x00, 0x01);
    const tiff = makeTiff({ width: 3, height: 1, bits: 16, samples: 1, photometric: 1, pixels });
    const file = folder.write('grey16.tif', tiff);
    expect([...(await decodeImage(file)).data]).toEqual([255, 255, 255, 127, 127, 127, 1, 1, 1]);
    expect(await probeImage(file)).toMatchObject({ format: 'tiff', widthPx: 3, heightPx: 1 });
  });

  test('CMYK without a profile becomes RGB by the simple formula', async () => {
    const pixels = Uint8Array.of(0, 255, 255, 0, 10, 20, 30, 40);
    const tiff = makeTiff({ width: 2, height: 1, bits: 8, samples: 4, photometric: 5, pixels });
    // Pillow 13: Image.frombytes('CMYK', (2, 1), pixels).convert('RGB').tobytes().
    expect([...(await decodeImage(folder.write('cmyk.tif', tiff))).data]).toEqual([255, 0, 0, 207, 198, 190]);
  });
});

describe('damaged and hostile files', () => {
  test.each(names)('a %s file that is cut anywhere is an error, never half an image', async (name) => {
    const bytes = await formats[name]();
    for (const share of [0.1, 0.5, 0.9]) {
      const file = folder.write(`cut-${share}.${name}`, bytes.subarray(0, Math.floor(bytes.length * share)));
      const error = await errorOf(decodeImage(file));
      expect(error.code).toBe('corrupt-file');
      expect(error.message).toContain(file);
    }
  });

  test('a PNG that says 100,000×100,000 is refused by its header, by probe, decoder, thumbnail and mask', async () => {
    const file = folder.write('huge.png', makePng(100_000, 100_000, 8, 2, new Uint8Array(1000)));
    for (const read of [probeImage, decodeImage, readMask, (f: string) => makeThumbnail(f, 128)]) {
      expect((await errorOf(read(file))).code).toBe('too-large');
    }
  });

  test('a limit of pixels can be set and is held to', async () => {
    const file = folder.write('limited.png', await formats.png());
    expect((await errorOf(decodeImage(file, { maxPixels: width * height - 1 }))).code).toBe('too-large');
    expect((await decodeImage(file, { maxPixels: width * height })).width).toBe(width);
  });

  test.each([
    ['an empty file', new Uint8Array(), 'corrupt-file'],
    ['a PNG without pixels', makePng(0, 5, 8, 2, new Uint8Array()), 'corrupt-file'],
    [
      'a BMP without pixels',
      makeBmp({ width: 0, height: 0, bits: 24, pixels: new Uint8Array() }),
      'corrupt-file',
    ],
    ['random bytes', Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) % 251), 'unsupported'],
    ['a text', Buffer.from('not an image'), 'unsupported'],
    ['a GIF', Buffer.from('GIF89a…'), 'unsupported'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'unsupported'],
    ['a magic number and nothing', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'corrupt-file'],
    ['a TIFF that points nowhere', Buffer.from('II*\0\xff\xff\xff\x7f', 'latin1'), 'corrupt-file'],
  ])('%s ends with a clear error in every reader', async (name, bytes, code) => {
    const file = folder.write(`${name.replaceAll(' ', '-')}.png`, bytes);
    for (const read of [probeImage, decodeImage, readMask, (f: string) => makeThumbnail(f, 128)]) {
      const error = await errorOf(read(file));
      expect(error.code).toBe(code);
      expect(error.message).toContain(file);
    }
  });

  test('damage is told in plain words, the library’s own stay as the cause', async () => {
    const cut = async (name: 'jpeg' | 'png') => {
      const whole = await sharpPattern().toFormat(name).toBuffer();
      return folder.write(`words.${name}`, whole.subarray(0, Math.floor(whole.length * 0.7)));
    };
    const jpeg = await cut('jpeg');
    const error = await errorOf(decodeImage(jpeg));
    expect(error.message).toBe(
      `${jpeg} is damaged: it ends before its last pixel. Get a new copy of it or leave it out.`,
    );
    expect(String(error.cause)).toContain('VipsJpeg');
    expect((await errorOf(decodeImage(await cut('png')))).message).toContain('its pixels cannot be read.');
  });

  test.each(['png', 'jpeg', 'webp', 'bmp'] as const)('the probe finds a %s that is cut off', async (name) => {
    const whole = await formats[name]();
    for (const share of [0.5, 0.9]) {
      const file = folder.write(`cut.${name}`, whole.subarray(0, Math.floor(whole.length * share)));
      expect((await errorOf(probeImage(file))).code).toBe('corrupt-file');
    }
  });

  test.each(['png', 'jpeg'] as const)('the probe takes a %s that something was appended to', async (name) => {
    const longer = Buffer.concat([await formats[name](), Buffer.alloc(20_000, 1)]);
    expect(await probeImage(folder.write(`longer.${name}`, longer))).toMatchObject({ widthPx: width });
  });

  test('random bytes behind every magic number never do more than throw our error', async () => {
    const magics = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'RIFF\x30\0\0\0WEBPVP8 ', 'II*\0', 'MM\0*', 'BM'];
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) & 0xff;
    for (let round = 0; round < 60; round++) {
      const body = Uint8Array.from({ length: 10 + round * 3 }, random);
      const file = folder.write(
        'random.bin',
        Buffer.concat([Buffer.from(magics[round % 6]!, 'latin1'), body]),
      );
      expect(['corrupt-file', 'unsupported', 'too-large']).toContain((await errorOf(probeImage(file))).code);
      expect(['corrupt-file', 'unsupported', 'too-large']).toContain((await errorOf(decodeImage(file))).code);
    }
  });

  test('a missing file, a folder and a dangling link are unreadable and named', async () => {
    const missing = path.join(path.dirname(folder.write('x', new Uint8Array(1))), 'missing.png');
    const link = path.join(path.dirname(missing), 'dangling.png');
    symlinkSync(missing, link);
    for (const file of [missing, link]) {
      const error = await errorOf(probeImage(file));
      expect([error.code, error.message.includes(file)]).toEqual(['unreadable', true]);
    }
    const error = await errorOf(decodeImage(path.dirname(missing)));
    expect(['unreadable', 'unsupported']).toContain(error.code);
  });

  test('floating point pixels are refused: their scale is not known', async () => {
    const pixels = new Uint8Array(Float32Array.of(0, 0.5, 1, 2).buffer);
    const bytes = makeTiff({
      width: 2,
      height: 2,
      bits: 32,
      samples: 1,
      photometric: 1,
      sampleFormat: 3,
      pixels,
    });
    expect((await errorOf(probeImage(folder.write('float.tif', bytes)))).code).toBe('unsupported');
  });
});

describe('thumbnails and display', () => {
  test.each(names)('a %s file has a JPEG thumbnail with the longer side as asked', async (name) => {
    const file = folder.write(`thumb.${name}`, await formats[name]());
    const metadata = await sharp(await makeThumbnail(file, 32)).metadata();
    expect(metadata).toMatchObject({ format: 'jpeg', width: 32, height: 20 });
    expect(await sharp(await makeThumbnail(file, 512)).metadata()).toMatchObject({ width, height });
  });

  test.each(names)('a %s file is displayed as it is or as PNG', async (name) => {
    const shown = await makeDisplayImage(folder.write(`shown.${name}`, await formats[name]()));
    if (name === 'tiff') {
      expect(shown.kind).toBe('bytes');
      if (shown.kind === 'bytes') {
        const raw = await sharp(shown.bytes).raw().toBuffer();
        expect(Buffer.compare(raw, pattern)).toBe(0);
      }
    } else expect(shown).toEqual({ kind: 'file', contentType: `image/${name}` });
  });

  test('a file that was replaced is read again', async () => {
    const file = folder.write('replaced.png', await formats.png());
    await decodeImage(file);
    await makeThumbnail(file, 32);
    const black = await sharp({ create: { width: 40, height: 10, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    folder.write('replaced.png', black);
    expect(await probeImage(file)).toMatchObject({ widthPx: 40, heightPx: 10 });
    expect(await sharp(await makeThumbnail(file, 32)).metadata()).toMatchObject({ width: 32, height: 8 });
  });
});

describe('masks', () => {
  test('any grey above 0 is anomalous', async () => {
    const file = folder.write('mask.png', makePng(4, 1, 8, 0, Uint8Array.of(0, 0, 1, 128, 255)));
    expect(await readMask(file)).toEqual({ width: 4, height: 1, data: Uint8Array.of(0, 1, 1, 1) });
    const png = await sharp(await makeMaskPng(file))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...png.data].filter((_, i) => i % png.info.channels === 0)).toEqual([0, 255, 255, 255]);
  });

  test('labels in a 16-bit mask count from 1, which 8 bits would lose', async () => {
    const file = folder.write('labels.png', makePng(3, 1, 16, 0, Uint8Array.of(0, 0, 0, 0, 1, 1, 0)));
    expect((await readMask(file)).data).toEqual(Uint8Array.of(0, 1, 1));
    const pixels = Uint8Array.of(0, 0, 1, 0, 0, 1);
    const tiff = makeTiff({ width: 3, height: 1, bits: 16, samples: 1, photometric: 1, pixels });
    expect((await readMask(folder.write('labels.tif', tiff))).data).toEqual(Uint8Array.of(0, 1, 1));
  });

  test('an opaque black mask with alpha is empty', async () => {
    const file = folder.write('alpha.png', makePng(2, 1, 8, 4, Uint8Array.of(0, 0, 255, 0, 255)));
    expect((await readMask(file)).data).toEqual(Uint8Array.of(0, 0));
  });
});
