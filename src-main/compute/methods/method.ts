import type {
  MapRendering,
  MethodId,
  MethodSettings,
  DpamVariant,
} from '../../../src-shared/domain/method.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { RgbImage } from '../../images/rgb-image.ts';
import type { PatchMap } from '../../../src-shared/maps/patch-map.ts';

/** An image as every method gets it: stretched to size×size with Pillow's bicubic. */
export type { RgbImage } from '../../images/rgb-image.ts';

/** One DPAM path (methods.md §2): the last `blocks` blocks get a second stream; features after `layers` (counted from 1). */
export interface DpamNeeds {
  readonly variant: DpamVariant;
  readonly blocks: number;
  readonly layers: readonly number[];
}

/** What a method reads of an image. Several methods on one data set make one pass with the union of their needs. */
export interface FeatureNeeds {
  readonly imageSizePx: number;
  /** The resized pixels themselves. */
  readonly pixels?: boolean;
  /** `ln_post(CLS) @ proj` of the ordinary stream. */
  readonly classFeature?: boolean;
  /** `CLS @ proj` without ln_post, as AnomalyCLIP's and FAPrompt's released code has it. */
  readonly rawClassFeature?: boolean;
  /** `ln_post(tokens) @ proj` of the ordinary stream's patches. */
  readonly patchFeatures?: boolean;
  readonly dpam?: DpamNeeds;
}

/** Rows of features, row-major [rows, width], not normalised. */
export interface Features {
  readonly rows: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** What was asked for of one image; a field is present exactly when it was asked for. */
export interface ImageFeatures {
  /** Side of the patch grid. */
  readonly gridSize: number;
  readonly pixels?: RgbImage;
  readonly classFeature?: Float32Array;
  readonly rawClassFeature?: Float32Array;
  readonly patchFeatures?: Features;
  /** By layer, patches only (no CLS). */
  readonly dpam?: ReadonlyMap<number, Features>;
}

/** Text features of prompts, as methods ask for them: un-normalised rows [prompts, embeddingSize]. */
export interface TextEncoder {
  readonly config: ClipConfig;
  /** Hand-written prompts. Throws `bad-request` for a prompt longer than the context. */
  encodeTexts(texts: readonly string[]): Promise<Features>;
  /** Prompts whose first words are learned: see text-graph. */
  encodeLearned(prompts: LearnedPrompts): Promise<Features>;
}

/** `contexts` [prompts, E, width] stand in place of the first E words of `texts`; `deepTokens` [block][length, width]. */
export interface LearnedPrompts {
  readonly texts: readonly string[];
  readonly contextLength: number;
  readonly contexts: Float32Array;
  readonly deepLength: number;
  readonly deepTokens: readonly Float32Array[];
}

/** fp32 values with their shape, as read from a prompt set's safetensors file. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface MethodContext {
  readonly config: ClipConfig | null;
  readonly textEncoder: TextEncoder | null;
  /** By the released checkpoints' keys: `ctx_pos`, `ctx_neg`, `compound_prompts_text.0`, … */
  readonly learnedPrompts: ReadonlyMap<string, NamedTensor> | null;
  /** The project's `assets` folder, for prompt ensembles. */
  readonly assetsFolder: string;
  readonly settings: MethodSettings;
  readonly classNames: readonly string[];
}

/** Anomaly score (higher is worse) and patch map of one image. */
export interface MethodScore {
  readonly score: number;
  readonly patchMap: PatchMap;
}

/** The one interface of all methods. Adding a method is one file and its row in `registry.ts`. */
export interface Method {
  readonly id: MethodId;
  readonly name: string;
  readonly summary: string;
  readonly needsModel: boolean;
  readonly needsLearnedPrompts: boolean;
  needs(config: ClipConfig | null, settings: MethodSettings): FeatureNeeds;
  rendering(config: ClipConfig | null, settings: MethodSettings): MapRendering;
  /** Makes everything that is the same for all images of a run, text features above all. */
  prepare(context: MethodContext): Promise<(features: ImageFeatures, className: string) => MethodScore>;
}
