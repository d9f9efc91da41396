import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { assetPaths } from '../../src-shared/contract/asset-paths.ts';
import type { MapRendering } from '../../src-shared/domain/method.ts';
import { decodePatchMap } from '../../src-shared/maps/patch-map-codec.ts';
import type { PatchMap } from '../../src-shared/maps/patch-map.ts';
import { renderPixelMap } from '../../src-shared/maps/render-pixel-map.ts';
import { ResourceCache } from './resource-cache.ts';
import type { Resource } from './use-resource.ts';

/** A map at the size the model saw, side×side, row-major; it covers the whole image, stretched. */
export interface PixelMap {
  readonly sizePx: number;
  readonly data: Float32Array;
}

/** Reads a patch map. Throws `not-found`, `unavailable` or `corrupt-file`. */
export async function fetchPatchMap(runId: number, imageId: number): Promise<PatchMap> {
  const response = await fetch(assetPaths.patchMap(runId, imageId));
  if (!response.ok) {
    throw new WorkbenchError(
      response.status === 404 ? 'not-found' : 'unavailable',
      `The anomaly map of this image could not be read (${response.status}). Run the method again.`,
    );
  }
  return decodePatchMap(new Uint8Array(await response.arrayBuffer()));
}

const pixelMaps = new ResourceCache<PixelMap>(24);

/** The pixel map of an image, upsampled and smoothed once; colours and thresholds are applied to it afterwards. */
export function pixelMapResource(
  runId: number,
  imageId: number,
  rendering: MapRendering,
): Resource<PixelMap> {
  const key = `${runId}/${imageId}/${rendering.sizePx}/${rendering.sigmaPx}`;
  return {
    key,
    peek: () => pixelMaps.peek(key),
    load: () =>
      pixelMaps.load(key, async () => ({
        sizePx: rendering.sizePx,
        data: renderPixelMap(await fetchPatchMap(runId, imageId), rendering),
      })),
  };
}

/** The map as squares of single patches, nothing blended: what the method said before it was smoothed. */
export function patchSquaresResource(
  runId: number,
  imageId: number,
  { sizePx }: MapRendering,
): Resource<PixelMap> {
  const key = `${runId}/${imageId}/${sizePx}/patches`;
  return {
    key,
    peek: () => pixelMaps.peek(key),
    load: () => pixelMaps.load(key, async () => spreadPatches(await fetchPatchMap(runId, imageId), sizePx)),
  };
}

/** Every pixel of a square takes the value of the patch that it lies in. */
export function spreadPatches({ rows, columns, data }: PatchMap, sizePx: number): PixelMap {
  const pixels = new Float32Array(sizePx * sizePx);
  for (let y = 0; y < sizePx; y++) {
    const row = Math.floor((y * rows) / sizePx) * columns;
    for (let x = 0; x < sizePx; x++) {
      pixels[y * sizePx + x] = data[row + Math.floor((x * columns) / sizePx)] ?? 0;
    }
  }
  return { sizePx, data: pixels };
}

/** Value of the map at a point of the image given in shares of its sides (0-1), bilinear between pixel centres. */
export function sampleMap({ sizePx, data }: PixelMap, shareX: number, shareY: number): number {
  const clamp = (value: number) => Math.min(sizePx - 1, Math.max(0, value));
  const x = clamp(shareX * sizePx - 0.5);
  const y = clamp(shareY * sizePx - 0.5);
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = Math.min(sizePx - 1, left + 1);
  const bottom = Math.min(sizePx - 1, top + 1);
  const at = (column: number, row: number) => data[row * sizePx + column] ?? 0;
  const upper = at(left, top) + (at(right, top) - at(left, top)) * (x - left);
  const lower = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * (x - left);
  return upper + (lower - upper) * (y - top);
}
