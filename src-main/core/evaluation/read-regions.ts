import {
  findMaskRegions,
  regionsSizeBytes,
  type MaskRegions,
} from '../../../src-shared/metrics/mask-regions.ts';
import type { PixelImage } from '../../../src-shared/metrics/pixel-shard.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import { readImageMask } from '../datasets/read-image-mask.ts';
import type { MeasuredImage } from './pixel-worker-protocol.ts';

/** Regions that take more are made anew at every pass from one bit a pixel: masks of noise have a run every other pixel. */
const keptRegionsBytes = 65_536;

/** The regions of an image's mask at the size of the maps, as often as they are asked for. Throws what `readImageMask` throws. */
export async function readRegions(
  image: MeasuredImage,
  root: string,
  sizePx: number,
): Promise<PixelImage['regions']> {
  const mask = await readImageMask({ drawnMask: () => image.drawnMask }, root, image);
  if (mask === null) return () => null;
  const isOfSize = mask.width === sizePx && mask.height === sizePx;
  const raster = isOfSize ? mask.data : resizeMask(mask, sizePx, sizePx);
  return keepRegions(raster, sizePx);
}

/** What is returned must hold on to nothing else: closures of one function share all that any of them uses, here the raster. */
function keepRegions(raster: Uint8Array, sizePx: number): PixelImage['regions'] {
  const regions = findMaskRegions(raster, sizePx, sizePx);
  return regionsSizeBytes(regions) <= keptRegionsBytes
    ? constant(regions)
    : remakeRegions(packBits(raster), sizePx);
}

function constant(regions: MaskRegions): PixelImage['regions'] {
  return () => regions;
}

function remakeRegions(bits: Uint8Array, sizePx: number): PixelImage['regions'] {
  return () => findMaskRegions(unpackBits(bits, sizePx * sizePx), sizePx, sizePx);
}

function packBits(raster: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(raster.length / 8));
  for (let i = 0; i < raster.length; i++)
    if (raster[i] !== 0) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  return bits;
}

function unpackBits(bits: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((bits[i >> 3] as number) >> (i & 7)) & 1);
}
