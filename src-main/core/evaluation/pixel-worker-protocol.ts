import type { ErrorShape } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import type { RunLengthMask } from '../../../src-shared/mask/run-length.ts';
import type { BinTask } from '../../../src-shared/metrics/finish-bins.ts';
import type { WalkPart, WalkTotals } from '../../../src-shared/metrics/metric-walk.ts';
import type { RoundLayout } from '../../../src-shared/metrics/pixel-plan.ts';
import type { ShardCounts } from '../../../src-shared/metrics/pixel-shard.ts';
import type { MaskedImage } from '../datasets/read-image-mask.ts';

/** A scored image as it goes to a worker. */
export interface MeasuredImage extends MaskedImage {
  /** For messages. */
  readonly path: string;
  /** In the form of `maps/patch-map-codec.ts`. */
  readonly patchMap: Uint8Array;
  /** Of an image whose mask no file holds; null: see `maskPath`, and if that is null too the image is good everywhere. */
  readonly drawnMask: RunLengthMask | null;
}

/** What a worker is started with. */
export interface PixelWorkerData {
  readonly index: number;
  /** Room for exact counts, one a worker, seen by all. */
  readonly memories: readonly SharedArrayBuffer[];
}

export type PixelWorkerRequest =
  /** Begins a class; what was counted before is forgotten. */
  | { readonly kind: 'open'; readonly rendering: MapRendering; readonly root: string }
  | { readonly kind: 'add'; readonly images: readonly MeasuredImage[] }
  | { readonly kind: 'count' }
  | { readonly kind: 'fill'; readonly layout: RoundLayout }
  | {
      readonly kind: 'finish';
      readonly totals: WalkTotals;
      readonly layouts: readonly RoundLayout[];
      readonly tasks: readonly BinTask[];
    };

/** An image that pixel metrics cannot be made with, and why. */
export interface PixelProblem {
  readonly imageId: number;
  readonly message: string;
}

export interface PixelWorkerResults {
  readonly open: null;
  /** The first image that does not do; null: all are in. */
  readonly add: PixelProblem | null;
  readonly count: ShardCounts;
  readonly fill: null;
  readonly finish: WalkPart;
}

/** One answer a request, in order; `progress` in between: images gone through since the last. */
export type PixelWorkerReply =
  | { readonly kind: 'progress'; readonly images: number }
  | { readonly kind: 'done'; readonly result: PixelWorkerResults[keyof PixelWorkerResults] }
  | { readonly kind: 'failed'; readonly error: ErrorShape };
