import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** A surface with a fine weave and, where wanted, a bright scratch: the baseline tells the two apart. */
async function surface(widthPx: number, heightPx: number, seed: number, scratched: boolean): Promise<Buffer> {
  const pixels = Buffer.alloc(widthPx * heightPx * 3);
  const phase = (seed * 7) % 16;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const weave = 12 * Math.sin(((x + phase) * Math.PI) / 8) + 12 * Math.sin(((y + phase) * Math.PI) / 8);
      const grain = ((x * 73 + y * 151 + seed * 31) % 17) - 8;
      const grey = 120 + weave + grain;
      pixels.set([grey + 6, grey, grey - 6], 3 * (y * widthPx + x));
    }
  }
  if (scratched) {
    const { left, top, width, height } = scratchBox(widthPx, heightPx, seed);
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) pixels.set([245, 240, 225], 3 * (y * widthPx + x));
    }
  }
  return await sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png()
    .toBuffer();
}

function scratchBox(widthPx: number, heightPx: number, seed: number) {
  return {
    left: Math.round(widthPx * (0.2 + 0.1 * (seed % 4))),
    top: Math.round(heightPx * (0.25 + 0.08 * (seed % 5))),
    width: Math.round(widthPx * 0.28),
    height: Math.round(heightPx * 0.09),
  };
}

async function mask(widthPx: number, heightPx: number, seed: number): Promise<Buffer> {
  const { left, top, width, height } = scratchBox(widthPx, heightPx, seed);
  const white = await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  return await sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: 'black' } })
    .composite([{ input: white, left, top }])
    .png()
    .toBuffer();
}

async function put(file: string, bytes: Buffer | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

export interface MvtecOptions {
  readonly className: string;
  readonly goodCount: number;
  readonly scratchedCount: number;
  readonly widthPx?: number;
  readonly heightPx?: number;
}

/** A class in MVTec AD's layout, with masks. */
export async function makeMvtecClass(root: string, options: MvtecOptions): Promise<void> {
  const { className, goodCount, scratchedCount, widthPx = 256, heightPx = 192 } = options;
  for (let k = 0; k < goodCount; k++) {
    await put(
      path.join(root, className, 'test', 'good', `${String(k).padStart(3, '0')}.png`),
      await surface(widthPx, heightPx, k, false),
    );
  }
  for (let k = 0; k < scratchedCount; k++) {
    const name = String(k).padStart(3, '0');
    await put(
      path.join(root, className, 'test', 'scratch', `${name}.png`),
      await surface(widthPx, heightPx, k, true),
    );
    await put(
      path.join(root, className, 'ground_truth', 'scratch', `${name}_mask.png`),
      await mask(widthPx, heightPx, k),
    );
  }
}

/** A plain folder of `count` images; every tenth is scratched. */
export async function makePlainFolder(
  root: string,
  count: number,
  widthPx = 96,
  heightPx = 96,
): Promise<void> {
  const kinds = await Promise.all(
    Array.from({ length: 10 }, (_, k) => surface(widthPx, heightPx, k, k === 9)),
  );
  for (let k = 0; k < count; k++) {
    const bytes = kinds[k % kinds.length];
    if (bytes) await put(path.join(root, `part-${String(k).padStart(4, '0')}.png`), bytes);
  }
}

/** Files that look like images and are none: empty, cut off, text under an image's name. */
export async function addBrokenFiles(folder: string): Promise<readonly string[]> {
  const whole = await surface(128, 128, 1, false);
  await put(path.join(folder, 'broken-empty.png'), '');
  await put(path.join(folder, 'broken-cut.png'), whole.subarray(0, 400));
  await put(path.join(folder, 'broken-text.jpg'), 'This is not an image.');
  return ['broken-empty.png', 'broken-cut.png', 'broken-text.jpg'];
}

/** Grey values of the 16-bit images: a soft gradient far down in the range, and a spot that stands out of it. */
export const wideGreys = { darkest: 900, brightest: 1300, spot: 3000 } as const;

/** 16-bit grey PNGs in which a browser alone shows next to nothing; the last of them has a spot in its middle. */
export async function makeWideFolder(root: string, count: number, sidePx = 128): Promise<void> {
  const { darkest, brightest, spot } = wideGreys;
  for (let k = 0; k < count; k++) {
    const samples = new Uint16Array(sidePx * sidePx);
    for (let y = 0; y < sidePx; y++) {
      for (let x = 0; x < sidePx; x++) {
        const grey = darkest + ((brightest - darkest) * x) / (sidePx - 1);
        const isSpot = k === count - 1 && Math.hypot(x - sidePx / 2, y - sidePx / 2) < sidePx / 10;
        samples[y * sidePx + x] = isSpot ? spot : Math.round(grey);
      }
    }
    const bytes = await sharp(samples, { raw: { width: sidePx, height: sidePx, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    await put(path.join(root, `slice-${String(k).padStart(3, '0')}.png`), bytes);
  }
}
