import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { paperSigmaPx } from '../../../src-shared/domain/image-size.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { prepareTextPairs } from './clip.ts';
import { defaultLayers, dpamNeeds, readDpam, requireConfig } from './defaults.ts';
import { anomalyClipPrompts } from './learned-prompts.ts';
import type { FeatureNeeds, ImageFeatures, Method, MethodScore } from './method.ts';
import {
  abnormalProbabilities,
  abnormalProbability,
  normalised,
  rowOf,
  type TextPair,
} from './similarity.ts';

const name = methodCatalogue.anomalyclip.name;
/** At 518 px. */
const releasedSigmaPx = 4;

function needsOf(config: ClipConfig, settings: MethodSettings): FeatureNeeds {
  const layers = [...new Set(settings.layers ?? defaultLayers(config))].sort((a, b) => a - b);
  return dpamNeeds(config, settings, layers);
}

/**
 * Score = P(abnormal | CLS without ln_post); map = Σ over layers of ½(S_abnormal + 1 - S_normal), summed on the patch grid, since
 * upsampling is linear. The two S are one softmax, so ½(S_a + 1 - S_n) is S_a (methods.md §5).
 */
function scoreImage({ rawClassFeature, dpam, gridSize }: ImageFeatures, pair: TextPair): MethodScore {
  if (!rawClassFeature || !dpam) throw new Error(`${name} was handed features that it did not ask for`);
  const data = new Float32Array(gridSize * gridSize);
  for (const features of dpam.values()) {
    const abnormal = abnormalProbabilities(features, pair);
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + (abnormal[i] ?? 0);
  }
  return {
    score: abnormalProbability(rawClassFeature, pair),
    patchMap: { rows: gridSize, columns: gridSize, data },
  };
}

/** AnomalyCLIP (ICLR 2024) with learned object-agnostic prompts, inference as in its released code. */
export const anomalyClipMethod: Method = {
  ...methodCatalogue.anomalyclip,
  needs: (config, settings) => needsOf(requireConfig(config, name), settings),
  rendering(config, settings) {
    const { imageSizePx: sizePx } = needsOf(requireConfig(config, name), settings);
    return { sizePx, sigmaPx: settings.sigmaPx ?? paperSigmaPx(releasedSigmaPx, sizePx) };
  },
  async prepare(context) {
    const { config, textEncoder, learnedPrompts, promptWording, settings } = context;
    if (!textEncoder) throw new Error(`${name} was prepared without a text encoder`);
    if (!learnedPrompts)
      throw new WorkbenchError(
        'needs-choice',
        `${name} needs learned prompts. Import a prompt file and choose it.`,
      );
    const modelConfig = requireConfig(config, name);
    const encode = async (object: string): Promise<TextPair> => {
      const stateWord = promptWording?.stateWord ?? 'damaged';
      const prompts = anomalyClipPrompts(learnedPrompts, modelConfig, { object, stateWord });
      const features = await textEncoder.encodeLearned(prompts);
      return { normal: normalised(rowOf(features, 0)), abnormal: normalised(rowOf(features, 1)) };
    };
    if (promptWording?.objectAware === true) {
      const pairOf = await prepareTextPairs(context, encode);
      return {
        score: (imageFeatures, className) => scoreImage(readDpam(imageFeatures, settings), pairOf(className)),
      };
    }
    const pair = await encode('object');
    return { score: (imageFeatures) => scoreImage(readDpam(imageFeatures, settings), pair) };
  },
};
