import type { ErrorShape } from '../../../src-shared/contract/errors.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import type { RunLengthMask } from '../../../src-shared/mask/run-length.ts';
import type {
  BootstrapGroup,
  ClassStatistics,
  Statistic,
} from '../../../src-shared/metrics/bootstrap-statistics.ts';
import type { BinTask } from '../../../src-shared/metrics/finish-bins.ts';
import type { MapProfileTotals } from '../../../src-shared/metrics/map-profile.ts';
import type { WalkPart, WalkTotals } from '../../../src-shared/metrics/metric-walk.ts';
import type { PixelSample } from '../../../src-shared/metrics/pixel-bootstrap.ts';
import type { RoundLayout } from '../../../src-shared/metrics/pixel-plan.ts';
import type { ShardCounts } from '../../../src-shared/metrics/pixel-shard.ts';
import type { BootstrapOptions } from '../../../src-shared/metrics/resample-images.ts';
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

/** An image whose map is looked at from the highest value down. */
export interface ProfiledImage extends MeasuredImage {
  /** `empty`: it is good everywhere; `stored`: as `readImageMask` has it; null: nobody knows. */
  readonly mask: 'empty' | 'stored' | null;
}

export interface ProfileRequest {
  readonly kind: 'profile';
  readonly rendering: MapRendering;
  /** The data set's folder. */
  readonly root: string;
  readonly edges: Float64Array;
  readonly minAreaPx: number;
  readonly images: readonly ProfiledImage[];
}

/** What some images add, and of each, in the same order, the bin of its first region. */
export interface ProfilePart {
  readonly totals: MapProfileTotals;
  readonly peakBins: Int32Array;
  readonly defectCount: number;
  /** Images whose mask could not be read; they count as if nobody knew it. */
  readonly problems: readonly PixelProblem[];
}

/** Begins the resamples of one class of one run; what was added before is forgotten. */
export interface OpenResampling {
  readonly kind: 'openResampling';
  readonly rendering: MapRendering;
  /** The data set's folder. */
  readonly root: string;
  readonly imageCount: number;
}

/** Draws the images that were added; see `PixelSample`. */
export interface ResampleRequest extends Omit<PixelSample, 'histograms'> {
  readonly kind: 'resample';
  readonly labels: Uint8Array;
  readonly places: Uint32Array;
  readonly options: BootstrapOptions;
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
    }
  | ProfileRequest
  | OpenResampling
  | { readonly kind: 'addResampled'; readonly images: readonly MeasuredImage[] }
  | ResampleRequest
  | {
      readonly kind: 'describe';
      readonly classes: readonly ClassStatistics[];
      readonly options: BootstrapOptions;
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
  readonly profile: ProfilePart;
  readonly openResampling: null;
  /** The first image that does not do; null: all are in. */
  readonly addResampled: PixelProblem | null;
  readonly resample: readonly Statistic[];
  readonly describe: readonly BootstrapGroup[];
}

/** One answer a request, in order; `progress` in between: images gone through since the last. */
export type PixelWorkerReply =
  | { readonly kind: 'progress'; readonly images: number }
  | { readonly kind: 'done'; readonly result: PixelWorkerResults[keyof PixelWorkerResults] }
  | { readonly kind: 'failed'; readonly error: ErrorShape };
