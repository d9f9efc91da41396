import { applySeparable, makeBandMatrix, type BandMatrix } from './band-matrix.ts';

const truncateSigmas = 4;
/** SciPy leaves an axis alone at or below this. */
const minimumSigmaPx = 1e-15;

/** exp(-x²/2σ²) for x = 0…radius, scaled so that the whole kernel, both sides, sums to 1. */
export function gaussianKernel(sigmaPx: number): Float64Array {
  const radius = Math.floor(truncateSigmas * sigmaPx + 0.5);
  const kernel = Float64Array.from({ length: radius + 1 }, (_, x) => Math.exp((-0.5 * x * x) / sigmaPx ** 2));
  const sum = kernel.reduce((total, weight, x) => total + (x === 0 ? weight : 2 * weight), 0);
  return kernel.map((weight) => weight / sum);
}

/** Index inside 0…size-1 that an index outside stands for: the border is mirrored, its own pixel included (d c b a | a b c d | d c b a). */
export function reflectIndex(index: number, size: number): number {
  const period = 2 * size;
  const inPeriod = ((index % period) + period) % period;
  return inPeriod < size ? inPeriod : period - 1 - inPeriod;
}

/** A Gaussian along one axis as scipy.ndimage.gaussian_filter does it: reflected border, truncated at 4 σ. σ = 0 changes nothing. */
export function gaussianMatrix(size: number, sigmaPx: number): BandMatrix {
  const kernel = sigmaPx > minimumSigmaPx ? gaussianKernel(sigmaPx) : Float64Array.of(1);
  return makeBandMatrix(size, size, (output, row) => {
    for (let offset = 1 - kernel.length; offset < kernel.length; offset++) {
      const source = reflectIndex(output + offset, size);
      row[source] = (row[source] as number) + (kernel[Math.abs(offset)] as number);
    }
  });
}

/** Smooths a pixel map [rows, columns]; sigma in pixels of that map. */
export function gaussianSmooth(
  data: Float32Array,
  rows: number,
  columns: number,
  sigmaPx: number,
): Float32Array {
  if (data.length !== rows * columns)
    throw new RangeError(`${data.length} values are not ${rows}×${columns}`);
  return applySeparable(data, gaussianMatrix(columns, sigmaPx), gaussianMatrix(rows, sigmaPx));
}
