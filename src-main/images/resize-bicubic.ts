import type { RgbImage } from './rgb-image.ts';

/** Pillow's fixed point: 32 bits less 8 of the pixel and 2 of headroom (Resample.c, PRECISION_BITS). */
const precisionBits = 22;
const half = 1 << (precisionBits - 1);
const supportPx = 2;

/** Keys' cubic with a = -0.5, as Pillow's BICUBIC has it. */
function cubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

interface Coefficients {
  /** First input index of each output index. */
  readonly first: Int32Array;
  /** Number of taps of each output index. */
  readonly count: Int32Array;
  /** Weights in fixed point, `stride` for each output index. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Weights of one axis (Pillow's precompute_coeffs and normalize_coeffs_8bpc): the kernel is widened when shrinking. */
function makeCoefficients(inputSize: number, outputSize: number): Coefficients {
  const scale = inputSize / outputSize;
  const widening = Math.max(scale, 1);
  const support = supportPx * widening;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const row = new Float64Array(stride);
  for (let out = 0; out < outputSize; out++) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(inputSize, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = cubic((tap + from - centre + 0.5) * (1 / widening));
      row[tap] = weight;
      sum += weight;
    }
    const norm = sum === 0 ? 1 : 1 / sum;
    for (let tap = 0; tap < taps; tap++) {
      const weight = (row[tap] ?? 0) * norm * (1 << precisionBits);
      weights[out * stride + tap] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[out] = from;
    count[out] = taps;
  }
  return { first, count, weights, stride };
}

/* Typed arrays are read inside their bounds by construction; `| 0` turns the checked read into an integer. */

function resizeRows(input: Uint8Array, width: number, height: number, outWidth: number): Uint8Array {
  const { first, count, weights, stride } = makeCoefficients(width, outWidth);
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
  const { first, count, weights, stride } = makeCoefficients(height, outHeight);
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
