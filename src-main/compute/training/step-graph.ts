import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { TrainingSettings } from '../../../src-shared/domain/training.ts';
import type { FeatureNeeds, NamedTensor } from '../methods/method.ts';
import { gradients } from '../tensor-graph/derivatives.ts';
import {
  broadcast,
  cast,
  concat,
  divide,
  gather,
  input,
  integers,
  matmul,
  multiply,
  reshape,
  scalar,
  sigmoid,
  slice,
  softmax,
  subtract,
  transpose,
} from '../tensor-graph/operators.ts';
import { adam, sgd, type OptimisedParameter } from '../tensor-graph/optimisers.ts';
import { normaliseRows, rowLengths } from '../tensor-graph/sums.ts';
import { topologicalOrder, type Tensor } from '../tensor-graph/tensor.ts';
import { diceLosses, focalLoss, sumOf } from './losses.ts';
import {
  stepGraphPrefix,
  stepNames,
  type RandomNumbers,
  type StepArgs,
  type StepGraph,
} from './trainable-method.ts';
import { drawnSums, upsampleMaps } from './upsample.ts';

/** Cosines are divided by the similarity temperature 0.07 (methods.md §1). */
export const similarityScale = 1 / 0.07;
/** Of AnomalyCLIP's and FAPrompt's released code. */
const releasedBetas = [0.5, 0.999] as const;
/** Of CoOp's released code. */
const sgdMomentum = 0.9;
/** Standard deviation of learned words before the first step. */
const wordDeviation = 0.02;

/** Learned words before the first step, N(0, 0.02²). */
export function initialWords(shape: readonly number[], random: RandomNumbers): NamedTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, () => wordDeviation * random.normal()) };
}

/** `compound_prompts_text.N`, one a block from the second on; fewer where the text encoder has not so many blocks. */
export function initialDeepTokens(
  config: ClipConfig,
  settings: TrainingSettings,
  random: RandomNumbers,
): [string, NamedTensor][] {
  const shape = [settings.deepLength, config.text.width];
  const blocks = Math.min(settings.deepBlocks, config.text.layers - 1);
  return Array.from({ length: blocks }, (_, i) => [
    `compound_prompts_text.${i}`,
    initialWords(shape, random),
  ]);
}

export function deepTokenInputs(config: ClipConfig, settings: TrainingSettings): ReadonlyMap<string, Tensor> {
  const blocks = Math.min(settings.deepBlocks, config.text.layers - 1);
  const keys = Array.from({ length: blocks }, (_, i) => `compound_prompts_text.${i}`);
  return new Map(keys.map((key) => [key, valueInput(key, [settings.deepLength, config.text.width])]));
}

/** Features as AnomalyCLIP and FAPrompt read them; without DPAM patches come from the ordinary stream. */
export function trainingNeeds(settings: TrainingSettings, layers: readonly number[]): FeatureNeeds {
  const { imageSizePx, dpam, dpamBlocks } = settings;
  return {
    imageSizePx,
    rawClassFeature: true,
    dpam:
      dpam === 'off' ? { variant: 'vv', blocks: 0, layers } : { variant: dpam, blocks: dpamBlocks, layers },
  };
}

export function valueInput(key: string, shape: readonly number[]): Tensor {
  return input(stepNames.value(key), shape, 'f32');
}

/**
 * Features with their lengths [..., 1], or 1 for all. Products are taken of the raw ones and divided afterwards: unit rows are as large as all
 * features of a batch, and are made only where they themselves are read.
 */
export interface FeatureRows {
  readonly raw: Tensor;
  readonly lengths: Tensor;
}

/** The inputs of a batch; what a graph does not reach is no input of it. */
export interface BatchInputs {
  readonly grid: number;
  /** [batch, patches, embedding] */
  patches(layer: number): FeatureRows;
  /** In unit length, [batch, embedding]. */
  readonly classFeature: Tensor;
  /** f32 [batch, S, S] */
  readonly masks: Tensor;
  /** [batch] */
  readonly labels: Tensor;
  /** Each image's own entry of x [classes, …] → [batch, …]. */
  ofImages(x: Tensor): Tensor;
}

export function batchInputs({ config, settings, batch, featureDtype = 'f16' }: StepArgs): BatchInputs {
  const grid = Math.floor(settings.imageSizePx / config.vision.patchSize);
  const width = config.embeddingSize;
  const features = (name: string, shape: readonly number[]) => cast(input(name, shape, featureDtype), 'f32');
  const side = settings.imageSizePx;
  return {
    grid,
    patches: (layer) => {
      const raw = features(stepNames.patches(layer), [batch, grid * grid, width]);
      // The ensemble's rows are means of unit rows, to be compared as they are.
      const lengths = settings.dpam === 'ensemble' ? scalar(1) : rowLengths(raw);
      return { raw, lengths };
    },
    classFeature: normaliseRows(features(stepNames.classFeature, [batch, width])),
    masks: cast(input(stepNames.masks, [batch, side, side], 'u8'), 'f32'),
    labels: input(stepNames.labels, [batch], 'f32'),
    ofImages: (x) =>
      x.shape[0] === 1
        ? broadcast(x, [batch, ...x.shape.slice(1)])
        : gather(x, input(stepNames.classIndex, [batch], 'i64')),
  };
}

/**
 * P(normal) and P(abnormal) [batch, rows, 2] of unit features [batch, rows, width] by the similarity to unit texts
 * [batch or 1, 2, width]: softmax of cosine/0.07.
 */
export function probabilities(features: Tensor, texts: Tensor): Tensor {
  const cosines = matmul(features, transpose(texts, [0, 2, 1]));
  return softmax(multiply(cosines, scalar(similarityScale)));
}

/** Cosines over 0.07 of features [batch, rows, width] with unit texts [batch or 1, texts, width]: [batch, rows, texts]. */
export function similarities({ raw, lengths }: FeatureRows, texts: Tensor): Tensor {
  return multiply(matmul(raw, transpose(texts, [0, 2, 1])), divide(scalar(similarityScale), lengths));
}

/**
 * P(abnormal) of features [batch, rows, width] by unit texts [batch or 1, 2, width]: [batch, rows]. Softmax over two is the sigmoid
 * of their difference, so that one product with the difference of the texts is enough.
 */
export function abnormalShares(features: FeatureRows, texts: Tensor): Tensor {
  const difference = subtract(slice(texts, 1, 1, 2), slice(texts, 1, 0, 1));
  const [batch = 1, rows = 1] = features.raw.shape;
  return sigmoid(reshape(similarities(features, difference), [batch, rows]));
}

/** P(abnormal) of each row: [batch, rows]. */
export function abnormalOf(pairs: Tensor): Tensor {
  const [batch = 1, rows = 1] = pairs.shape;
  return reshape(slice(pairs, 2, 1, 2), [batch, rows]);
}

/** Words of a prompt's text, from embeddings of the model's table: token ids [prompts, length] → [prompts, length, width]. */
export function embedTokens(args: StepArgs, ids: readonly (readonly number[])[]): Tensor {
  const length = Math.max(...ids.map((row) => row.length));
  // Attention is causal: what fills a shorter prompt up comes after its end and changes nothing.
  const padded = ids.flatMap((row) => [...row, ...Array.from({ length: length - row.length }, () => 0)]);
  return gather(args.weights.tensor('token_embedding.weight'), integers([ids.length, length], padded));
}

/** What prompts call the object: «object», or each class by its name. */
export function objectNames({ settings, classNames }: StepArgs): readonly string[] {
  return settings.objectAware && classNames.length > 0 ? classNames : ['object'];
}

/** Token ids of a prompt's text behind its learned words, to the end of text; the words are stood for by as many «X». */
export function tailTokens({ tokenize }: StepArgs, learnedWords: number, text: string): readonly number[] {
  const words = Array.from({ length: learnedWords }, () => 'X');
  return tokenize([...words, text].join(' ')).slice(1 + learnedWords);
}

/** One named part of the loss, weighted. */
export interface LossPart {
  readonly name: string;
  readonly value: Tensor;
}

/**
 * The pixel losses of patch maps [batch, grid²] with `weight`: focal(S, G) + dice(S_a, G) + dice(S_n, 1 - G) (methods.md §5),
 * those that the settings want. `name` ends the parts' names.
 */
export function pixelLosses(
  maps: Tensor,
  { grid, masks }: BatchInputs,
  settings: TrainingSettings,
  weight: number,
  name: string,
): readonly LossPart[] {
  if (!settings.localLoss || weight === 0) return [];
  const [batch = 1] = maps.shape;
  const grids = reshape(maps, [batch, grid, grid]);
  const parts: LossPart[] = [];
  const push = (kind: string, value: Tensor) =>
    parts.push({ name: `${kind}_${name}`, value: multiply(value, scalar(weight)) });
  if (settings.focal) push('focal', focalLoss(upsampleMaps(grids, settings.imageSizePx), masks));
  if (settings.dice) {
    const dice = diceLosses(drawnSums(grids, masks));
    push('dice_abnormal', dice.abnormal);
    push('dice_normal', dice.normal);
  }
  return parts;
}

/**
 * The graph of one step: losses, their sum, its gradients and the optimiser. `tied`: keys that stand for the value of another
 * key, so that both get the same step and stay equal.
 */
export function buildStep(
  name: string,
  args: StepArgs,
  parameters: ReadonlyMap<string, Tensor>,
  parts: readonly LossPart[],
  tied: ReadonlyMap<string, string> = new Map(),
): StepGraph {
  const { settings, betas = releasedBetas, withGradients = false } = args;
  const total = sumOf(parts.map(({ value }) => value));
  const keys = [...parameters.keys()];
  const slopes = new Map(
    gradients(total, [...parameters.values()]).map((slope, i) => [keys[i] ?? '', slope] as const),
  );
  const optimised = [...keys, ...tied.keys()].map((key): OptimisedParameter => {
    const source = tied.get(key) ?? key;
    const gradient = slopes.get(source);
    if (!gradient) throw new Error(`${key} has no gradient`);
    const { shape } = gradient;
    const state = (of: (key: string) => string) => input(of(key), shape, 'f32');
    return {
      name: key,
      value: state(stepNames.value),
      gradient,
      m: state(stepNames.m),
      v: state(stepNames.v),
    };
  });
  const learningRate = input(stepNames.learningRate, [], 'f32');
  const isAdam = settings.optimiser === 'adam';
  const stepped = isAdam
    ? adam(optimised, {
        learningRate,
        beta1: betas[0],
        beta2: betas[1],
        epsilon: 1e-8,
        step: input(stepNames.step, [], 'f32'),
      })
    : sgd(optimised, { learningRate, momentum: sgdMomentum });
  const outputs: Record<string, Tensor> = { [stepNames.total]: total };
  for (const part of parts) outputs[stepNames.loss(part.name)] = part.value;
  for (const next of stepped) {
    outputs[stepNames.nextValue(next.name)] = next.value;
    outputs[stepNames.nextM(next.name)] = next.m;
    // sgd leaves v as it is.
    if (isAdam) outputs[stepNames.nextV(next.name)] = next.v;
  }
  if (withGradients)
    for (const { name: key, gradient } of optimised) outputs[stepNames.gradient(key)] = gradient;
  const reached = topologicalOrder(Object.values(outputs));
  return {
    graph: { name: `${stepGraphPrefix}${name}`, outputs },
    inputs: new Set(reached.flatMap(({ operator }) => (operator.kind === 'input' ? [operator.name] : []))),
    learned: optimised.map((parameter) => parameter.name),
    lossParts: parts.map((part) => part.name),
  };
}

/** Tensors one behind the other along a new axis 1: [n, …] each → [n, count, …]. */
export function stack(parts: readonly Tensor[]): Tensor {
  return concat(
    parts.map((x) => reshape(x, [x.shape[0] ?? 1, 1, ...x.shape.slice(1)])),
    1,
  );
}

/** The start-of-text token's embedding, [1, width]. */
export function startOfText(args: StepArgs): Tensor {
  return reshape(embedTokens(args, [args.tokenize('').slice(0, 1)]), [1, args.config.text.width]);
}
