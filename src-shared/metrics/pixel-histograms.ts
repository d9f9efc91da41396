import type { MaskRegions } from './mask-regions.ts';
import { proLimit, type NotedCut } from './metric-walk.ts';
import { bitsOf, bitsWithoutNegativeZero, surveyMap } from './ordered-keys.ts';
import { paperAupro, paperThresholds } from './paper-aupro.ts';
import { BinFinder, keyAt, type PixelBins } from './pixel-bins.ts';

/** What is made of histograms, in this order; all 0-1. */
export const pixelSampleMetrics = ['auroc', 'ap', 'f1Max', 'aupro', 'auproPaper'] as const;
export type PixelSampleMetric = (typeof pixelSampleMetrics)[number];

/** Bins of an image that hold a pixel lie from `first` up to, not including, `end`. */
interface Stretch {
  readonly first: number;
  readonly end: number;
}

interface HistogramImage {
  readonly negatives: Stretch;
  /** Null: it has no anomalous pixel. `at`: its place among those that have. */
  readonly positives: (Stretch & { readonly at: number }) | null;
  readonly components: number;
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * The pixels of each image by bin: the good ones, the anomalous ones, and of these Σ 1/area of their region, which is what
 * they add to PRO times the number of regions. So any resample of the images is a weighted sum of numbers at hand.
 * 4 bytes a bin and image, 12 more for one with regions.
 */
export class PixelHistograms {
  readonly bins: PixelBins;
  readonly #finder: BinFinder;
  readonly #images: HistogramImage[] = [];
  readonly #negatives: Uint32Array;
  readonly #positives: Uint32Array;
  readonly #weights: Float64Array;
  #withRegions = 0;

  /** `images`: most that will be added, `anomalous` of them with regions. */
  constructor(bins: PixelBins, images: number, anomalous: number) {
    this.bins = bins;
    this.#finder = new BinFinder(bins);
    this.#negatives = new Uint32Array(images * bins.count);
    this.#positives = new Uint32Array(anomalous * bins.count);
    this.#weights = new Float64Array(anomalous * bins.count);
  }

  /** Throws RangeError where map and mask are of different sizes or the map holds what is not a number. */
  add(map: Float32Array, regions: MaskRegions | null): void {
    if (regions !== null && regions.pixelCount !== map.length)
      throw new RangeError(`${map.length} values but ${regions.pixelCount} pixels of a mask`);
    const range = surveyMap(map);
    if (range === null) throw new RangeError('a map holds a value that is not a number');
    const bits = range.holdsNegativeZero ? bitsWithoutNegativeZero(map) : bitsOf(map);
    const { count } = this.bins;
    const start = this.#images.length * count;
    const negatives = this.#negatives.subarray(start, start + count);
    for (let i = 0; i < bits.length; i++) {
      const bin = this.#finder.binOf(keyAt(bits, i));
      negatives[bin] = (negatives[bin] as number) + 1;
    }
    const positives =
      regions === null || regions.componentCount === 0 ? null : this.#addRegions(bits, regions, negatives);
    this.#images.push({
      negatives: stretchOf(negatives),
      positives,
      components: regions?.componentCount ?? 0,
      minimum: range.minimum,
      maximum: range.maximum,
    });
  }

  #addRegions(bits: Int32Array, { starts, ends, areas }: MaskRegions, negatives: Uint32Array) {
    const { count } = this.bins;
    const at = this.#withRegions++;
    const positives = this.#positives.subarray(at * count, (at + 1) * count);
    const weights = this.#weights.subarray(at * count, (at + 1) * count);
    for (let run = 0; run < starts.length; run++) {
      const weight = 1 / (areas[run] as number);
      for (let i = starts[run] as number; i < (ends[run] as number); i++) {
        const bin = this.#finder.binOf(keyAt(bits, i));
        negatives[bin] = (negatives[bin] as number) - 1;
        positives[bin] = (positives[bin] as number) + 1;
        weights[bin] = (weights[bin] as number) + weight;
      }
    }
    return { ...stretchOf(positives), at };
  }

  /** The images, as often as `weights` says, together, into `sum`. */
  sum(weights: ArrayLike<number>, sum: HistogramSum): void {
    sum.clear();
    const { count } = this.bins;
    for (const [i, { negatives, positives, components, minimum, maximum }] of this.#images.entries()) {
      const times = weights[i] as number;
      if (times === 0) continue;
      addTimes(sum.negatives, this.#negatives, i * count, negatives, times);
      if (positives !== null) {
        addTimes(sum.positives, this.#positives, positives.at * count, positives, times);
        addTimes(sum.weights, this.#weights, positives.at * count, positives, times);
      }
      sum.components += times * components;
      sum.minimum = Math.min(sum.minimum, minimum);
      sum.maximum = Math.max(sum.maximum, maximum);
    }
  }
}

function stretchOf(counts: Uint32Array): Stretch {
  let first = 0;
  let end = counts.length;
  while (first < end && counts[first] === 0) first++;
  while (end > first && counts[end - 1] === 0) end--;
  return { first, end };
}

function addTimes(
  sum: Float64Array,
  counts: Uint32Array | Float64Array,
  at: number,
  { first, end }: Stretch,
  times: number,
): void {
  for (let bin = first; bin < end; bin++)
    sum[bin] = (sum[bin] as number) + times * (counts[at + bin] as number);
}

/** Histograms of several images together. */
export class HistogramSum {
  readonly negatives: Float64Array;
  readonly positives: Float64Array;
  readonly weights: Float64Array;
  components = 0;
  minimum = Infinity;
  maximum = -Infinity;

  constructor(binCount: number) {
    this.negatives = new Float64Array(binCount);
    this.positives = new Float64Array(binCount);
    this.weights = new Float64Array(binCount);
  }

  clear(): void {
    this.negatives.fill(0);
    this.positives.fill(0);
    this.weights.fill(0);
    [this.components, this.minimum, this.maximum] = [0, Infinity, -Infinity];
  }
}

/**
 * All `pixelSampleMetrics` of a histogram into `values`, and into `bounds` how far each may be from what the same pixels
 * give when every distinct value is a threshold (methods.md §8). NaN where a metric has no value; AUPRO of the papers'
 * code has no such bound (NaN): its 200 thresholds are laid into bins as if these were filled evenly, as good and
 * anomalous pixels of a bin are for the others. A bin of one value (`isPoint`) adds nothing to a bound. O(bins).
 */
export function measureHistogram(
  sum: HistogramSum,
  bins: PixelBins,
  values: Float64Array,
  bounds: Float64Array,
): void {
  values.fill(Number.NaN);
  bounds.fill(Number.NaN);
  const { negatives, positives, weights, components } = sum;
  let [P, N] = [0, 0];
  for (let bin = 0; bin < bins.count; bin++) {
    P += positives[bin] as number;
    N += negatives[bin] as number;
  }
  if (P === 0 || N === 0) return;
  const limit = proLimit * N;
  let [tp, fp, w] = [0, 0, 0];
  let [roc, rocBound, pro, proBound, precision, precisionBound, best, bestAtMost] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let bin = bins.count - 1; bin >= 0; bin--) {
    const n = negatives[bin] as number;
    const p = positives[bin] as number;
    if (n === 0 && p === 0) continue;
    const isPoint = bins.isPoint[bin] === 1;
    const dw = weights[bin] as number;
    if (n > 0) {
      roc += n * (tp + p / 2);
      if (!isPoint) rocBound += (n * p) / 2;
      const taken = Math.min(n, limit - fp);
      if (taken > 0) {
        const area = taken * (w + (dw * taken) / n / 2);
        pro += area;
        if (!isPoint) proBound += Math.max(area - taken * w, taken * (w + dw) - area);
      }
    }
    if (p > 0) {
      const tied = (p * (tp + p)) / (tp + p + fp + n);
      const even = isPoint ? tied : mixedPrecision(tp, fp, p, n);
      precision += even;
      if (!isPoint) {
        const highest = (p * (tp + p)) / (tp + p + fp);
        precisionBound += Math.max(even - lastPrecision(tp, fp, p, n), highest - even);
      }
      best = Math.max(best, (2 * (tp + p)) / (tp + p + fp + n + P));
      bestAtMost = Math.max(bestAtMost, (2 * (tp + p)) / (tp + p + fp + (isPoint ? n : 0) + P));
    }
    tp += p;
    fp += n;
    w += dw;
  }
  values[0] = roc / (P * N);
  bounds[0] = rocBound / (P * N);
  values[1] = precision / P;
  bounds[1] = precisionBound / P;
  values[2] = best;
  bounds[2] = bestAtMost - best;
  values[3] = pro / (limit * components);
  bounds[3] = proBound / (limit * components);
  values[4] = paperAupro(cutsOf(sum, bins), { negatives: N, components }) ?? Number.NaN;
}

/** Σ of the precision of a bin's positives where its positives and negatives come in turns: ∫ p·(tp + pt)/(tp + fp + (p + n)t) dt. */
function mixedPrecision(tp: number, fp: number, p: number, n: number): number {
  const above = tp + fp;
  const slope = p / (p + n);
  if (above === 0) return p * slope;
  return p * (slope + ((tp - slope * above) / (p + n)) * Math.log((above + p + n) / above));
}

/** No more than the least that it can be: all negatives come first, and no two positives share a value. */
function lastPrecision(tp: number, fp: number, p: number, n: number): number {
  const before = tp + fp + n;
  return fp + n === 0 ? p : p - (fp + n) * Math.log((before + p) / before);
}

/** What lies above the thresholds of the papers' code. */
function cutsOf(sum: HistogramSum, { count, edgeValues, isPoint }: PixelBins): NotedCut[] {
  const { negatives, positives, weights, minimum, maximum } = sum;
  const thresholds = paperThresholds(minimum, maximum);
  const cuts: NotedCut[] = [];
  let index = thresholds.length - 1;
  let [fp, w] = [0, 0];
  for (let bin = count - 1; bin >= 0 && index >= 0; bin--) {
    const n = negatives[bin] as number;
    if (n === 0 && positives[bin] === 0) continue;
    const low = Math.max(minimum, edgeValues[bin - 1] ?? minimum);
    const high = Math.min(maximum, edgeValues[bin] ?? maximum);
    for (; index >= 0 && (thresholds[index] as number) >= low; index--) {
      const above = (high - (thresholds[index] as number)) / (high - low);
      const share = isPoint[bin] === 1 || !(above > 0) ? 0 : Math.min(1, above);
      cuts.push({ index, falsePositives: fp + share * n, weight: w + share * (weights[bin] as number) });
    }
    fp += n;
    w += weights[bin] as number;
  }
  for (; index >= 0; index--) cuts.push({ index, falsePositives: fp, weight: w });
  return cuts;
}
