import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { visionNames } from '../clip/vision-graph.ts';
import { defaultDpamBlocks } from '../methods/defaults.ts';
import {
  createFaPromptScorer,
  faPromptMethod,
  type FaPromptResult,
  type FaPromptScorer,
  type PatchSelection,
} from '../methods/faprompt.ts';
import { faPromptPrompts } from '../methods/faprompt-prompts.ts';
import type { FeatureNeeds, ImageFeatures, RgbImage } from '../methods/method.ts';
import { createFeatureExtractor, type StoredModel } from '../runtime/feature-extractor.ts';
import { createTextEncoder } from '../runtime/text-encoder.ts';
import { checkTensors, type TensorChecks } from './check-tensors.ts';
import { imagesOf, paddedTokens, type CheckTools } from './clip-items.ts';
import { compareItem, tolerances, type Expected } from './compare.ts';
import { formulaTensor } from './formula-tensor.ts';
import { damaged, type GoldenFile } from './golden-folder.ts';
import { goldenPrompts, parseClipGolden, writeGoldenModel, type ClipGolden } from './golden-model.ts';
import { defaultTrainingSettings } from '../../../src-shared/domain/training.ts';
import { faPromptTraining } from '../training/faprompt-training.ts';
import {
  checkGradient,
  checkHistory,
  checkParameters,
  deepSettings,
  once,
  stepsOf,
  trainAsGolden,
  type TrainedSteps,
} from './train-items.ts';
import { joined, probeVision } from './vision-probe.ts';

interface FaPromptCheck extends CheckTools {
  readonly golden: GoldenFile;
  readonly parsed: ClipGolden;
  readonly model: StoredModel;
  readonly needs: FeatureNeeds;
  readonly images: readonly RgbImage[];
  readonly features: readonly ImageFeatures[];
  readonly scorer: FaPromptScorer;
  readonly results: Map<PatchSelection, Promise<readonly FaPromptResult[]>>;
  /** Each variant's golden training, run at the first item that asks for it. */
  readonly trained: Readonly<Record<PatchSelection, () => Promise<TrainedSteps>>>;
}

const masksKey = 'input.masks';
const ofVariant = /^(paper|released)\.(?!train\.)/;

/** True for the kind of file that pins down FAPrompt. */
export function isFaPromptGolden({ tensors }: GoldenFile): boolean {
  return [...tensors.keys()].some((key) => ofVariant.test(key));
}

/**
 * Checks FAPrompt's numbers, both variants. Weights and images that the file does not hold itself are those of the file of CLIP
 * numbers with the same prefix in the same folder (golden/README.md).
 */
export async function* checkFaPromptGolden(
  golden: GoldenFile,
  siblings: readonly GoldenFile[],
  tools: CheckTools,
): AsyncGenerator<ConformanceItem> {
  const whole = withSibling(golden, siblings);
  const parsed = parseClipGolden(whole);
  const model = await writeGoldenModel(tools.workFolder, whole, parsed);
  const encoder = createTextEncoder(model, tools.tokenizer, tools.sessions);
  const needs = faPromptMethod.needs(model.config, {
    imageSizePx: parsed.config.image_size,
    dpamBlocks: parsed.config.dpam_blocks ?? defaultDpamBlocks(model.config),
  });
  const images = imagesOf(whole, parsed.config.image_size);
  const scorer = await createFaPromptScorer(goldenPrompts(parsed), model.config, encoder);
  try {
    const features = await extractAll(model, needs, images, tools);
    const base = { ...tools, golden: whole, parsed, model, images };
    const check: FaPromptCheck = {
      ...base,
      golden,
      needs,
      features,
      scorer,
      results: new Map(),
      trained: {
        paper: once(() => train('paper', base)),
        released: once(() => train('released', base)),
      },
    };
    yield* checkTensors(golden, checks, check, (key) => key.startsWith('input.'), checkTraining);
  } finally {
    await scorer.release();
    await encoder.release();
  }
}

/** The file with what it lacks of model and images taken from its sibling, images by formula where that has none either. */
function withSibling(golden: GoldenFile, siblings: readonly GoldenFile[]): GoldenFile {
  const prefix = golden.json['weights_prefix'];
  const sibling = siblings.find(({ json }) => json['weights_prefix'] === prefix && 'weights' in json);
  const source = 'weights' in golden.json ? golden : sibling;
  if (!source)
    throw damaged(
      golden.jsonPath,
      `no file of the folder lists the weights of the model «${String(prefix)}» that its numbers come from`,
    );
  const { weights, activation } = source.json;
  const key = 'input.images_u8';
  const images = golden.tensors.get(key) ?? sibling?.tensors.get(key) ?? imagesByFormula(golden);
  const masks = golden.tensors.get(masksKey) ?? sibling?.tensors.get(masksKey);
  return {
    ...golden,
    json: { activation, ...golden.json, weights },
    tensors: new Map([...golden.tensors, [key, images], ...(masks ? [[masksKey, masks] as const] : [])]),
  };
}

function imagesByFormula(golden: GoldenFile): Expected {
  const [count = 0] = golden.tensors.get('cls')?.shape ?? [];
  const { config } = parseClipGolden({ ...golden, json: { ...golden.json, weights: {} } });
  const size = config.image_size;
  const images = Array.from({ length: count }, (_, i) =>
    // floor(256·u) with u from the formula's offset + scale·(2u - 1).
    formulaTensor(`image-${i}`, [[size, size, 3], 128, 128]).map(Math.floor),
  );
  return { shape: [count, size, size, 3], data: joined(images) };
}

const checks: TensorChecks<FaPromptCheck> = [
  [
    /^(paper|released)\.train\.grad0\./,
    async (check, key, expected) => checkGradient(await trainedBy(check, key), key, expected),
  ],
  [
    /^(paper|released)\.train\.after\d+\./,
    async (check, key, expected) => checkParameters(await trainedBy(check, key), key, expected),
  ],
  [/^cls$/, checkClass],
  [/^patch$/, checkPatches],
  [/^prompt_tokens_(normal|abnormal)$/, checkTokens],
  [/^(paper|released)\.text_features_(normal|abnormal)$/, checkCapFeatures],
  [/^(paper|released)\.text_features_adapted$/, checkAdapted],
  [/^(paper|released)\.top_patch_indices$/, checkIndices],
  [/^(paper|released)\.image_score$/, checkScore],
  [/^(paper|released)\.map(_before_smoothing)?$/, checkMap],
];

async function train(
  selection: PatchSelection,
  check: CheckTools & Pick<FaPromptCheck, 'golden' | 'parsed' | 'model' | 'images'>,
): Promise<TrainedSteps> {
  const { golden, parsed, model } = check;
  const prompts = goldenPrompts(parsed);
  const [, abnormalPrompts = 1, abnormalWords = 1] = prompts.get('ctx_neg')?.shape ?? [];
  const settings = {
    selection,
    contextLength: prompts.get('ctx_pos')?.shape.at(-2) ?? 1,
    abnormalPrompts,
    abnormalWords,
    priorPatches: faPromptPrompts(prompts, model.config).prior.patches,
    layers: [model.config.vision.layers],
    ...deepSettings(prompts),
  };
  const masks = golden.tensors.get(masksKey);
  return trainAsGolden(
    faPromptTraining,
    { ...check, prompts, masks, settings },
    stepsOf(golden, `${selection}.train`),
  );
}

const trainedBy = ({ trained }: FaPromptCheck, key: string) =>
  trained[key.startsWith('paper') ? 'paper' : 'released']();

async function checkTraining(check: FaPromptCheck, key: string): Promise<ConformanceItem> {
  const weights = defaultTrainingSettings('faprompt', check.model.config);
  const kinds = ['focal', 'dice_abnormal', 'dice_normal'].flatMap((kind) => [
    `${kind}_before`,
    `${kind}_after`,
  ]);
  return checkHistory(check.golden, key, await trainedBy(check, key), (loss) => ({
    local: kinds.reduce((sum, kind) => sum + loss(kind), 0),
    image_ce: loss('image'),
    image_focal: loss('image_score'),
    orthogonal: loss('orthogonal') / weights.orthogonalWeight,
    prior: loss('prior') / weights.priorWeight,
  }));
}

const compareFeatures = (
  key: string,
  data: ArrayLike<number>,
  shape: readonly number[],
  expected: Expected,
) => Promise.resolve(compareItem(key, data, shape, expected, tolerances.features));

async function extractAll(
  model: StoredModel,
  needs: FeatureNeeds,
  images: readonly RgbImage[],
  { sessions }: CheckTools,
): Promise<readonly ImageFeatures[]> {
  const extractor = await createFeatureExtractor(model, needs, sessions);
  try {
    const features: ImageFeatures[] = [];
    for (const image of images) features.push(await extractor.extract(image));
    return features;
  } finally {
    await extractor.release();
  }
}

function resultsOf({ scorer, features, results }: FaPromptCheck, key: string) {
  const selection: PatchSelection = key.startsWith('paper') ? 'paper' : 'released';
  const known = results.get(selection);
  if (known) return known;
  const scoring = (async () => {
    const scored: FaPromptResult[] = [];
    for (const image of features) scored.push(await scorer.score(image, selection));
    return scored;
  })();
  results.set(selection, scoring);
  return scoring;
}

async function checkClass({ features, model }: FaPromptCheck, key: string, expected: Expected) {
  const data = joined(features.map(({ rawClassFeature }) => rawClassFeature));
  return compareFeatures(key, data, [features.length, model.config.embeddingSize], expected);
}

/** [token, image, feature], the first images alone, the class token's row first. */
async function checkPatches(
  { model, needs, images, sessions }: FaPromptCheck,
  key: string,
  expected: Expected,
) {
  const count = expected.shape[1] ?? 0;
  const { dpam } = needs;
  const [layer = 0] = dpam?.layers ?? [];
  const outputs = await probeVision(model, needs, images.slice(0, count), sessions);
  const rows = outputs.get(visionNames.dpam(dpam?.variant ?? 'vv', layer)) ?? new Float32Array(0);
  const width = model.config.embeddingSize;
  const tokens = rows.length / width / count;
  const transposed = new Float32Array(rows.length);
  for (let image = 0; image < count; image++)
    for (let token = 0; token < tokens; token++) {
      const from = (image * tokens + token) * width;
      transposed.set(rows.subarray(from, from + width), (token * count + image) * width);
    }
  return compareFeatures(key, transposed, [tokens, count, width], expected);
}

async function checkTokens({ model, parsed, tokenizer }: FaPromptCheck, key: string, expected: Expected) {
  const { contextLength } = model.config.text;
  const prompts = faPromptPrompts(goldenPrompts(parsed), model.config);
  const { texts } = key.endsWith('abnormal') ? prompts.abnormal : prompts.normal;
  const ids = texts.flatMap((text) => paddedTokens(tokenizer, text, contextLength));
  return Promise.resolve(compareItem(key, ids, [texts.length, contextLength], expected, tolerances.exact));
}

async function checkCapFeatures({ scorer }: FaPromptCheck, key: string, expected: Expected) {
  const { data, rows, width } = key.endsWith('abnormal') ? scorer.abnormal : scorer.normal;
  return compareFeatures(key, data, [rows, width], expected);
}

async function checkAdapted(check: FaPromptCheck, key: string, expected: Expected) {
  const results = await resultsOf(check, key);
  const data = joined(results.flatMap(({ adapted }) => [adapted.normal, adapted.abnormal]));
  return compareFeatures(key, data, [results.length, 2, check.model.config.embeddingSize], expected);
}

async function checkIndices(check: FaPromptCheck, key: string, expected: Expected) {
  const results = await resultsOf(check, key);
  const data = results.flatMap(({ topPatchIndices }) => topPatchIndices);
  const shape = [results.length, results[0]?.topPatchIndices.length ?? 0];
  return compareItem(key, data, shape, expected, tolerances.exact);
}

async function checkScore(check: FaPromptCheck, key: string, expected: Expected) {
  const results = await resultsOf(check, key);
  return compareFeatures(
    key,
    results.map(({ score }) => score),
    [results.length],
    expected,
  );
}

async function checkMap(check: FaPromptCheck, key: string, expected: Expected) {
  const { model, parsed } = check;
  const results = await resultsOf(check, key);
  const { image_size: imageSizePx, sigma } = parsed.config;
  const sigmaPx = key.endsWith('before_smoothing') ? 0 : sigma;
  const rendering = faPromptMethod.rendering(model.config, { imageSizePx, sigmaPx });
  const maps = results.map(({ patchMap }) => renderPixelMap(patchMap, rendering));
  return compareFeatures(key, joined(maps), [maps.length, rendering.sizePx, rendering.sizePx], expected);
}
