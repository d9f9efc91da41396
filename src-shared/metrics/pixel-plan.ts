import { binCount, keysPerBin } from './ordered-keys.ts';

/** Pixels by coarse bin (the upper 16 bits of their key), as one shard or all of them counted. */
export interface CoarseCounts {
  readonly negatives: Uint32Array;
  readonly positives: Uint32Array;
  /** Σ over positives of 1/area of their component. */
  readonly weights: Float64Array;
}

/** Where a shard keeps the pixels of one bin and one label: a count for every key, or a list of the lower 16 bits. */
export interface Slice {
  readonly isHistogram: boolean;
  /** Place in its section, in elements. */
  readonly at: number;
  /** Pixels listed; of a histogram the number of keys. */
  readonly length: number;
}

export interface BinLayout {
  readonly bin: number;
  readonly negatives: Slice;
  readonly positives: Slice;
}

/** Where a shard keeps everything of a round. Section lengths in elements. */
export interface RoundLayout {
  readonly bins: readonly BinLayout[];
  readonly negativeHistograms: number;
  readonly positiveHistograms: number;
  readonly negativesListed: number;
  readonly positivesListed: number;
}

/** A count each, 4 bytes, or 2 bytes a pixel. */
const negativeKeyBytes = 4;
const negativeListedBytes = 2;
/** A count and a weight each, or the lower 16 bits and an area a pixel. */
const positiveKeyBytes = 12;
const positiveListedBytes = 6;

export function roundSizeBytes(layout: RoundLayout): number {
  return (
    layout.negativeHistograms * negativeKeyBytes +
    layout.negativesListed * negativeListedBytes +
    layout.positiveHistograms * positiveKeyBytes +
    layout.positivesListed * positiveListedBytes
  );
}

/** A shard's storage of one round as typed arrays over its memory. */
export interface RoundViews {
  readonly weights: Float64Array;
  readonly positiveCounts: Uint32Array;
  readonly negativeCounts: Uint32Array;
  readonly listedAreas: Uint32Array;
  readonly listedPositives: Uint16Array;
  readonly listedNegatives: Uint16Array;
}

/** Sections lie in the order of their elements' sizes, so all are aligned. Throws RangeError where the memory is too small. */
export function viewRound(memory: ArrayBufferLike, layout: RoundLayout): RoundViews {
  const { positiveHistograms, negativeHistograms, positivesListed, negativesListed } = layout;
  const positiveCountsAt = positiveHistograms * 8;
  const negativeCountsAt = positiveCountsAt + positiveHistograms * 4;
  const areasAt = negativeCountsAt + negativeHistograms * 4;
  const positivesAt = areasAt + positivesListed * 4;
  const negativesAt = positivesAt + positivesListed * 2;
  return {
    weights: new Float64Array(memory, 0, positiveHistograms),
    positiveCounts: new Uint32Array(memory, positiveCountsAt, positiveHistograms),
    negativeCounts: new Uint32Array(memory, negativeCountsAt, negativeHistograms),
    listedAreas: new Uint32Array(memory, areasAt, positivesListed),
    listedPositives: new Uint16Array(memory, positivesAt, positivesListed),
    listedNegatives: new Uint16Array(memory, negativesAt, negativesListed),
  };
}

/** Lays bins out one after another; each label of each bin in the smaller of the two forms. */
class LayoutBuilder {
  readonly bins: BinLayout[] = [];
  readonly #counts: CoarseCounts;
  #layout = { negativeHistograms: 0, positiveHistograms: 0, negativesListed: 0, positivesListed: 0 };

  constructor(counts: CoarseCounts) {
    this.#counts = counts;
  }

  /** Bytes that a bin adds. */
  costBytes(bin: number): number {
    const [negatives, positives] = this.#countsOf(bin);
    return (
      Math.min(negatives * negativeListedBytes, keysPerBin * negativeKeyBytes) +
      Math.min(positives * positiveListedBytes, keysPerBin * positiveKeyBytes)
    );
  }

  add(bin: number): void {
    const [negatives, positives] = this.#countsOf(bin);
    const layout = this.#layout;
    const negativesIn = negatives * negativeListedBytes > keysPerBin * negativeKeyBytes;
    const positivesIn = positives * positiveListedBytes > keysPerBin * positiveKeyBytes;
    this.bins.push({
      bin,
      negatives: negativesIn
        ? { isHistogram: true, at: layout.negativeHistograms, length: keysPerBin }
        : { isHistogram: false, at: layout.negativesListed, length: negatives },
      positives: positivesIn
        ? { isHistogram: true, at: layout.positiveHistograms, length: keysPerBin }
        : { isHistogram: false, at: layout.positivesListed, length: positives },
    });
    if (negativesIn) layout.negativeHistograms += keysPerBin;
    else layout.negativesListed += negatives;
    if (positivesIn) layout.positiveHistograms += keysPerBin;
    else layout.positivesListed += positives;
  }

  finish(): RoundLayout {
    return { bins: this.bins, ...this.#layout };
  }

  #countsOf(bin: number): [number, number] {
    return [this.#counts.negatives[bin] as number, this.#counts.positives[bin] as number];
  }
}

/**
 * Parts the bins, from the highest down, into rounds in which no shard needs more than `shardBytes`; a bin that alone
 * needs more (at most 1 MiB) has a round of its own. Returns per round a layout a shard.
 */
export function planRounds(
  wanted: readonly number[],
  shards: readonly CoarseCounts[],
  shardBytes: number,
): RoundLayout[][] {
  const rounds: RoundLayout[][] = [];
  let builders = shards.map((counts) => new LayoutBuilder(counts));
  let used = shards.map(() => 0);
  const close = () => {
    if ((builders[0]?.bins.length ?? 0) > 0) rounds.push(builders.map((builder) => builder.finish()));
    builders = shards.map((counts) => new LayoutBuilder(counts));
    used = shards.map(() => 0);
  };
  for (const bin of wanted) {
    const costs = builders.map((builder) => builder.costBytes(bin));
    if (costs.some((cost, shard) => cost + (used[shard] as number) > shardBytes)) close();
    for (const [shard, builder] of builders.entries()) {
      builder.add(bin);
      used[shard] = (used[shard] as number) + (costs[shard] as number);
    }
  }
  close();
  return rounds;
}

/** Counts of all shards together. */
export function mergeCounts(shards: readonly CoarseCounts[]): CoarseCounts {
  const [only] = shards;
  if (only !== undefined && shards.length === 1) return only;
  const merged = {
    negatives: new Uint32Array(binCount),
    positives: new Uint32Array(binCount),
    weights: new Float64Array(binCount),
  };
  for (const { negatives, positives, weights } of shards) {
    for (let bin = 0; bin < binCount; bin++) {
      merged.negatives[bin] = (merged.negatives[bin] as number) + (negatives[bin] as number);
      merged.positives[bin] = (merged.positives[bin] as number) + (positives[bin] as number);
      merged.weights[bin] = (merged.weights[bin] as number) + (weights[bin] as number);
    }
  }
  return merged;
}
