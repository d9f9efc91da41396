import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { PixelShard } from '../../../src-shared/metrics/pixel-shard.ts';
import type { MeasuredImage, PixelProblem } from './pixel-worker-protocol.ts';
import { readRegions } from './read-regions.ts';

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
      const regions = await readRegions(image, this.#root, this.#rendering.sizePx);
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
}
