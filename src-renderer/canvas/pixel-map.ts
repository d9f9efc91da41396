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
export function fetchPatchMap(runId: number, imageId: number): Promise<PatchMap> {
  return fetchMapAt(
    assetPaths.patchMap(runId, imageId),
    (status) => `The anomaly map of this image could not be read (${status}). Run the method again.`,
  );
}

async function fetchMapAt(address: string, describe: (status: number) => string): Promise<PatchMap> {
  const response = await fetch(address);
  if (!response.ok)
    throw new WorkbenchError(
      response.status === 404 ? 'not-found' : 'unavailable',
      describe(response.status),
    );
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

/** Probe maps are drawn small; this many are some epochs of them. */
const probeMaps = new ResourceCache<PixelMap>(256);
const probeSidePx = 160;

/** What a checkpoint of a training says of a probe image, smaller than a run would draw it. */
export function probeMapResource(
  place: { readonly trainingId: number; readonly epoch: number; readonly imageId: number },
  { sizePx, sigmaPx }: MapRendering,
): Resource<PixelMap> {
  const { trainingId, epoch, imageId } = place;
  const side = Math.min(sizePx, probeSidePx);
  const small = { sizePx: side, sigmaPx: (sigmaPx * side) / sizePx };
  const key = `${trainingId}/${epoch}/${imageId}/${small.sizePx}/${small.sigmaPx}`;
  const address = assetPaths.probeMap(trainingId, epoch, imageId);
  const describe = (status: number) => `The map of epoch ${epoch} could not be read (${status}).`;
  return {
    key,
    peek: () => probeMaps.peek(key),
    load: () =>
      probeMaps.load(key, async () => ({
        sizePx: side,
        data: renderPixelMap(await fetchMapAt(address, describe), small),
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
