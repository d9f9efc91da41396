import { sizeOfImage, type DecodedImage } from './load-image.ts';
import type { Point } from './viewport.ts';
import type { Levels, WideSamples } from './wide-samples.ts';

/** Every grey value as it is stored. */
export const allLevels: Levels = { level: 0.5, window: 1 };

/** Sixteen of 65,536 grey values: below that a screen shows steps only. */
export const narrowestWindow = 1 / 4096;

/** Across so far doubles or halves the window; up and down so far moves the level by one window. */
const acrossPx = 128;
const downPx = 256;

/** Window and level after a drag, as radiologists' viewers have it: across for the window, up and down for the level. */
export function dragLevels({ level, window }: Levels, delta: Point): Levels {
  const clamp = (value: number, low: number) => Math.min(1, Math.max(low, value));
  return {
    window: clamp(window * 2 ** (delta.x / acrossPx), narrowestWindow),
    level: clamp(level + (delta.y / downPx) * window, 0),
  };
}

/** The window from one grey value to another, both in units of an image whose greatest is `max`. */
export function levelsBetween(low: number, high: number, max: number): Levels {
  return {
    window: Math.min(1, Math.max(narrowestWindow, (high - low) / max)),
    level: Math.min(1, Math.max(0, (low + high) / 2 / max)),
  };
}

/** The grey values of an image: how often each of 0 to `max` occurs. */
export interface GreyHistogram {
  readonly counts: Uint32Array;
  readonly max: number;
}

/** The window that leaves `cut` (0-1) of the pixels out at each end. */
export function levelsOfImage({ counts, max }: GreyHistogram, cut: number): Levels {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const at = (share: number) => {
    let sum = 0;
    for (let value = 0; value < counts.length; value++) {
      sum += counts[value] ?? 0;
      if (sum > share * total) return value;
    }
    return max;
  };
  const low = at(cut);
  // The darkest value whose share above it is no more than the cut.
  const high = at(Math.max(0, 1 - cut - 1e-9));
  return levelsBetween(low, Math.max(low, high), max);
}

export function histogramOfSamples({ data }: WideSamples): GreyHistogram {
  const counts = new Uint32Array(65_536);
  for (const value of data) counts[value] = (counts[value] ?? 0) + 1;
  return { counts, max: 65_535 };
}

const longestSidePx = 512;

/** Of an 8-bit picture, drawn small where it is large; the greatest of red, green and blue counts. */
export function histogramOfPicture(picture: DecodedImage): GreyHistogram {
  const { width, height } = sizeOfImage(picture);
  const scale = Math.min(1, longestSidePx / Math.max(1, width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const counts = new Uint32Array(256);
  if (!context) return { counts, max: 255 };
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let k = 0; k < data.length; k += 4) {
    const value = Math.max(data[k] ?? 0, data[k + 1] ?? 0, data[k + 2] ?? 0);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return { counts, max: 255 };
}
