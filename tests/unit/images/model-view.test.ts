import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeImage } from '../../../src-main/images/decode-image.ts';
import { makeModelView } from '../../../src-main/images/model-view.ts';
import { resizeBicubic } from '../../../src-main/images/resize-bicubic.ts';
import { encodeWideSamples, readWideSamples } from '../../../src-main/images/wide-samples.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'workbench-views-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write16Bit(values: Uint16Array, width: number, height: number): Promise<string> {
  const file = path.join(folder, 'wide.png');
  await sharp(values, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(file);
  return file;
}

describe('what the viewer shows of an image besides itself', () => {
  test('the model view holds the very pixels that a scan computes on', async () => {
    const file = path.join(folder, 'colour.png');
    const pixels = Uint8Array.from({ length: 30 * 20 * 3 }, (_, k) => (k * 37) % 256);
    await sharp(pixels, { raw: { width: 30, height: 20, channels: 3 } }).toFile(file);
    const shown = await sharp(await makeModelView(file, 16))
      .raw()
      .toBuffer();
    const seen = resizeBicubic(await decodeImage(file), 16, 16);
    expect(new Uint8Array(shown)).toEqual(new Uint8Array(seen.data));
  });

  test('every grey value of a 16-bit image arrives, of a part of it too', async () => {
    const values = Uint16Array.from({ length: 12 }, (_, k) => k * 5_001 + 3);
    const file = await write16Bit(values, 4, 3);
    const samplesOf = (bytes: Uint8Array) => new Uint16Array(bytes.slice(8).buffer);
    const whole = encodeWideSamples(await readWideSamples(file));
    expect([...new Uint32Array(whole.slice(0, 8).buffer)]).toEqual([4, 3]);
    expect(samplesOf(whole)).toEqual(values);
    const crop = { x: 1, y: 1, width: 2, height: 2 };
    const part = encodeWideSamples(await readWideSamples(file, { crop }));
    expect([...samplesOf(part)]).toEqual([values[5], values[6], values[9], values[10]]);
  });

  test('an 8-bit image has no more than the browser shows', async () => {
    const file = path.join(folder, 'narrow.png');
    await sharp(new Uint8Array(12), { raw: { width: 4, height: 3, channels: 1 } }).toFile(file);
    expect(await readWideSamples(file)).toBeNull();
    expect([...encodeWideSamples(null)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
