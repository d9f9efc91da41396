import { makeBandMatrix, type BandMatrix } from '../../../src-shared/maps/band-matrix.ts';
import { bilinearMatrix } from '../../../src-shared/maps/upsample-bilinear.ts';

/** A pixel map as its run renders it: `sidePx`×`sidePx`, row-major. */
export interface SquareMap {
  readonly data: Float32Array;
  readonly sidePx: number;
}

/** Values of a block of rows: about a megabyte, some milliseconds of work. */
const blockValues = 1 << 18;

const cache = new Map<string, BandMatrix>();
const cachedMatrices = 32;

/** Images of a set mostly have one size, so the last few matrices are kept. */
function cachedBilinear(input: number, output: number): BandMatrix {
  const key = `${input}/${output}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = output > 0 ? bilinearMatrix(input, output) : makeBandMatrix(input, 0, () => undefined);
  const [oldest] = cache.keys();
  if (cache.size >= cachedMatrices && oldest !== undefined) cache.delete(oldest);
  cache.set(key, made);
  return made;
}

/**
 * A map at another size, in blocks of whole rows from the top: bilinear with align_corners = false, as maps are
 * stretched everywhere (methods.md §1); unchanged at its own size. Holds sidePx·width values beside a block.
 */
export function* mapRows(
  { data, sidePx }: SquareMap,
  width: number,
  height: number,
): Generator<Float32Array> {
  const rowsAtOnce = Math.max(1, Math.floor(blockValues / width));
  if (width === sidePx && height === sidePx) {
    for (let row = 0; row < height; row += rowsAtOnce)
      yield data.subarray(row * width, Math.min(height, row + rowsAtOnce) * width);
    return;
  }
  const across = stretchRows(data, sidePx, cachedBilinear(sidePx, width));
  const down = cachedBilinear(sidePx, height);
  for (let start = 0; start < height; start += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, height - start);
    const block = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
      const target = row * width;
      for (let tap = 0; tap < down.stride; tap++) {
        const weight = down.weights[(start + row) * down.stride + tap] as number;
        if (weight === 0) continue;
        const source = ((down.first[start + row] as number) + tap) * width;
        for (let x = 0; x < width; x++)
          block[target + x] = (block[target + x] as number) + weight * (across[source + x] as number);
      }
    }
    yield block;
  }
}

function stretchRows(data: Float32Array, side: number, x: BandMatrix): Float32Array {
  const across = new Float32Array(side * x.outputSize);
  for (let row = 0, target = 0; row < side; row++) {
    for (let out = 0; out < x.outputSize; out++, target++) {
      const source = row * side + (x.first[out] as number);
      let sum = 0;
      for (let tap = 0; tap < x.stride; tap++)
        sum += (x.weights[out * x.stride + tap] as number) * (data[source + tap] as number);
      across[target] = sum;
    }
  }
  return across;
}
