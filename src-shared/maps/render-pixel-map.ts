import type { MapRendering } from '../domain/method.ts';
import { applySeparable, makeBandMatrix, type BandMatrix } from './band-matrix.ts';
import { gaussianMatrix } from './gaussian-smooth.ts';
import type { PatchMap } from './patch-map.ts';
import { bilinearMatrix } from './upsample-bilinear.ts';

/** Upsampling and smoothing of one axis in one: smooth·upsample, still a narrow band of the patch grid. */
function renderingMatrix(patches: number, { sizePx, sigmaPx }: MapRendering): BandMatrix {
  const upsample = bilinearMatrix(patches, sizePx);
  if (sigmaPx === 0) return upsample;
  const smooth = gaussianMatrix(sizePx, sigmaPx);
  return makeBandMatrix(patches, sizePx, (output, row) => {
    for (let tap = 0; tap < smooth.stride; tap++) {
      const weight = smooth.weights[output * smooth.stride + tap] as number;
      if (weight === 0) continue;
      const pixel = (smooth.first[output] as number) + tap;
      for (let i = 0; i < upsample.stride; i++) {
        const patch = (upsample.first[pixel] as number) + i;
        row[patch] =
          (row[patch] as number) + weight * (upsample.weights[pixel * upsample.stride + i] as number);
      }
    }
  });
}

const matrixCache = new Map<string, BandMatrix>();
const cachedMatrices = 16;

/** A matrix is the same for every image of a run, so the last few are kept. */
function cachedRenderingMatrix(patches: number, rendering: MapRendering): BandMatrix {
  const key = `${patches}/${rendering.sizePx}/${rendering.sigmaPx}`;
  const found = matrixCache.get(key);
  if (found !== undefined) return found;
  const made = renderingMatrix(patches, rendering);
  const [oldest] = matrixCache.keys();
  if (matrixCache.size >= cachedMatrices && oldest !== undefined) matrixCache.delete(oldest);
  matrixCache.set(key, made);
  return made;
}

/**
 * The pixel map of a patch map: bilinear to sizePx×sizePx, then a Gaussian of sigmaPx there, row-major. Both are linear
 * and separable, so they are applied as one small matrix an axis: what scipy would do after torch, up to rounding.
 * Written over `output` where one is given: whoever renders thousands of maps need not leave as many behind.
 */
export function renderPixelMap(map: PatchMap, rendering: MapRendering, output?: Float32Array): Float32Array {
  return applySeparable(
    map.data,
    cachedRenderingMatrix(map.columns, rendering),
    cachedRenderingMatrix(map.rows, rendering),
    output,
  );
}
