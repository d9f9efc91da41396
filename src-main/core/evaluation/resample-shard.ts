import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import type { Statistic } from '../../../src-shared/metrics/bootstrap-statistics.ts';
import { bitsOf, bitsWithoutNegativeZero, surveyMap } from '../../../src-shared/metrics/ordered-keys.ts';
import { affordableBins, KeySample } from '../../../src-shared/metrics/pixel-bins.ts';
import { resamplePixels } from '../../../src-shared/metrics/pixel-bootstrap.ts';
import { PixelHistograms } from '../../../src-shared/metrics/pixel-histograms.ts';
import type { PixelImage } from '../../../src-shared/metrics/pixel-shard.ts';
import type { MeasuredImage, PixelProblem, ResampleRequest } from './pixel-worker-protocol.ts';
import { readRegions } from './read-regions.ts';

/** For the histograms of one class, whatever its size; see `affordableBins`. */
const histogramBytes = 96 * 2 ** 20;
/** Bins are laid by the pixels of about so many images. */
const sampledImages = 128;
/** And by so many pixels of each label. */
const sampledPixels = 1_000_000;

interface AddedImage {
  readonly patchMap: Uint8Array;
  readonly regions: PixelImage['regions'];
}

/**
 * One run's images of one class, to be drawn again and again: kept are the stored maps, a few kilobytes each, and the
 * regions of the masks; maps are rendered twice, of some images to lay the bins and of all to fill them.
 */
export class ResampleShard {
  readonly #rendering: MapRendering;
  readonly #root: string;
  readonly #every: number;
  readonly #map: Float32Array;
  readonly #sample: KeySample;
  readonly #images: AddedImage[] = [];

  /** `imageCount`: of the class. */
  constructor(rendering: MapRendering, root: string, imageCount: number) {
    const { sizePx } = rendering;
    this.#rendering = rendering;
    this.#root = root;
    this.#every = Math.max(1, Math.floor(imageCount / sampledImages));
    this.#map = new Float32Array(sizePx * sizePx);
    const pixels = Math.ceil(imageCount / this.#every) * sizePx * sizePx;
    this.#sample = new KeySample({
      normalStride: strideOf(pixels / sampledPixels, sizePx),
      // Regions are small: of anomalous pixels more are taken, at most all.
      anomalousStride: strideOf(pixels / (8 * sampledPixels), sizePx),
    });
  }

  /** Returns why an image cannot be used, in a sentence that names it. */
  async add(image: MeasuredImage): Promise<PixelProblem | null> {
    try {
      const regions = await readRegions(image, this.#root, this.#rendering.sizePx);
      const isSampled = this.#images.length % this.#every === 0;
      this.#images.push({ patchMap: image.patchMap, regions });
      if (!isSampled) return null;
      const map = this.#render(image.patchMap);
      const range = surveyMap(map);
      if (range === null)
        return { imageId: image.id, message: `The map of ${image.path} holds values that are not numbers.` };
      this.#sample.add(range.holdsNegativeZero ? bitsWithoutNegativeZero(map) : bitsOf(map), regions());
      return null;
    } catch (thrown) {
      if (!(thrown instanceof WorkbenchError)) throw thrown;
      return { imageId: image.id, message: toErrorShape(thrown).message };
    }
  }

  /** `onImage` is called after each image and, to be stopped by what it throws, now and then while resamples are drawn. */
  resample(
    { className, labels, places, exact, options }: ResampleRequest,
    onImage: () => void,
  ): readonly Statistic[] {
    const marked = this.#images.filter(({ regions }) => (regions()?.componentCount ?? 0) > 0).length;
    const bins = this.#sample.chooseBins(affordableBins(this.#images.length, marked, histogramBytes));
    const histograms = new PixelHistograms(bins, this.#images.length, marked);
    for (const { patchMap, regions } of this.#images) {
      histograms.add(this.#render(patchMap), regions());
      onImage();
    }
    return resamplePixels({ className, labels, places, histograms, exact }, options, onImage);
  }

  #render(patchMap: Uint8Array): Float32Array {
    return renderPixelMap(decodePatchMap(patchMap), this.#rendering, this.#map);
  }
}

/** No divisor of a row's length, so that samples do not stand in columns. */
function strideOf(wanted: number, sizePx: number): number {
  const stride = Math.max(1, Math.ceil(wanted));
  return stride > 1 && sizePx % stride === 0 ? stride + 1 : stride;
}
