import { broadcast, concat, integers, reshape } from '../tensor-graph/operators.ts';
import { normaliseRows } from '../tensor-graph/sums.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';
import { crossEntropy } from './losses.ts';
import {
  abnormalShares,
  batchInputs,
  buildStep,
  deepTokenInputs,
  embedTokens,
  initialDeepTokens,
  initialWords,
  objectNames,
  pixelLosses,
  probabilities,
  startOfText,
  tailTokens,
  trainingNeeds,
  valueInput,
  type LossPart,
} from './step-graph.ts';
import { encodePrompts } from './text-training.ts';
import type { StepArgs, TrainableMethod } from './trainable-method.ts';

/** A pair of prompts a class, learned words first: `[V1]…[VE] <normal>` and `[W1]…[WE] <abnormal>`. */
export interface PairPrompts {
  readonly words: { readonly normal: Tensor; readonly abnormal: Tensor };
  readonly texts: readonly { readonly normal: string; readonly abnormal: string }[];
  readonly deep: readonly Tensor[];
}

/** Unit text features [classes, 2, embedding] of pairs of prompts; words [1, 1, E, width]. */
export function encodePairs(args: StepArgs, { words, texts, deep }: PairPrompts): Tensor {
  const { config, settings } = args;
  const { width } = config.text;
  const learned = settings.contextLength;
  const ids = texts
    .flatMap(({ normal, abnormal }) => [normal, abnormal])
    .map((t) => tailTokens(args, learned, t));
  const tails = embedTokens(args, ids);
  const [prompts = 0, tailLength = 0] = tails.shape;
  const own = concat(
    [reshape(words.normal, [1, learned, width]), reshape(words.abnormal, [1, learned, width])],
    0,
  );
  const perClass = broadcast(reshape(own, [1, 2, learned, width]), [texts.length, 2, learned, width]);
  const length = learned + tailLength;
  const features = encodePrompts(
    config,
    args.weights,
    {
      prefix: startOfText(args),
      suffixes: concat([reshape(perClass, [prompts, learned, width]), tails], 1),
      endRows: integers(
        [prompts],
        ids.map((row, prompt) => prompt * length + learned + row.length - 1),
      ),
    },
    deep,
  );
  return reshape(normaliseRows(features), [texts.length, 2, config.embeddingSize]);
}

/** AnomalyCLIP (ICLR 2024): cross-entropy on the image + λ Σ over layers of focal and both Dice losses (methods.md §5). */
export const anomalyClipTraining: TrainableMethod = {
  id: 'anomalyclip',
  parameters(config, settings, random) {
    const shape = [1, 1, settings.contextLength, config.text.width];
    const normal = initialWords(shape, random);
    const abnormal = settings.sharedWords
      ? { shape, data: normal.data.slice() }
      : initialWords(shape, random);
    return new Map([
      ['ctx_pos', normal],
      ['ctx_neg', abnormal],
      ...initialDeepTokens(config, settings, random),
    ]);
  },
  needs: (_, settings) => trainingNeeds(settings, settings.layers),
  stepGraph(args) {
    const { config, settings } = args;
    const shape = [1, 1, settings.contextLength, config.text.width];
    const { parameters, words, tied } = pairWords(shape, settings.sharedWords);
    const deep = deepTokenInputs(config, settings);
    const texts = objectNames(args).map((object) => ({
      normal: `${object}.`,
      abnormal: `${settings.stateWord} ${object}.`,
    }));
    const inputs = batchInputs(args);
    const pairs = encodePairs(args, { words, texts, deep: [...deep.values()] });
    const perImage = texts.length === 1 ? pairs : inputs.ofImages(pairs);
    const parts: LossPart[] = settings.globalLoss
      ? [{ name: 'image', value: imageLoss(perImage, inputs) }]
      : [];
    for (const layer of settings.layers) {
      const maps = abnormalShares(inputs.patches(layer), perImage);
      parts.push(...pixelLosses(maps, inputs, settings, settings.localWeight, `${layer}`));
    }
    return buildStep('anomalyclip', args, new Map([...parameters, ...deep]), parts, tied);
  },
};

/** Cross-entropy of the class feature against pairs of texts [batch or 1, 2, width]. */
export function imageLoss(texts: Tensor, { classFeature, labels }: ReturnType<typeof batchInputs>): Tensor {
  const [batch = 1, width = 1] = classFeature.shape;
  const pairs = probabilities(reshape(classFeature, [batch, 1, width]), texts);
  return crossEntropy(reshape(pairs, [batch, 2]), labels);
}

/** Learned words of a normal and an abnormal prompt; shared ones are those of the normal prompt, and the other key follows them. */
export function pairWords(shape: readonly number[], shared: boolean) {
  const normal = valueInput('ctx_pos', shape);
  const abnormal = shared ? normal : valueInput('ctx_neg', shape);
  return {
    words: { normal, abnormal },
    parameters: new Map(
      shared
        ? [['ctx_pos', normal]]
        : [
            ['ctx_pos', normal],
            ['ctx_neg', abnormal],
          ],
    ),
    tied: new Map(shared ? [['ctx_neg', 'ctx_pos']] : []),
  };
}
