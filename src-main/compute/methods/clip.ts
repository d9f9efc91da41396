import {
  objectWords,
  writtenSentences,
  type WrittenMethodId,
} from '../../../src-shared/domain/hand-written-prompts.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import { defaultImageSizePx } from '../../../src-shared/domain/image-size.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { requireConfig } from './defaults.ts';
import type {
  FeatureNeeds,
  Features,
  ImageFeatures,
  Method,
  MethodContext,
  MethodScore,
  PreparedMethod,
} from './method.ts';
import { abnormalProbabilities, abnormalProbability, ensembleFeature, type TextPair } from './similarity.ts';

/** What CLIP and CLIP-AC read of an image: both heads of the ordinary stream. */
export function plainNeeds(config: ClipConfig, settings: MethodSettings): FeatureNeeds {
  return {
    imageSizePx: settings.imageSizePx ?? defaultImageSizePx(config),
    classFeature: true,
    patchFeatures: true,
  };
}

/** Score = P(abnormal | CLS), map = P(abnormal | patch), both of the ordinary stream (methods.md §3). */
export function plainScore(features: ImageFeatures, pair: TextPair): MethodScore {
  const { classFeature, patchFeatures, gridSize } = features;
  if (!classFeature || !patchFeatures) throw new Error('CLIP was handed features that it did not ask for');
  return {
    score: abnormalProbability(classFeature, pair),
    patchMap: { rows: gridSize, columns: gridSize, data: abnormalProbabilities(patchFeatures, pair) },
  };
}

/** Text features of each class, made once a run: `pairOf` gets an object's words. The result finds a class's by its name. */
export async function prepareTextPairs(
  { classNames, settings }: MethodContext,
  pairOf: (object: string) => Promise<TextPair>,
): Promise<(className: string) => TextPair> {
  const pairs = new Map<string, TextPair>();
  for (const object of new Set(classNames.map((name) => objectWords(name, settings))))
    pairs.set(object, await pairOf(object));
  return (className) => {
    const pair = pairs.get(objectWords(className, settings));
    if (!pair) throw new Error(`no text features were prepared for the class ${className}`);
    return pair;
  };
}

/** The features of all that a method says of an object, each kind brought to one by `average`. */
export async function encodeSentences(
  methodId: WrittenMethodId,
  object: string,
  { textEncoder, settings }: MethodContext,
  average: (features: Features) => Float32Array,
): Promise<TextPair> {
  if (!textEncoder) throw new Error(`${methodId} was prepared without a text encoder`);
  const { normal, abnormal } = writtenSentences(methodId, object, settings);
  const { data, width } = await textEncoder.encodeTexts([...normal, ...abnormal]);
  const split = normal.length * width;
  return {
    normal: average({ rows: normal.length, width, data: data.subarray(0, split) }),
    abnormal: average({ rows: abnormal.length, width, data: data.subarray(split) }),
  };
}

/** A method that scores as CLIP does, with text features of its own. */
export async function prepareClasses(
  context: MethodContext,
  pairOf: (object: string) => Promise<TextPair>,
): Promise<PreparedMethod> {
  const pairOfClass = await prepareTextPairs(context, pairOf);
  return { score: (features, className) => plainScore(features, pairOfClass(className)) };
}

/** Zero-shot CLIP with one sentence each for normal and anomalous (methods.md §3; AnomalyCLIP, appendix). */
export const clipMethod: Method = {
  ...methodCatalogue.clip,
  needs: (config, settings) => plainNeeds(requireConfig(config, 'CLIP'), settings),
  rendering: (config, settings) => ({
    sizePx: plainNeeds(requireConfig(config, 'CLIP'), settings).imageSizePx,
    sigmaPx: settings.sigmaPx ?? 0,
  }),
  prepare: (context) =>
    prepareClasses(context, (object) => encodeSentences('clip', object, context, ensembleFeature)),
};
