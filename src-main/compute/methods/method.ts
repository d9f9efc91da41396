import type {
  MapRendering,
  MethodId,
  MethodSettings,
  DpamVariant,
} from '../../../src-shared/domain/method.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { RgbImage } from '../../images/rgb-image.ts';
import type { PromptWording } from '../clip/prompt-wording.ts';
import type { PatchMap } from '../../../src-shared/maps/patch-map.ts';

/** An image as every method gets it: stretched to size×size with Pillow's bicubic. */
export type { RgbImage } from '../../images/rgb-image.ts';

/** One DPAM path (methods.md §2): the last `blocks` blocks get a second stream; features after `layers` (counted from 1). */
export interface DpamNeeds {
  readonly variant: DpamVariant;
  readonly blocks: number;
  readonly layers: readonly number[];
}

/** What a method reads of an image. Several methods on one data set share passes: see `groupNeeds`. */
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
  /** The ordinary stream's patch tokens after the last block, without ln_post and proj. */
  readonly patchTokens?: boolean;
  /** Sides, in patches, of the square windows whose embeddings are wanted (WinCLIP: 2 and 3), at stride 1. */
  readonly windows?: readonly number[];
  readonly dpam?: DpamNeeds;
}

/** Rows of features, row-major [rows, width], not normalised. */
export interface Features {
  readonly rows: number;
  readonly width: number;
  readonly data: Float32Array;
  /** Rows are means of unit rows, as DPAM's ensemble makes them: they are compared with texts as they are. */
  readonly keepsLength?: boolean;
}

/** What was asked for of one image; a field is present exactly when it was asked for. */
export interface ImageFeatures {
  /** Side of the patch grid. */
  readonly gridSize: number;
  readonly pixels?: RgbImage;
  readonly classFeature?: Float32Array;
  readonly rawClassFeature?: Float32Array;
  readonly patchFeatures?: Features;
  readonly patchTokens?: Features;
  /** By side; windows in reading order of their upper left patch. */
  readonly windows?: ReadonlyMap<number, Features>;
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
  /**
   * The same for a method whose learned words change from image to image: stays in memory until it is released.
   * `otherTexts`: what `encode` may be given in place of the prompts' own texts.
   */
  keepLearned(prompts: LearnedPrompts, otherTexts?: readonly string[]): Promise<LearnedEncoder>;
}

/** Encodes prompts again and again with other learned words. */
export interface LearnedEncoder {
  /** `contexts` as in `LearnedPrompts`, [prompts, contextLength, width]; `text`: of all prompts, absent: their own. */
  encode(contexts: Float32Array, text?: string): Promise<Features>;
  release(): Promise<void>;
}

/** Rows that are kept to be searched. */
export interface RowMemory {
  /** For each query row the largest product with any remembered row; of unit rows, the largest cosine. */
  largestProducts(queries: Features): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Nearest neighbours by matrix products, for methods that are fitted on references. */
export interface RowSearch {
  remember(rows: Features): Promise<RowMemory>;
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
  /** How they were learned, where their file says it. */
  readonly promptWording?: PromptWording;
  readonly settings: MethodSettings;
  readonly classNames: readonly string[];
  readonly search: RowSearch;
}

/** Anomaly score (higher is worse) and patch map of one image. */
export interface MethodScore {
  readonly score: number;
  readonly patchMap: PatchMap;
}

/** Normal images of one class, as features of the method's own needs, made one at a time while they are asked for. */
export interface ReferenceSet {
  readonly className: string;
  readonly features: AsyncIterable<ImageFeatures>;
}

/** A method with everything ready that is the same for all images of a run. */
export interface PreparedMethod {
  /**
   * Present where the method, with its settings, learns from normal reference images before it scores (few-shot WinCLIP; what
   * PatchCore needs). Called once, before the first score; classes without references are absent. What it throws makes the method
   * unavailable for the run.
   */
  fit?(references: readonly ReferenceSet[]): Promise<void>;
  /** Asynchronous where the method runs a graph of its own: FAPrompt encodes its prompts for each image. */
  score(features: ImageFeatures, className: string): MethodScore | Promise<MethodScore>;
  /** Frees what `prepare` and `fit` keep in memory. */
  release?(): Promise<void>;
}

/** The one interface of all methods. Adding a method is one file and its row in `registry.ts`. */
export interface Method {
  readonly id: MethodId;
  readonly name: string;
  readonly summary: string;
  readonly needsModel: boolean;
  readonly needsLearnedPrompts: boolean;
  /** What it reads of each image, references included. */
  needs(config: ClipConfig | null, settings: MethodSettings): FeatureNeeds;
  rendering(config: ClipConfig | null, settings: MethodSettings): MapRendering;
  /** Makes everything that is the same for all images of a run, text features above all. */
  prepare(context: MethodContext): Promise<PreparedMethod>;
}
