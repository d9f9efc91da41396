import { applySeparable, makeBandMatrix, type BandMatrix } from './band-matrix.ts';
import type { PatchMap } from './patch-map.ts';

/**
 * Weights of bilinear interpolation of one axis as torch's F.interpolate(mode='bilinear', align_corners=False) has them:
 * source = (output + ½)·inputSize/outputSize - ½, not below 0; not antialiased when shrinking.
 */
export function bilinearMatrix(inputSize: number, outputSize: number): BandMatrix {
  return makeBandMatrix(inputSize, outputSize, (output, row) => {
    const source = Math.max(0, ((output + 0.5) * inputSize) / outputSize - 0.5);
    const lower = Math.min(Math.floor(source), inputSize - 1);
    const upper = Math.min(lower + 1, inputSize - 1);
    const share = upper === lower ? 0 : source - lower;
    row[lower] = 1 - share;
    row[upper] = (row[upper] as number) + share;
  });
}

/** A patch map stretched to rows×columns pixels, row-major (methods.md §1, «Maps»). */
export function upsampleBilinear(map: PatchMap, rows: number, columns: number): Float32Array {
  return applySeparable(map.data, bilinearMatrix(map.columns, columns), bilinearMatrix(map.rows, rows));
}
