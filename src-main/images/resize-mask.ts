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
  const box = findBox(mask);
  if (box === null) return new Uint8Array(width * height);
  const rows = width === mask.width ? toGrey(mask) : resizeRows(mask, box, width);
  const resized = height === mask.height ? rows : resizeColumns(rows, box, width, mask.height, height);
  for (let i = 0; i < resized.length; i++) resized[i] = (resized[i] as number) >= insideFrom ? 1 : 0;
  return resized;
}

/** The rows and columns that hold a pixel inside, the last ones included: all others stay zero whatever the filter, and masks are mostly that. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Null where nothing is inside. */
function findBox({ data, width, height }: MaskRaster): Box | null {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return bottom < 0 ? null : { left, right, top, bottom };
}

function toGrey({ data }: MaskRaster): Uint8Array {
  const grey = new Uint8Array(data.length);
  for (let i = 0; i < grey.length; i++) grey[i] = data[i] === 0 ? 0 : 255;
  return grey;
}

/* Typed arrays are read inside their bounds by construction. The triangle's weights are never negative and sum to one, so nothing is clipped. */

function resizeRows({ data, width, height }: MaskRaster, box: Box, outWidth: number): Uint8Array {
  const { first, count, weights, stride } = makeFilterCoefficients(width, outWidth, bilinear);
  const output = new Uint8ClampedArray(outWidth * height);
  for (let x = 0; x < outWidth; x++) {
    const from = first[x] as number;
    const taps = count[x] as number;
    if (from > box.right || from + taps <= box.left) continue;
    for (let y = box.top; y <= box.bottom; y++) {
      const source = y * width + from;
      let sum = half;
      for (let tap = 0; tap < taps; tap++)
        if (data[source + tap] !== 0) sum += 255 * (weights[x * stride + tap] as number);
      output[y * outWidth + x] = sum >> precisionBits;
    }
  }
  return new Uint8Array(output.buffer);
}

function resizeColumns(
  input: Uint8Array,
  box: Box,
  width: number,
  height: number,
  outHeight: number,
): Uint8Array {
  const { first, count, weights, stride } = makeFilterCoefficients(height, outHeight, bilinear);
  const output = new Uint8ClampedArray(width * outHeight);
  const sums = new Int32Array(width);
  for (let y = 0; y < outHeight; y++) {
    const from = first[y] as number;
    const taps = count[y] as number;
    if (from > box.bottom || from + taps <= box.top) continue;
    sums.fill(half);
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[y * stride + tap] as number;
      const source = (from + tap) * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (input[source + x] as number) * weight;
    }
    for (let x = 0; x < width; x++) output[y * width + x] = (sums[x] as number) >> precisionBits;
  }
  return new Uint8Array(output.buffer);
}
