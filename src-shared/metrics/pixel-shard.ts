import { walkRegions, type MaskRegions } from './mask-regions.ts';
import { binCount, bitsOf, bitsWithoutNegativeZero, surveyMap } from './ordered-keys.ts';
import { viewRound, type CoarseCounts, type RoundLayout } from './pixel-plan.ts';

/** A map with what is true of its pixels, made anew at every pass so that nothing big is kept. */
export interface PixelImage {
  /** The map, row-major; the same values at every call. The caller is done with it before the next image's is made. */
  render(): Float32Array;
  /** Null: good everywhere. */
  regions(): MaskRegions | null;
}

/** What a shard counted in its first pass. */
export interface ShardCounts extends CoarseCounts {
  readonly components: number;
  /** Of all values; Infinity and -Infinity where there are none. */
  readonly minimum: number;
  readonly maximum: number;
}

const skipped = -1;
const listed = -2;
const emptyRound: RoundLayout = {
  bins: [],
  negativeHistograms: 0,
  positiveHistograms: 0,
  negativesListed: 0,
  positivesListed: 0,
};

/**
 * One worker's share of the images of a class. First `add` counts each image's pixels by coarse bin; then `fill` goes
 * through the same images again and stores the pixels of some of these bins exactly, as often as rounds are needed.
 */
export class PixelShard {
  readonly #images: { readonly image: PixelImage; readonly holdsNegativeZero: boolean }[] = [];
  readonly #negatives = new Uint32Array(binCount);
  readonly #positives = new Uint32Array(binCount);
  readonly #weights = new Float64Array(binCount);
  #filling: RoundFilling | null = null;
  #components = 0;
  #minimum = Infinity;
  #maximum = -Infinity;

  get imageCount(): number {
    return this.#images.length;
  }

  /**
   * False, with nothing added, when the map holds a value that is not a number. Throws RangeError where map and mask
   * are of different sizes.
   */
  add(image: PixelImage): boolean {
    const map = image.render();
    const regions = image.regions();
    if (regions !== null && regions.pixelCount !== map.length)
      throw new RangeError(`${map.length} values but ${regions.pixelCount} pixels of a mask`);
    const range = surveyMap(map);
    if (range === null) return false;
    const { minimum, maximum, holdsNegativeZero } = range;
    this.#minimum = Math.min(this.#minimum, minimum);
    this.#maximum = Math.max(this.#maximum, maximum);
    this.#components += regions?.componentCount ?? 0;
    this.#count(holdsNegativeZero ? bitsWithoutNegativeZero(map) : bitsOf(map), regions);
    this.#images.push({ image, holdsNegativeZero });
    return true;
  }

  counts(): ShardCounts {
    return {
      negatives: this.#negatives,
      positives: this.#positives,
      weights: this.#weights,
      components: this.#components,
      minimum: this.#minimum,
      maximum: this.#maximum,
    };
  }

  /** Stores the pixels of a round's bins in `memory`, whatever was there before. `onImage` is called after each image. */
  fill(layout: RoundLayout, memory: ArrayBufferLike, onImage: () => void = () => undefined): void {
    this.#filling ??= new RoundFilling();
    const round = this.#filling;
    round.open(layout, memory);
    for (const { image, holdsNegativeZero } of this.#images) {
      const map = image.render();
      round.add(holdsNegativeZero ? bitsWithoutNegativeZero(map) : bitsOf(map), image.regions());
      onImage();
    }
    round.close(layout);
  }

  #count(bits: Int32Array, regions: MaskRegions | null): void {
    const [negatives, positives, weights] = [this.#negatives, this.#positives, this.#weights];
    // -0 is gone, so the bits turn into keys without a branch; see `keyOfBits`.
    for (let i = 0; i < bits.length; i++) {
      const own = bits[i] as number;
      const bin = (own ^ ((own >> 31) | 0x80000000)) >>> 16;
      negatives[bin] = (negatives[bin] as number) + 1;
    }
    if (regions === null) return;
    const { starts, ends, areas } = regions;
    for (let run = 0; run < starts.length; run++) {
      const weight = 1 / (areas[run] as number);
      for (let i = starts[run] as number; i < (ends[run] as number); i++) {
        const own = bits[i] as number;
        const bin = (own ^ ((own >> 31) | 0x80000000)) >>> 16;
        negatives[bin] = (negatives[bin] as number) - 1;
        positives[bin] = (positives[bin] as number) + 1;
        weights[bin] = (weights[bin] as number) + weight;
      }
    }
  }
}

/** One shard's storage of a round while it is being filled; one after another, so that its tables are made once. */
class RoundFilling {
  #views = viewRound(new ArrayBuffer(0), emptyRound);
  /** By bin: the first element of its histogram, or whether it is listed or skipped. */
  readonly #negativesAt = new Int32Array(binCount).fill(skipped);
  readonly #positivesAt = new Int32Array(binCount).fill(skipped);
  /** By listed bin: the next free place. */
  readonly #negativeCursors = new Uint32Array(binCount);
  readonly #positiveCursors = new Uint32Array(binCount);

  open(layout: RoundLayout, memory: ArrayBufferLike): void {
    this.#views = viewRound(memory, layout);
    this.#views.weights.fill(0);
    this.#views.positiveCounts.fill(0);
    this.#views.negativeCounts.fill(0);
    for (const { bin, negatives, positives } of layout.bins) {
      this.#negativesAt[bin] = negatives.isHistogram ? negatives.at : listed;
      this.#negativeCursors[bin] = negatives.at;
      this.#positivesAt[bin] = positives.isHistogram ? positives.at : listed;
      this.#positiveCursors[bin] = positives.at;
    }
  }

  close(layout: RoundLayout): void {
    for (const { bin } of layout.bins) {
      this.#negativesAt[bin] = skipped;
      this.#positivesAt[bin] = skipped;
    }
    this.#views = viewRound(new ArrayBuffer(0), emptyRound);
  }

  add(bits: Int32Array, regions: MaskRegions | null): void {
    walkRegions(
      bits.length,
      regions,
      (start, end) => {
        this.#addNegatives(bits, start, end);
      },
      (start, end, area) => {
        this.#addPositives(bits, start, end, area);
      },
    );
  }

  #addNegatives(bits: Int32Array, from: number, to: number): void {
    const [places, cursors] = [this.#negativesAt, this.#negativeCursors];
    const { negativeCounts, listedNegatives } = this.#views;
    for (let i = from; i < to; i++) {
      const own = bits[i] as number;
      const key = own ^ ((own >> 31) | 0x80000000);
      const at = places[key >>> 16] as number;
      if (at >= 0) {
        const place = at + (key & 0xffff);
        negativeCounts[place] = (negativeCounts[place] as number) + 1;
      } else if (at === listed) {
        const cursor = cursors[key >>> 16] as number;
        listedNegatives[cursor] = key & 0xffff;
        cursors[key >>> 16] = cursor + 1;
      }
    }
  }

  #addPositives(bits: Int32Array, from: number, to: number, area: number): void {
    const [places, cursors] = [this.#positivesAt, this.#positiveCursors];
    const { positiveCounts, weights, listedPositives, listedAreas } = this.#views;
    for (let i = from; i < to; i++) {
      const own = bits[i] as number;
      const key = own ^ ((own >> 31) | 0x80000000);
      const at = places[key >>> 16] as number;
      if (at >= 0) {
        const place = at + (key & 0xffff);
        positiveCounts[place] = (positiveCounts[place] as number) + 1;
        weights[place] = (weights[place] as number) + 1 / area;
      } else if (at === listed) {
        const cursor = cursors[key >>> 16] as number;
        listedPositives[cursor] = key & 0xffff;
        listedAreas[cursor] = area;
        cursors[key >>> 16] = cursor + 1;
      }
    }
  }
}
