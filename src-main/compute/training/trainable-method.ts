import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { TrainableMethodId, TrainingSettings } from '../../../src-shared/domain/training.ts';
import type { ModelWeights } from '../clip/model-weights.ts';
import type { FeatureNeeds, NamedTensor } from '../methods/method.ts';
import type { Graph } from '../tensor-graph/tensor.ts';

/** Where first values come from: independent numbers, of mean 0 and variance 1, and within [0, 1). */
export interface RandomNumbers {
  normal(): number;
  uniform(): number;
}

/** What one step's graph is made for. */
export interface StepArgs {
  readonly config: ClipConfig;
  readonly weights: ModelWeights;
  readonly settings: TrainingSettings;
  /** Images of the step. */
  readonly batch: number;
  /** What object-aware prompts name, in the order of the `class_index` input; not read otherwise. */
  readonly classNames: readonly string[];
  /** Token ids of a text from start to end of text. */
  readonly tokenize: (text: string) => readonly number[];
  /** How features are handed in; f16 as the feature cache keeps them. */
  readonly featureDtype?: 'f16' | 'f32';
  /** Adam's, 0.5 and 0.999 as in the released code. */
  readonly betas?: readonly [number, number];
  /** Whether the gradients are outputs too. */
  readonly withGradients?: boolean;
}

/** How the names of graphs of steps begin. */
export const stepGraphPrefix = 'train-';

/** Names of a step graph's inputs and outputs. Features are raw, not normalised; patches without the class token. */
export const stepNames = {
  /** f32, in the shapes that `parameters` gives. `m` and `v` are zeros before the first step. */
  value: (key: string) => `value.${key}`,
  m: (key: string) => `m.${key}`,
  v: (key: string) => `v.${key}`,
  /** f32 scalar: number of this step, from 1. */
  step: 'step',
  /** f32 scalar */
  learningRate: 'learning_rate',
  /** f16 or f32 [batch, patches, embedding] */
  patches: (layer: number) => `patch_${layer}`,
  /** f16 or f32 [batch, embedding] */
  classFeature: 'class_feature',
  /** u8 [batch, S, S] of 0 and 1 */
  masks: 'masks',
  /** f32 [batch] of 0 and 1 */
  labels: 'labels',
  /** i64 [batch] */
  classIndex: 'class_index',
  /** Outputs, in the shapes of the inputs. */
  nextValue: (key: string) => `next.value.${key}`,
  nextM: (key: string) => `next.m.${key}`,
  nextV: (key: string) => `next.v.${key}`,
  gradient: (key: string) => `gradient.${key}`,
  /** f32 scalars. */
  loss: (part: string) => `loss.${part}`,
  total: 'loss.total',
} as const;

/** One ONNX graph that learns from one batch. */
export interface StepGraph {
  readonly graph: Graph;
  /**
   * Names of all inputs that the graph reads: which ones depends on the settings (no masks without pixel losses, no class
   * index but for object-aware prompts, …). Others must not be fed.
   */
  readonly inputs: ReadonlySet<string>;
  /** Parameters that this graph steps: each has outputs `next.value`, `next.m` and, with Adam, `next.v`. Others stay as they are. */
  readonly learned: readonly string[];
  /** Parts whose values are outputs `loss.<part>`, weighted as they enter `loss.total`. */
  readonly lossParts: readonly string[];
}

/** A method whose prompts can be learned: the one interface that training sessions know. */
export interface TrainableMethod {
  readonly id: TrainableMethodId;
  /** First values by the released checkpoints' keys. */
  parameters(
    config: ClipConfig,
    settings: TrainingSettings,
    random: RandomNumbers,
  ): ReadonlyMap<string, NamedTensor>;
  /** What is read of an image; `class_feature` is `rawClassFeature` where that is asked for, else `classFeature`. */
  needs(config: ClipConfig, settings: TrainingSettings): FeatureNeeds;
  stepGraph(args: StepArgs): StepGraph;
}
