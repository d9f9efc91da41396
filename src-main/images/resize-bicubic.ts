import { bicubic, half, makeFilterCoefficients, precisionBits } from './pillow-filter.ts';
import type { RgbImage } from './rgb-image.ts';

/* Typed arrays are read inside their bounds by construction; `| 0` turns the checked read into an integer. */

function resizeRows(input: Uint8Array, width: number, height: number, outWidth: number): Uint8Array {
  const { first, count, weights, stride } = makeFilterCoefficients(width, outWidth, bicubic);
  // Clamped stores do Pillow's clip8; the shift has already rounded.
  const output = new Uint8ClampedArray(outWidth * height * 3);
  for (let y = 0; y < height; y++) {
    const rowStart = y * width * 3;
    let target = y * outWidth * 3;
    for (let x = 0; x < outWidth; x++, target += 3) {
      let source = rowStart + (first[x] as number) * 3;
      let weight = x * stride;
      const end = weight + (count[x] as number);
      let [red, green, blue] = [half, half, half];
      for (; weight < end; weight++, source += 3) {
        const w = weights[weight] as number;
        red += (input[source] as number) * w;
        green += (input[source + 1] as number) * w;
        blue += (input[source + 2] as number) * w;
      }
      output[target] = red >> precisionBits;
      output[target + 1] = green >> precisionBits;
      output[target + 2] = blue >> precisionBits;
    }
  }
  return new Uint8Array(output.buffer);
}

function resizeColumns(input: Uint8Array, width: number, height: number, outHeight: number): Uint8Array {
  const { first, count, weights, stride } = makeFilterCoefficients(height, outHeight, bicubic);
  const rowBytes = width * 3;
  const output = new Uint8ClampedArray(rowBytes * outHeight);
  const sums = new Int32Array(rowBytes);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(half);
    const taps = count[y] as number;
    for (let tap = 0; tap < taps; tap++) {
      const w = weights[y * stride + tap] as number;
      const source = ((first[y] as number) + tap) * rowBytes;
      for (let i = 0; i < rowBytes; i++) {
        sums[i] = (sums[i] as number) + (input[source + i] as number) * w;
      }
    }
    const target = y * rowBytes;
    for (let i = 0; i < rowBytes; i++) output[target + i] = (sums[i] as number) >> precisionBits;
  }
  return new Uint8Array(output.buffer);
}

/**
 * Stretches an image to width×height exactly as Pillow's `Image.resize(…, BICUBIC)` does (methods.md §1; Pillow's
 * Resample.c): antialiased when shrinking, rows first, rounded to 8 bit between the two passes.
 */
export function resizeBicubic(image: RgbImage, width: number, height: number): RgbImage {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`an image cannot be resized to ${width}×${height}`);
  }
  const rows = width === image.width ? image.data : resizeRows(image.data, image.width, image.height, width);
  const data = height === image.height ? rows : resizeColumns(rows, width, image.height, height);
  return { width, height, data: data === image.data ? image.data.slice() : data };
}
