import { anomalyClipTraining, encodePairs, imageLoss, pairWords } from './anomalyclip-training.ts';
import { batchInputs, buildStep, objectNames } from './step-graph.ts';
import type { TrainableMethod } from './trainable-method.ts';

/**
 * CoOp for anomaly detection: `[V1]…[VN] normal <class>.` and `[V1]…[VN] anomalous <class>.` on CLIP's own class feature,
 * image-level cross-entropy alone (methods.md §7). CoOp's full stop ends each prompt.
 */
export const coopTraining: TrainableMethod = {
  id: 'coop',
  parameters: (config, settings, random) =>
    anomalyClipTraining.parameters(config, { ...settings, deepBlocks: 0 }, random),
  needs: (_, { imageSizePx }) => ({ imageSizePx, classFeature: true }),
  stepGraph(args) {
    const { config, settings } = args;
    const { parameters, words, tied } = pairWords(
      [1, 1, settings.contextLength, config.text.width],
      settings.sharedWords,
    );
    const texts = objectNames(args).map((object) => ({
      normal: `normal ${object}.`,
      abnormal: `${settings.stateWord} ${object}.`,
    }));
    const inputs = batchInputs(args);
    const pairs = encodePairs(args, { words, texts, deep: [] });
    const perImage = texts.length === 1 ? pairs : inputs.ofImages(pairs);
    return buildStep('coop', args, parameters, [{ name: 'image', value: imageLoss(perImage, inputs) }], tied);
  },
};
