import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import {
  findMaskRegions,
  regionsSizeBytes,
  type MaskRegions,
} from '../../../src-shared/metrics/mask-regions.ts';
import { PixelShard, type PixelImage } from '../../../src-shared/metrics/pixel-shard.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import { readImageMask } from '../datasets/read-image-mask.ts';
import type { MeasuredImage, PixelProblem } from './pixel-worker-protocol.ts';

/** Regions that take more are made anew at every pass from one bit a pixel: masks of noise have a run every other pixel. */
const keptRegionsBytes = 65_536;

/** A shard of one class whose maps are rendered from stored patch maps and whose masks are read from disk, once. */
export class MeasureShard {
  readonly shard = new PixelShard();
  readonly #rendering: MapRendering;
  readonly #root: string;
  readonly #map: Float32Array;

  constructor(rendering: MapRendering, root: string) {
    this.#rendering = rendering;
    this.#root = root;
    this.#map = new Float32Array(rendering.sizePx * rendering.sizePx);
  }

  /** Counts an image; returns why it cannot be, in a sentence that names it. */
  async add(image: MeasuredImage): Promise<PixelProblem | null> {
    try {
      // A damaged map is told here, by name, not in a later pass.
      decodePatchMap(image.patchMap);
      const regions = await this.#readRegions(image);
      if (this.shard.add({ render: () => this.#render(image.patchMap), regions })) return null;
      return {
        imageId: image.id,
        message: `The map of ${image.path} holds values that are not numbers: no pixel metrics.`,
      };
    } catch (thrown) {
      if (!(thrown instanceof WorkbenchError)) throw thrown;
      return { imageId: image.id, message: `No pixel metrics: ${toErrorShape(thrown).message}` };
    }
  }

  #render(patchMap: Uint8Array): Float32Array {
    return renderPixelMap(decodePatchMap(patchMap), this.#rendering, this.#map);
  }

  async #readRegions(image: MeasuredImage): Promise<PixelImage['regions']> {
    const mask = await readImageMask({ drawnMask: () => image.drawnMask }, this.#root, image);
    if (mask === null) return () => null;
    const { sizePx } = this.#rendering;
    const isOfSize = mask.width === sizePx && mask.height === sizePx;
    const raster = isOfSize ? mask.data : resizeMask(mask, sizePx, sizePx);
    return keepRegions(raster, sizePx);
  }
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
