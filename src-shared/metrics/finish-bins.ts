import {
  addParts,
  MetricWalk,
  noPart,
  type Cut,
  type WalkPart,
  type WalkPoint,
  type WalkTotals,
} from './metric-walk.ts';
import { keysPerBin } from './ordered-keys.ts';
import { viewRound, type BinLayout, type RoundLayout, type RoundViews } from './pixel-plan.ts';

/** A bin that was stored exactly, ready to be walked. */
export interface BinTask {
  /** Its place in the layouts' bins. */
  readonly index: number;
  /** What lies above it. */
  readonly start: WalkPoint;
  /** Inside it, from the highest key down. */
  readonly cuts: readonly Cut[];
}

/** One shard's storage of a round. */
export interface FilledRound {
  readonly layout: RoundLayout;
  readonly memory: ArrayBufferLike;
}

/** Fewer pixels than these are sorted; more are counted into every key of the bin. */
const sortedPixels = 4096;
const twoTo32 = 2 ** 32;

/** Walks bins of a round over what all shards stored of them. */
export function finishBins(
  totals: WalkTotals,
  shards: readonly FilledRound[],
  tasks: readonly BinTask[],
): WalkPart {
  const stores = shards.map(({ layout, memory }) => ({ layout, views: viewRound(memory, layout) }));
  let dense: DenseBin | null = null;
  let sum = noPart;
  for (const { index, start, cuts } of tasks) {
    const parts = stores.map(({ layout, views }) => ({ bin: layout.bins[index] as BinLayout, views }));
    const walk = new MetricWalk(totals, start);
    const size = parts.reduce((all, { bin }) => all + bin.negatives.length + bin.positives.length, 0);
    const keys = (parts[0]?.bin.bin ?? 0) * keysPerBin;
    if (size <= sortedPixels) walkSorted(walk, keys, parts, cuts);
    else (dense ??= new DenseBin()).walk(walk, keys, parts, cuts);
    sum = addParts(sum, walk.part());
  }
  return sum;
}

interface StoredBin {
  readonly bin: BinLayout;
  readonly views: RoundViews;
}

/** All slices are lists here: a histogram counts as 65,536 pixels. */
function walkSorted(walk: MetricWalk, keys: number, parts: readonly StoredBin[], cuts: readonly Cut[]): void {
  const negatives = concatenate(
    parts.map(({ bin, views }) =>
      views.listedNegatives.subarray(bin.negatives.at, bin.negatives.at + bin.negatives.length),
    ),
  ).sort();
  const positives = new Float64Array(parts.reduce((sum, { bin }) => sum + bin.positives.length, 0));
  let filled = 0;
  for (const { bin, views } of parts) {
    for (let i = bin.positives.at; i < bin.positives.at + bin.positives.length; i++)
      positives[filled++] = (views.listedPositives[i] as number) * twoTo32 + (views.listedAreas[i] as number);
  }
  positives.sort();
  let [n, p, cut] = [negatives.length - 1, positives.length - 1, 0];
  while (n >= 0 || p >= 0) {
    const low = Math.max(negatives[n] ?? 0, Math.floor((positives[p] ?? 0) / twoTo32));
    for (; ((cuts[cut]?.key ?? 0) as number) > keys + low; cut++) walk.note(cuts[cut] as Cut);
    const nBefore = n;
    while (n >= 0 && negatives[n] === low) n--;
    let [count, weight] = [0, 0];
    for (; p >= 0 && Math.floor((positives[p] as number) / twoTo32) === low; p--, count++)
      weight += 1 / ((positives[p] as number) - low * twoTo32);
    walk.add(keys + low, count, weight, nBefore - n);
  }
  for (; cut < cuts.length; cut++) walk.note(cuts[cut] as Cut);
}

function concatenate(lists: readonly Uint16Array[]): Uint16Array {
  const whole = new Uint16Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    whole.set(list, at);
    at += list.length;
  }
  return whole;
}

/** Room for a count of every key of one bin, used again and again. */
class DenseBin {
  readonly #negatives = new Uint32Array(keysPerBin);
  readonly #positives = new Uint32Array(keysPerBin);
  readonly #weights = new Float64Array(keysPerBin);

  walk(walk: MetricWalk, keys: number, parts: readonly StoredBin[], cuts: readonly Cut[]): void {
    const [negatives, positives, weights] = [this.#negatives, this.#positives, this.#weights];
    negatives.fill(0);
    positives.fill(0);
    weights.fill(0);
    for (const part of parts) this.#gather(part);
    let cut = 0;
    let cutKey = cuts[0]?.key ?? -1;
    for (let low = keysPerBin - 1; low >= 0; low--) {
      const n = negatives[low] as number;
      const p = positives[low] as number;
      if (n === 0 && p === 0) continue;
      while (cutKey > keys + low) {
        walk.note(cuts[cut] as Cut);
        cutKey = cuts[++cut]?.key ?? -1;
      }
      walk.add(keys + low, p, weights[low] as number, n);
    }
    for (; cut < cuts.length; cut++) walk.note(cuts[cut] as Cut);
  }

  #gather({ bin, views }: StoredBin): void {
    const [negatives, positives, weights] = [this.#negatives, this.#positives, this.#weights];
    const { at: negativesAt, length: negativeLength } = bin.negatives;
    if (bin.negatives.isHistogram) {
      for (let low = 0; low < keysPerBin; low++)
        negatives[low] = (negatives[low] as number) + (views.negativeCounts[negativesAt + low] as number);
    } else {
      for (let i = negativesAt; i < negativesAt + negativeLength; i++) {
        const low = views.listedNegatives[i] as number;
        negatives[low] = (negatives[low] as number) + 1;
      }
    }
    const { at: positivesAt, length: positiveLength } = bin.positives;
    if (bin.positives.isHistogram) {
      for (let low = 0; low < keysPerBin; low++) {
        positives[low] = (positives[low] as number) + (views.positiveCounts[positivesAt + low] as number);
        weights[low] = (weights[low] as number) + (views.weights[positivesAt + low] as number);
      }
    } else {
      for (let i = positivesAt; i < positivesAt + positiveLength; i++) {
        const low = views.listedPositives[i] as number;
        positives[low] = (positives[low] as number) + 1;
        weights[low] = (weights[low] as number) + 1 / (views.listedAreas[i] as number);
      }
    }
  }
}
