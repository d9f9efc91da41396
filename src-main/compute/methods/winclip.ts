import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { ownImageSizePx } from '../../../src-shared/domain/image-size.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { encodeSentences, prepareTextPairs } from './clip.ts';
import { requireConfig } from './defaults.ts';
import type { FeatureNeeds, Features, ImageFeatures, Method, MethodScore } from './method.ts';
import {
  abnormalProbabilities,
  abnormalProbability,
  ensembleFeature,
  meanFeature,
  type TextPair,
} from './similarity.ts';
import { createWinClipMemories } from './winclip-memory.ts';
import { harmonicMean, spreadOverPatches } from './window-scores.ts';

const { name } = methodCatalogue.winclip;

/** Sides of WinCLIP's windows in patches: its small and middle scale. */
const winClipSides = [2, 3] as const;

function needsOf(config: ClipConfig, settings: MethodSettings): FeatureNeeds {
  const imageSizePx = settings.imageSizePx ?? ownImageSizePx(config);
  return {
    imageSizePx,
    classFeature: true,
    windows: winClipSides,
    ...(settings.shots ? { patchTokens: true } : {}),
  };
}

function partsOf({ classFeature, windows }: ImageFeatures) {
  const [small, middle] = winClipSides.map((side) => windows?.get(side));
  if (!classFeature || !small || !middle)
    throw new Error(`${name} was handed features that it did not ask for`);
  return { classFeature, small, middle };
}

/** P(abnormal) of the image and, by side, of each patch: what the zero-shot map is made of. */
export interface WindowScores {
  readonly image: number;
  readonly bySide: ReadonlyMap<number, Float64Array>;
}

/** Zero-shot scores of one image (WinCLIP, §4.1): per scale the harmonic mean over the windows that cover a patch. */
function windowScores(features: ImageFeatures, pair: TextPair): WindowScores {
  const { classFeature, small, middle } = partsOf(features);
  const spread = (windows: Features, side: number): [number, Float64Array] => [
    side,
    spreadOverPatches(abnormalProbabilities(windows, pair), side, features.gridSize),
  ];
  return {
    image: abnormalProbability(classFeature, pair),
    bySide: new Map([spread(small, winClipSides[0]), spread(middle, winClipSides[1])]),
  };
}

/** Score = P(abnormal | CLS); map = harmonic mean of the scales' scores and the image's, on the patch grid. */
export function zeroShotScore(features: ImageFeatures, pair: TextPair): MethodScore {
  const { image, bySide } = windowScores(features, pair);
  const scales = [...bySide.values()];
  const data = Float32Array.from({ length: features.gridSize ** 2 }, (_, patch) =>
    harmonicMean(image, ...scales.map((scores) => scores[patch] ?? NaN)),
  );
  return { score: image, patchMap: { rows: features.gridSize, columns: features.gridSize, data } };
}

/**
 * WinCLIP, zero-shot and with normal reference images (CVPR 2023; methods.md §4). Images are seen at the model's own size: its
 * windows are sentences of a few patches whose position embeddings were trained on just that grid, and the cost grows with the number
 * of windows.
 */
export const winClipMethod: Method = {
  ...methodCatalogue.winclip,
  needs: (config, settings) => needsOf(requireConfig(config, name), settings),
  rendering: (config, settings) => ({
    sizePx: needsOf(requireConfig(config, name), settings).imageSizePx,
    sigmaPx: settings.sigmaPx ?? 0,
  }),
  async prepare(context) {
    const { settings, search } = context;
    const average = settings.winclipAveraging === 'normalised' ? ensembleFeature : meanFeature;
    const pairOf = await prepareTextPairs(context, (object) =>
      encodeSentences('winclip', object, context, average),
    );
    if (!settings.shots)
      return { score: (features, className) => zeroShotScore(features, pairOf(className)) };

    const memories = createWinClipMemories(search);
    return {
      fit: (references) => memories.fit(references),
      async score(features, className) {
        if (!memories.has(className))
          throw new WorkbenchError(
            'unsupported',
            `${name} has no normal reference image of «${className}». Add good images of it to the data set's training images, or choose 0 references.`,
          );
        return addFewShot(
          zeroShotScore(features, pairOf(className)),
          await memories.distances(className, features),
        );
      },
      release: () => memories.release(),
    };
  },
};

/** WinCLIP+ (§4.2): maps are added, the image's score is the mean of the text's and the few-shot map's maximum. */
export function addFewShot({ score, patchMap }: MethodScore, distances: Float64Array): MethodScore {
  return {
    score: (score + distances.reduce((a, b) => Math.max(a, b), -Infinity)) / 2,
    patchMap: { ...patchMap, data: patchMap.data.map((value, patch) => value + (distances[patch] ?? NaN)) },
  };
}
