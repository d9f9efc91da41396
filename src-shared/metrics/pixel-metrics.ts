import { finishBins, type BinTask, type FilledRound } from './finish-bins.ts';
import { findMaskRegions } from './mask-regions.ts';
import {
  addParts,
  MetricWalk,
  noPart,
  proLimit,
  type Cut,
  type WalkPart,
  type WalkPoint,
  type WalkTotals,
} from './metric-walk.ts';
import { binCount, keysPerBin, valueOfKey } from './ordered-keys.ts';
import { paperAupro, paperCuts } from './paper-aupro.ts';
import {
  mergeCounts,
  planRounds,
  roundSizeBytes,
  type CoarseCounts,
  type RoundLayout,
} from './pixel-plan.ts';
import { PixelShard, type PixelImage, type ShardCounts } from './pixel-shard.ts';

/** Metrics over the pixels of one class (methods.md §8), 0-1; null where a metric has no meaning. */
export interface PixelMetrics {
  /** These three are null when all pixels are good or all are anomalous. */
  readonly auroc: number | null;
  readonly ap: number | null;
  readonly f1Max: number | null;
  /** The highest map value that, as the threshold «value ≥ threshold», reaches the best F1. */
  readonly f1MaxThreshold: number | null;
  /** MVTec's definition: every distinct value a threshold, up to FPR 0.3, interpolated there. */
  readonly aupro: number | null;
  /** The papers' 200 thresholds; also null where their code divides by zero. */
  readonly auproPaper: number | null;
  /**
   * No metric is further than this from its definition, apart from the rounding of sums in double precision (below
   * 1e-9). 0: every pixel was counted at its own value.
   */
  readonly errorBound: number;
}

export const noPixelMetrics: PixelMetrics = {
  auroc: null,
  ap: null,
  f1Max: null,
  f1MaxThreshold: null,
  aupro: null,
  auproPaper: null,
  errorBound: 0,
};

/** A `PixelShard` wherever it works; all shards of one computation see each other's memory. */
export interface ShardHandle {
  /** Stores a round's pixels in this shard's memory. */
  fill(layout: RoundLayout): Promise<void>;
  /** Walks bins over the memories of all shards, in their order. */
  finish(totals: WalkTotals, layouts: readonly RoundLayout[], tasks: readonly BinTask[]): Promise<WalkPart>;
}

/** What is still to do once all shards have counted. */
export interface PixelPlan {
  /** Passes over all images. */
  readonly rounds: readonly (readonly RoundLayout[])[];
  /** Bytes that each shard needs in its largest round. */
  readonly shardBytes: number;
  finish(handles: readonly ShardHandle[]): Promise<PixelMetrics>;
}

/**
 * Plans the exact metrics of pixels that shards have counted by the upper 16 bits of their values. Bins with anomalous
 * pixels, and those a threshold of the papers falls into, are stored exactly, as many in a pass as `shardBytes` hold;
 * bins of good pixels alone matter by their count. So memory is bounded by the number of passes, never by precision.
 */
export function planPixelMetrics(shards: readonly ShardCounts[], shardBytes: number): PixelPlan {
  const merged = mergeCounts(shards);
  const { positives, negatives } = merged;
  const occupied = occupiedBins(merged);
  const totals = {
    positives: occupied.reduce((sum, bin) => sum + (positives[bin] as number), 0),
    negatives: occupied.reduce((sum, bin) => sum + (negatives[bin] as number), 0),
  };
  const components = shards.reduce((sum, shard) => sum + shard.components, 0);
  if (totals.positives === 0 || totals.negatives === 0)
    return { rounds: [], shardBytes: 0, finish: () => Promise.resolve(noPixelMetrics) };
  const minimum = Math.min(...shards.map((shard) => shard.minimum));
  const maximum = Math.max(...shards.map((shard) => shard.maximum));
  const cuts = groupByBin(paperCuts(minimum, maximum));
  const wanted = occupied.filter((bin) => (positives[bin] as number) > 0 || cuts.has(bin));
  const rounds = planRounds(wanted, shards, shardBytes);
  return {
    rounds,
    shardBytes: Math.max(0, ...rounds.flat().map(roundSizeBytes)),
    async finish(handles) {
      const stored = new Set(wanted);
      const bins = [...new Set([...occupied, ...cuts.keys()])].sort((a, b) => b - a);
      const starts = startsOf(merged, bins);
      let sum = walkOthers({
        merged,
        totals,
        starts,
        cuts,
        bins: bins.filter((bin) => !stored.has(bin)),
      });
      for (const layouts of rounds) {
        await Promise.all(handles.map((handle, i) => handle.fill(layouts[i] as RoundLayout)));
        const tasks = (layouts[0] as RoundLayout).bins.map(({ bin }, index) => ({
          index,
          start: starts.get(bin) as WalkPoint,
          cuts: cuts.get(bin) ?? [],
        }));
        const parts = await Promise.all(
          handles.map((handle, i) =>
            handle.finish(
              totals,
              layouts,
              tasks.filter((_, task) => task % handles.length === i),
            ),
          ),
        );
        sum = parts.reduce(addParts, sum);
      }
      return {
        auroc: sum.rocArea / (totals.positives * totals.negatives),
        ap: sum.precisionSum / totals.positives,
        f1Max: sum.bestF1,
        f1MaxThreshold: valueOfKey(sum.bestKey),
        aupro: sum.proArea / (proLimit * totals.negatives * components),
        auproPaper: paperAupro(sum.cuts, { negatives: totals.negatives, components }),
        errorBound: 0,
      };
    },
  };
}

/** Maps with masks that lie in memory. `masks[i]`: 1 where anomalous, null for good everywhere. */
export interface PixelStack {
  readonly maps: readonly Float32Array[];
  readonly masks: readonly (Uint8Array | null)[];
  readonly width: number;
  readonly height: number;
}

export interface DirectOptions {
  readonly shards?: number;
  /** Bytes for exact counts, of all shards together. */
  readonly memoryBytes?: number;
}

/**
 * Metrics of maps that are at hand, in this thread. Throws RangeError for sizes that do not fit and for values that are
 * not numbers.
 */
export async function pixelMetricsOf(
  { maps, masks, width, height }: PixelStack,
  { shards: shardCount = 1, memoryBytes = 64 * 2 ** 20 }: DirectOptions = {},
): Promise<PixelMetrics> {
  if (masks.length !== maps.length) throw new RangeError(`${maps.length} maps but ${masks.length} masks`);
  const shards = Array.from({ length: shardCount }, () => new PixelShard());
  for (const [i, map] of maps.entries()) {
    const mask = masks[i] ?? null;
    const regions = mask === null ? null : findMaskRegions(mask, width, height);
    const image: PixelImage = { render: () => map, regions: () => regions };
    if (!(shards[i % shardCount] as PixelShard).add(image))
      throw new RangeError(`map ${i} holds a value that is not a number`);
  }
  const plan = planPixelMetrics(
    shards.map((shard) => shard.counts()),
    memoryBytes / shardCount,
  );
  const memories = shards.map(() => new ArrayBuffer(plan.shardBytes));
  return await plan.finish(shards.map((shard, i) => inThread(shard, i, memories)));
}

/** A shard that works in this thread; `memories` are those of all shards, its own at `index`. */
function inThread(shard: PixelShard, index: number, memories: readonly ArrayBufferLike[]): ShardHandle {
  return {
    fill: (layout) => {
      shard.fill(layout, memories[index] as ArrayBufferLike);
      return Promise.resolve();
    },
    finish: (totals, layouts, tasks) => {
      const rounds = layouts.map((layout, i): FilledRound => ({
        layout,
        memory: memories[i] as ArrayBufferLike,
      }));
      return Promise.resolve(finishBins(totals, rounds, tasks));
    },
  };
}

/** Bins that hold a pixel, from the highest down. */
function occupiedBins({ negatives, positives }: CoarseCounts): number[] {
  const bins: number[] = [];
  for (let bin = binCount - 1; bin >= 0; bin--)
    if ((negatives[bin] as number) > 0 || (positives[bin] as number) > 0) bins.push(bin);
  return bins;
}

/** By bin, each bin's from the highest key down. */
function groupByBin(cuts: readonly Cut[]): Map<number, Cut[]> {
  const groups = new Map<number, Cut[]>();
  for (const cut of [...cuts].sort((a, b) => b.key - a.key)) {
    const bin = Math.floor(cut.key / keysPerBin);
    const group = groups.get(bin);
    if (group === undefined) groups.set(bin, [cut]);
    else group.push(cut);
  }
  return groups;
}

/** What lies above each of these bins, which go from the highest down and leave out no pixel. */
function startsOf(
  { negatives, positives, weights }: CoarseCounts,
  bins: readonly number[],
): Map<number, WalkPoint> {
  const starts = new Map<number, WalkPoint>();
  let point: WalkPoint = { truePositives: 0, falsePositives: 0, weight: 0 };
  for (const bin of bins) {
    starts.set(bin, point);
    point = {
      truePositives: point.truePositives + (positives[bin] as number),
      falsePositives: point.falsePositives + (negatives[bin] as number),
      weight: point.weight + (weights[bin] as number),
    };
  }
  return starts;
}

interface OtherBins {
  readonly merged: CoarseCounts;
  readonly totals: WalkTotals;
  readonly starts: ReadonlyMap<number, WalkPoint>;
  readonly cuts: ReadonlyMap<number, readonly Cut[]>;
  readonly bins: readonly number[];
}

/** Bins that are not stored: good pixels alone with no threshold among them, or a threshold and no pixel. */
function walkOthers({ merged, totals, starts, cuts, bins }: OtherBins): WalkPart {
  let sum = noPart;
  for (const bin of bins) {
    const walk = new MetricWalk(totals, starts.get(bin) as WalkPoint);
    for (const cut of cuts.get(bin) ?? []) walk.note(cut);
    walk.add(-1, 0, 0, merged.negatives[bin] as number);
    sum = addParts(sum, walk.part());
  }
  return sum;
}
