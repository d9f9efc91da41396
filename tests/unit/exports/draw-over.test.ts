import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawOver } from '../../../src-main/images/draw-over.ts';
import { temporaryFolder } from '../core/support/harness.ts';
import { makeBmp } from '../images/image-files.ts';

const [width, height] = [40, 20];
const nothing = { rgba: new Uint8ClampedArray(4 * 4 * 4), sidePx: 4 };
const plain = { width, height, layer: nothing, lines: [], format: 'png' } as const;

/** Left half red, right half blue. */
function halves(): Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const isLeft = Math.floor(i / 3) % width < width / 2;
    return i % 3 === (isLeft ? 0 : 2) ? 200 : 0;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function pixelsOf(png: Buffer) {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    at: (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)],
  };
}

describe('an overlay', () => {
  test('leaves the image as it is where the layer is clear, and blends where it is not', async () => {
    const file = join(await temporaryFolder(), 'a.png');
    await writeFile(file, await halves().png().toBuffer());
    const clear = await pixelsOf(await drawOver(file, plain));
    expect([clear.width, clear.height, clear.at(2, 2), clear.at(37, 2)]).toEqual([
      40,
      20,
      [200, 0, 0],
      [0, 0, 200],
    ]);
    const rgba = new Uint8ClampedArray(64).map((_, i) => (i % 4 === 3 ? 128 : 255));
    const half = await pixelsOf(await drawOver(file, { ...plain, layer: { rgba, sidePx: 4 } }));
    expect(half.at(2, 2)[1]).toBeGreaterThan(120);
    expect(half.at(2, 2)[1]).toBeLessThan(136);
  });

  test('is of the part of a file that the image is, also of a BMP', async () => {
    const folder = await temporaryFolder();
    const [png, bmp] = [join(folder, 'a.png'), join(folder, 'a.bmp')];
    await writeFile(png, await halves().png().toBuffer());
    const bgr = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const isLeft = Math.floor(i / 3) % width < width / 2;
      return i % 3 === (isLeft ? 2 : 0) ? 200 : 0;
    });
    await writeFile(bmp, makeBmp({ width, height, bits: 24, pixels: bgr }));
    const crop = { x: 20, y: 0, width: 20, height: 20 };
    for (const file of [png, bmp]) {
      const part = await pixelsOf(await drawOver(file, { ...plain, width: 20, height: 20 }, { crop }));
      expect([part.width, part.height, part.at(1, 1), part.at(18, 18)]).toEqual([
        20,
        20,
        [0, 0, 200],
        [0, 0, 200],
      ]);
    }
  });

  test('stands upright as the image is shown, whatever its EXIF orientation', async () => {
    const file = join(await temporaryFolder(), 'a.jpg');
    await writeFile(file, await halves().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer());
    const turned = await pixelsOf(await drawOver(file, { ...plain, width: height, height: width }));
    expect([turned.width, turned.height]).toEqual([20, 40]);
    expect(turned.at(10, 2)[0]).toBeGreaterThan(150);
    expect(turned.at(10, 37)[2]).toBeGreaterThan(150);
  });

  test('has lines in white on black at their places', async () => {
    const file = join(await temporaryFolder(), 'a.png');
    await writeFile(file, await halves().png().toBuffer());
    const points = Float32Array.of(0, 10, 40, 10);
    const drawn = await pixelsOf(await drawOver(file, { ...plain, lines: [{ points, isClosed: false }] }));
    expect(Math.min(...drawn.at(5, 10))).toBeGreaterThan(100);
    expect(drawn.at(5, 2)).toEqual([200, 0, 0]);
  });

  test('of a file that is no image is refused in plain words', async () => {
    const file = join(await temporaryFolder(), 'a.png');
    await writeFile(file, 'no picture');
    await expect(drawOver(file, plain)).rejects.toMatchObject({ code: 'unsupported' });
  });
});
