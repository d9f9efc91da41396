import { bilinear, half, makeFilterCoefficients, precisionBits } from './pillow-filter.ts';
import type { MaskRaster } from './read-mask.ts';

/** Above one half of 255: what is left of «> 0.5» once Pillow has rounded to 8 bit. */
const insideFrom = 128;

/**
 * A mask at another size as the papers' code evaluates it (methods.md §9): 0 and 255, stretched by Pillow's bilinear
 * filter (antialiased when shrinking, rows first, rounded to 8 bit between), then above one half. Row-major, 1 inside.
 */
export function resizeMask(mask: MaskRaster, width: number, height: number): Uint8Array {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`a mask cannot be resized to ${width}×${height}`);
  }
  const grey = new Uint8Array(mask.data.length);
  for (let i = 0; i < grey.length; i++) grey[i] = mask.data[i] === 0 ? 0 : 255;
  const rows = width === mask.width ? grey : resizeRows(grey, mask.width, mask.height, width);
  const resized = height === mask.height ? rows : resizeColumns(rows, width, mask.height, height);
  return resized.map((level) => (level >= insideFrom ? 1 : 0));
}

/* Typed arrays are read inside their bounds by construction. The triangle's weights are never negative and sum to one, so nothing is clipped. */

function resizeRows(input: Uint8Array, width: number, height: number, outWidth: number): Uint8Array {
  const { first, count, weights, stride } = makeFilterCoefficients(width, outWidth, bilinear);
  const output = new Uint8ClampedArray(outWidth * height);
  for (let y = 0, target = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++, target++) {
      const source = y * width + (first[x] as number);
      let sum = half;
      for (let tap = 0; tap < (count[x] as number); tap++)
        sum += (input[source + tap] as number) * (weights[x * stride + tap] as number);
      output[target] = sum >> precisionBits;
    }
  }
  return new Uint8Array(output.buffer);
}

function resizeColumns(input: Uint8Array, width: number, height: number, outHeight: number): Uint8Array {
  const { first, count, weights, stride } = makeFilterCoefficients(height, outHeight, bilinear);
  const output = new Uint8ClampedArray(width * outHeight);
  const sums = new Int32Array(width);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(half);
    for (let tap = 0; tap < (count[y] as number); tap++) {
      const weight = weights[y * stride + tap] as number;
      const source = ((first[y] as number) + tap) * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (input[source + x] as number) * weight;
    }
    for (let x = 0; x < width; x++) output[y * width + x] = (sums[x] as number) >> precisionBits;
  }
  return new Uint8Array(output.buffer);
}
