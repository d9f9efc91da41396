import { walkRegions, type MaskRegions } from './mask-regions.ts';
import { valueOfKey } from './ordered-keys.ts';

/**
 * Bins of map values, as keys (see `ordered-keys.ts`). Bin 0 holds what lies below the first edge, bin b what lies from
 * `edges[b - 1]` up to, not including, `edges[b]`, the last one everything from the last edge on.
 */
export interface PixelBins {
  readonly count: number;
  /** Ascending, each once; one fewer than bins. */
  readonly edges: Uint32Array;
  /** The edges as numbers. */
  readonly edgeValues: Float64Array;
  /** 1: a single value fits the bin, so that nothing in it is rounded. */
  readonly isPoint: Uint8Array;
}

/** Most bins that are worth their memory. */
export const mostBins = 1024;
const leastBins = 16;

/**
 * How many bins a histogram of each of so many images may have. 4 bytes a bin and image and 12 more for an anomalous
 * one, so with 1,024 bins 4 KiB a good image and 16 KiB an anomalous one; where all together would take more than
 * `bytes`, there are fewer bins and the error that is told grows.
 */
export function affordableBins(images: number, anomalous: number, bytes: number): number {
  const perBin = 4 * images + 12 * anomalous;
  return Math.max(leastBins, Math.min(mostBins, Math.floor(bytes / Math.max(1, perBin))));
}

/** Of every region about so many pixels are taken, so that small ones have a say in where the edges lie. */
const pixelsARegion = 32;

export interface SampleRates {
  /** One of so many good pixels is taken. */
  readonly normalStride: number;
  /** One of so many anomalous pixels is taken. */
  readonly anomalousStride: number;
}

/** A sample of the keys of pixels, evenly spread over the images. */
export class KeySample {
  readonly #rates: SampleRates;
  readonly #normal = new KeyList();
  readonly #anomalous = new KeyList();
  readonly #ofRegions = new KeyList();
  #normalCount = 0;
  #anomalousCount = 0;
  #normalLeft = 0;
  #anomalousLeft = 0;
  #regionShare = 0;

  constructor(rates: SampleRates) {
    this.#rates = rates;
  }

  /** `bits` of a map without -0. */
  add(bits: Int32Array, regions: MaskRegions | null): void {
    walkRegions(
      bits.length,
      regions,
      (start, end) => {
        this.#addNormal(bits, start, end);
      },
      (start, end, area) => {
        this.#addAnomalous(bits, start, end, area);
      },
    );
  }

  /** Edges of at most `count` bins. */
  chooseBins(count: number): PixelBins {
    return binsOf(this.#chooseEdges(count - 1));
  }

  #addNormal(bits: Int32Array, from: number, to: number): void {
    const { normalStride } = this.#rates;
    this.#normalCount += to - from;
    let at = from + this.#normalLeft;
    for (; at < to; at += normalStride) this.#normal.push(keyAt(bits, at));
    this.#normalLeft = at - to;
  }

  #addAnomalous(bits: Int32Array, from: number, to: number, area: number): void {
    const { anomalousStride } = this.#rates;
    this.#anomalousCount += to - from;
    let at = from + this.#anomalousLeft;
    for (; at < to; at += anomalousStride) this.#anomalous.push(keyAt(bits, at));
    this.#anomalousLeft = at - to;
    const share = Math.min(1, pixelsARegion / area);
    for (let i = from; i < to; i++) {
      this.#regionShare += share;
      if (this.#regionShare < 1) continue;
      this.#regionShare -= 1;
      this.#ofRegions.push(keyAt(bits, i));
    }
  }

  /**
   * Where metrics need them: equal shares of the anomalous pixels and of the regions, of all good pixels (AUROC), of the
   * highest 30 % of them (AUPRO) and of those that are as high as the few that compete with anomalous ones (AP, F1).
   */
  #chooseEdges(most: number): Uint32Array {
    const normal = this.#normal.sorted();
    const anomalous = this.#anomalous.sorted();
    const ofRegions = this.#ofRegions.sorted();
    const few = pointEdges([normal, anomalous, ofRegions], most);
    if (few !== null) return few;
    const contested = Math.min(1, (3 * this.#anomalousCount) / Math.max(1, this.#normalCount));
    const edges = new Set<number>();
    addQuantiles(edges, anomalous, 0, most * 0.25);
    addQuantiles(edges, ofRegions, 0, most * 0.15);
    addQuantiles(edges, normal, 0, most * 0.2);
    addQuantiles(edges, normal, 0.7, most * 0.2);
    addQuantiles(edges, normal, 1 - contested, most * 0.2);
    const sorted = Uint32Array.from(edges).sort();
    if (sorted.length <= most) return sorted;
    return Uint32Array.from(
      { length: most },
      (_, k) => sorted[Math.floor((k * sorted.length) / most)] as number,
    );
  }
}

/** Where only a few values occur, each has a bin of its own; null where they are too many for that. */
function pointEdges(samples: readonly Uint32Array[], most: number): Uint32Array | null {
  const edges = new Set<number>();
  for (const keys of samples) {
    for (const key of keys) {
      edges.add(key);
      if (key < 0xffffffff) edges.add(key + 1);
      if (edges.size > most) return null;
    }
  }
  return Uint32Array.from(edges).sort();
}

/** Edges that part what lies above a share of the sorted keys into equal parts; a key that fills several is a bin by itself. */
function addQuantiles(edges: Set<number>, keys: Uint32Array, from: number, count: number): void {
  const parts = Math.floor(count);
  if (keys.length === 0) return;
  let before = -1;
  for (let k = 0; k < parts; k++) {
    const place = Math.min(keys.length - 1, Math.floor(keys.length * (from + ((1 - from) * k) / parts)));
    const key = keys[place] as number;
    edges.add(key);
    if (key === before && key < 0xffffffff && keys[Math.max(0, place - 1)] === key) edges.add(key + 1);
    before = key;
  }
}

export function binsOf(edges: Uint32Array): PixelBins {
  const count = edges.length + 1;
  return {
    count,
    edges,
    edgeValues: Float64Array.from(edges, (key) => valueOfKey(key)),
    isPoint: Uint8Array.from({ length: count }, (_, bin) =>
      bin > 0 && bin < edges.length && (edges[bin] as number) - (edges[bin - 1] as number) === 1 ? 1 : 0,
    ),
  };
}

const cellBits = 16;

/** Finds the bins of keys: a table over the stretch that has edges, then a few steps. */
export class BinFinder {
  readonly #edges: Uint32Array;
  readonly #first: number;
  readonly #last: number;
  readonly #shift: number;
  /** By cell: how many edges lie at or below its first key. */
  readonly #table: Uint16Array;

  constructor({ edges }: PixelBins) {
    this.#edges = edges;
    this.#first = edges[0] ?? 0;
    this.#last = edges[edges.length - 1] ?? 0;
    const range = this.#last - this.#first;
    this.#shift = Math.max(0, Math.ceil(Math.log2(range + 1)) - cellBits);
    this.#table = new Uint16Array(Math.floor(range / 2 ** this.#shift) + 1);
    let edge = 0;
    for (let cell = 0; cell < this.#table.length; cell++) {
      const key = this.#first + cell * 2 ** this.#shift;
      while (edge < edges.length && (edges[edge] as number) <= key) edge++;
      this.#table[cell] = edge;
    }
  }

  binOf(key: number): number {
    if (key < this.#first) return 0;
    const edges = this.#edges;
    if (key >= this.#last) return edges.length;
    let bin = this.#table[(key - this.#first) >>> this.#shift] as number;
    while (key >= (edges[bin] as number)) bin++;
    return bin;
  }
}

/** Bits turn into a key without a branch; see `keyOfBits`. */
export function keyAt(bits: Int32Array, at: number): number {
  const own = bits[at] as number;
  return (own ^ ((own >> 31) | 0x80000000)) >>> 0;
}

/** A list of keys that grows in place: a million numbers in an ordinary array would be boxed. */
class KeyList {
  #keys = new Uint32Array(1024);
  #length = 0;

  push(key: number): void {
    if (this.#length === this.#keys.length) {
      const longer = new Uint32Array(this.#length * 2);
      longer.set(this.#keys);
      this.#keys = longer;
    }
    this.#keys[this.#length++] = key;
  }

  sorted(): Uint32Array {
    return this.#keys.slice(0, this.#length).sort();
  }
}
