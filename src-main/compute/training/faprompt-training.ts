import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { TrainingSettings } from '../../../src-shared/domain/training.ts';
import type { NamedTensor } from '../methods/method.ts';
import {
  add,
  broadcast,
  concat,
  constant,
  gather,
  integers,
  linear,
  multiply,
  reduce,
  relu,
  reshape,
  scalar,
  slice,
  softmax,
  topK,
} from '../tensor-graph/operators.ts';
import { normaliseRows } from '../tensor-graph/sums.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';
import { crossEntropy, imageFocalLoss, orthogonalLoss, priorLoss } from './losses.ts';
import {
  abnormalOf,
  abnormalShares,
  batchInputs,
  buildStep,
  deepTokenInputs,
  embedTokens,
  initialDeepTokens,
  initialWords,
  objectNames,
  pixelLosses,
  similarities,
  stack,
  startOfText,
  tailTokens,
  trainingNeeds,
  valueInput,
  type BatchInputs,
  type FeatureRows,
  type LossPart,
} from './step-graph.ts';
import { encodePrompts } from './text-training.ts';
import type { RandomNumbers, StepArgs, TrainableMethod } from './trainable-method.ts';

/** Hidden units of the prior network: its inputs divided by this (released code). */
const reduction = 16;

interface Sizes {
  /** E, E', K and k of the paper; one prompt without CAP, one feature where the prior comes from the class token. */
  readonly sharedWords: number;
  readonly abnormalWords: number;
  readonly prompts: number;
  readonly read: number;
  readonly width: number;
  readonly embedding: number;
  readonly hidden: number;
}

function sizesOf(config: ClipConfig, settings: TrainingSettings): Sizes {
  const read = settings.priorFrom === 'class' ? 1 : settings.priorPatches;
  const embedding = config.embeddingSize;
  return {
    sharedWords: settings.contextLength,
    abnormalWords: settings.abnormalWords,
    prompts: settings.cap ? settings.abnormalPrompts : 1,
    read,
    width: config.text.width,
    embedding,
    hidden: Math.max(1, Math.floor((embedding * read) / reduction)),
  };
}

const net = 'patch_meta_net';

/** Weights and biases by key, with the number of inputs that PyTorch's Linear takes its first values' range from. */
function networkShapes({
  embedding,
  read,
  hidden,
  width,
}: Sizes): readonly (readonly [string, number[], number])[] {
  return [
    [`${net}.linear1.weight`, [hidden, embedding * read], embedding * read],
    [`${net}.linear1.bias`, [hidden], embedding * read],
    [`${net}.linear2.weight`, [width, hidden], hidden],
    [`${net}.linear2.bias`, [width], hidden],
  ];
}

/** U(-1/√inputs, 1/√inputs) as PyTorch's Linear; zeros without DAP, so that what is saved adapts nothing. */
function initialNetwork(sizes: Sizes, dap: boolean, random: RandomNumbers): [string, NamedTensor][] {
  return networkShapes(sizes).map(([key, shape, inputs]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = dap
      ? Float32Array.from({ length }, () => (2 * random.uniform() - 1) / Math.sqrt(inputs))
      : new Float32Array(length);
    return [key, { shape, data }];
  });
}

/** FAPrompt (ICCV 2025): compound abnormality prompts and a prior of each image's patches (methods.md §6). */
export const faPromptTraining: TrainableMethod = {
  id: 'faprompt',
  parameters(config, settings, random) {
    const sizes = sizesOf(config, settings);
    return new Map([
      ['ctx_pos', initialWords([1, 1, sizes.sharedWords, sizes.width], random)],
      ['ctx_neg', initialWords([1, sizes.prompts, sizes.abnormalWords, sizes.width], random)],
      ...initialNetwork(sizes, settings.dap, random),
      ...initialDeepTokens(config, settings, random),
    ]);
  },
  // DPAM's last block alone (methods.md §6).
  needs: (config, settings) => trainingNeeds(settings, [config.vision.layers]),
  stepGraph(args) {
    const parameters = faPromptInputs(args.config, args.settings);
    return buildStep('faprompt', args, parameters, lossParts(args, faPromptForward(args, parameters)));
  },
};

/** What is learned, by key, as inputs of a step's graph. */
export function faPromptInputs(config: ClipConfig, settings: TrainingSettings): ReadonlyMap<string, Tensor> {
  const sizes = sizesOf(config, settings);
  return new Map([
    ['ctx_pos', valueInput('ctx_pos', [1, 1, sizes.sharedWords, sizes.width])],
    ['ctx_neg', valueInput('ctx_neg', [1, sizes.prompts, sizes.abnormalWords, sizes.width])],
    ...(settings.dap ? networkShapes(sizes) : []).map(
      ([key, shape]) => [key, valueInput(key, shape)] as const,
    ),
    ...deepTokenInputs(config, settings),
  ]);
}

/** What FAPrompt says of a batch, and what its losses are made of beside. */
export interface FaPromptForward {
  readonly inputs: BatchInputs;
  /** P(abnormal) of the patches before and after adapting, [batch, patches]; without DAP the same. */
  readonly mapBefore: Tensor;
  readonly mapAfter: Tensor;
  /** P(normal), P(abnormal) of the class feature, [batch, 2]. */
  readonly pair: Tensor;
  /** ½(p + (2·m1 + m2)/3), [batch]; what `methods/faprompt.ts` gives for the same features. */
  readonly score: Tensor;
  /** Raw features of the abnormality prompts before any image is seen, [classes, K, embedding]. */
  readonly abnormal: Tensor;
  /** [batch, width]; null without DAP. */
  readonly prior: Tensor | null;
}

/** From features and learned words to maps and scores. */
export function faPromptForward(args: StepArgs, parameters: ReadonlyMap<string, Tensor>): FaPromptForward {
  const { config, settings } = args;
  const sizes = sizesOf(config, settings);
  const inputs = batchInputs(args);
  const patches = inputs.patches(config.vision.layers);
  const [batch = 1] = patches.raw.shape;
  const text = promptEncoder(args, sizes, parameters);
  // [classes, embedding] and [classes, K, embedding], raw.
  const { normal: normalOfClasses, abnormal } = text.base();
  const normal = inputs.ofImages(normaliseRows(normalOfClasses));
  const mapBefore = compareRows(patches, normal, inputs.ofImages(abnormal), settings);
  let adapted = inputs.ofImages(abnormal);
  let mapAfter = mapBefore;
  let prior: Tensor | null = null;
  if (settings.dap) {
    prior = priorOf(chosenFeatures(patches, mapBefore, inputs, settings, sizes), parameters);
    adapted = text.adapted(prior, inputs);
    mapAfter = compareRows(patches, normal, adapted, settings);
  }
  const classRow = reshape(inputs.classFeature, [batch, 1, sizes.embedding]);
  const ofClass = { raw: classRow, lengths: constant([1], [1]) };
  const pair = reshape(softmax(compare(ofClass, normal, adapted, settings)), [batch, 2]);
  const largest = (maps: Tensor) => reshape(reduce(maps, 'max', 1), [batch]);
  const ofPatches = add(
    multiply(largest(mapBefore), scalar(2 / 3)),
    multiply(largest(mapAfter), scalar(1 / 3)),
  );
  const score = multiply(add(reshape(slice(pair, 1, 1, 2), [batch]), ofPatches), scalar(0.5));
  return { inputs, mapBefore, mapAfter, pair, score, abnormal, prior };
}

function lossParts(
  { settings }: StepArgs,
  { inputs, mapBefore, mapAfter, pair, score, abnormal, prior }: FaPromptForward,
): readonly LossPart[] {
  const parts: LossPart[] = [];
  const weighted = (name: string, value: Tensor, weight: number) => {
    if (weight > 0) parts.push({ name, value: multiply(value, scalar(weight)) });
  };
  if (prior) weighted('prior', priorLoss(prior, inputs.labels), settings.priorWeight);
  const [classes = 1, prompts = 1, embedding = 1] = abnormal.shape;
  if (settings.cap && prompts > 1) {
    const perClass = Array.from({ length: classes }, (_, i) =>
      orthogonalLoss(reshape(slice(abnormal, 0, i, i + 1), [prompts, embedding])),
    );
    const mean = perClass.reduce((sum, loss) => add(sum, loss));
    weighted('orthogonal', multiply(mean, scalar(1 / classes)), settings.orthogonalWeight);
  }
  if (settings.globalLoss) {
    parts.push({ name: 'image', value: crossEntropy(pair, inputs.labels) });
    parts.push({ name: 'image_score', value: imageFocalLoss(score, inputs.labels) });
  }
  parts.push(...pixelLosses(mapBefore, inputs, settings, settings.localWeight, 'before'));
  if (settings.dap) parts.push(...pixelLosses(mapAfter, inputs, settings, settings.localWeight / 2, 'after'));
  return parts;
}

/**
 * Similarities [batch, rows, 2] of features with a normal text [batch, embedding] and K raw abnormal ones
 * [batch, K, embedding]: against their mean in unit length (the method's own), the best matched one, or their similarities'
 * mean weighted by softmax (the paper's ablations).
 */
function compare(
  features: FeatureRows,
  normal: Tensor,
  abnormal: Tensor,
  { fusion }: TrainingSettings,
): Tensor {
  if (fusion === 'mean') return similarities(features, meanPair(normal, abnormal));
  const [batch = 1, rows = 1] = features.raw.shape;
  const each = similarities(features, normaliseRows(abnormal));
  const one = fusion === 'best' ? reduce(each, 'max', 2) : reduce(multiply(softmax(each), each), 'sum', 2);
  return concat([similarities(features, stack([normal])), reshape(one, [batch, rows, 1])], 2);
}

/** P(abnormal) of each row by the same: [batch, rows]. */
function compareRows(
  features: FeatureRows,
  normal: Tensor,
  abnormal: Tensor,
  settings: TrainingSettings,
): Tensor {
  if (settings.fusion === 'mean') return abnormalShares(features, meanPair(normal, abnormal));
  return abnormalOf(softmax(compare(features, normal, abnormal, settings)));
}

/** The normal text and the mean of the abnormal ones in unit length, [batch, 2, embedding]. */
function meanPair(normal: Tensor, abnormal: Tensor): Tensor {
  return stack([normal, reshape(normaliseRows(reduce(abnormal, 'mean', 1)), normal.shape)]);
}

/** Unit features that the prior is made of, [batch, k·embedding]; which patches they are has no derivative. */
function chosenFeatures(
  { raw }: FeatureRows,
  abnormal: Tensor,
  inputs: BatchInputs,
  { priorFrom, selection }: TrainingSettings,
  { read, embedding }: Sizes,
): Tensor {
  if (priorFrom === 'class') return inputs.classFeature;
  const [batch = 1, rows = 1] = raw.shape;
  const unit = (chosen: Tensor) => reshape(normaliseRows(chosen), [batch, read * embedding]);
  if (selection === 'released') return unit(slice(raw, 1, 0, read));
  const firstRows = integers(
    [batch, 1],
    Array.from({ length: batch }, (_, image) => image * rows),
  );
  const { indices } = topK(abnormal, read);
  return unit(gather(reshape(raw, [batch * rows, embedding]), add(indices, firstRows)));
}

/** Linear → ReLU → Linear: [batch, k·embedding] → [batch, width]. */
function priorOf(features: Tensor, parameters: ReadonlyMap<string, Tensor>): Tensor {
  const of = (key: string) => {
    const found = parameters.get(`${net}.${key}`);
    if (!found) throw new Error(`${net}.${key} is no parameter`);
    return found;
  };
  const hidden = relu(linear(features, of('linear1.weight'), of('linear1.bias')));
  return linear(hidden, of('linear2.weight'), of('linear2.bias'));
}

/** Encodes `[V]… object .` and the K `[V]… [A]… damaged object .`; all begin with the start of text and V, which is shared. */
function promptEncoder(args: StepArgs, sizes: Sizes, parameters: ReadonlyMap<string, Tensor>) {
  const { config, settings, weights } = args;
  const { sharedWords, abnormalWords, prompts, width, embedding } = sizes;
  const [shared, abnormal] = [parameters.get('ctx_pos'), parameters.get('ctx_neg')];
  if (!shared || !abnormal) throw new Error('FAPrompt learns ctx_pos and ctx_neg');
  const deep = [...parameters].flatMap(([key, tensor]) => (key.startsWith('compound_') ? [tensor] : []));
  const prefix = concat([startOfText(args), reshape(shared, [sharedWords, width])], 0);
  const objects = objectNames(args);
  const classes = objects.length;
  const normalIds = objects.map((object) => tailTokens(args, sharedWords, `${object}.`));
  const tailIds = objects.map((object) =>
    tailTokens(args, sharedWords + abnormalWords, `${settings.stateWord} ${object}.`),
  );
  const tails = embedTokens(args, tailIds);
  const tailLength = tails.shape[1] ?? 1;
  const length = abnormalWords + tailLength;
  const ends = tailIds.map((ids) => abnormalWords + ids.length - 1);
  const rowsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, prompt) => (first + prompt) * length);

  /** K prompts for each of `count` words [count, K, E', width] and tails [count, tail, width]. */
  const suffixes = (words: Tensor, tail: Tensor, count: number) => {
    const repeated = broadcast(reshape(tail, [count, 1, tailLength, width]), [
      count,
      prompts,
      tailLength,
      width,
    ]);
    return reshape(concat([words, repeated], 2), [count * prompts, length, width]);
  };
  /** Normal prompts filled up to the abnormal ones' length: what follows an end is seen by nothing that is read. */
  const normalSuffixes = () => {
    const filled = normalIds.map((ids) => [...ids, ...Array.from({ length: length - ids.length }, () => 0)]);
    return embedTokens(args, filled);
  };
  return {
    base() {
      const words = broadcast(abnormal, [classes, prompts, abnormalWords, width]);
      const endRows = [
        ...normalIds.map((ids, i) => i * length + ids.length - 1),
        ...ends.flatMap((end, i) => rowsFrom(classes + i * prompts, prompts).map((row) => row + end)),
      ];
      const own = concat([normalSuffixes(), suffixes(words, tails, classes)], 0);
      const features = encodePrompts(
        config,
        weights,
        { prefix, suffixes: own, endRows: integers([endRows.length], endRows) },
        deep,
      );
      return {
        normal: slice(features, 0, 0, classes),
        abnormal: reshape(slice(features, 0, classes, classes * (1 + prompts)), [
          classes,
          prompts,
          embedding,
        ]),
      };
    },
    /** Raw features [batch, K, embedding] with each image's prior [batch, width] added to every abnormal word. */
    adapted(prior: Tensor, inputs: BatchInputs) {
      const [batch = 1] = prior.shape;
      const words = add(abnormal, reshape(prior, [batch, 1, 1, width]));
      const first = integers([batch, prompts], rowsFrom(0, batch * prompts));
      const end = inputs.ofImages(integers([classes, 1], ends));
      const features = encodePrompts(
        config,
        weights,
        {
          prefix,
          suffixes: suffixes(words, inputs.ofImages(tails), batch),
          endRows: reshape(add(first, end), [batch * prompts]),
        },
        deep,
      );
      return reshape(features, [batch, prompts, embedding]);
    },
  };
}
