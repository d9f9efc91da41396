import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import { writtenSentences } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { DpamVariant, MapRendering } from '../../../src-shared/domain/method.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { resizeBicubic } from '../../images/resize-bicubic.ts';
import type { Tokenizer } from '../clip/tokenizer.ts';
import { visionNames } from '../clip/vision-graph.ts';
import { anomalyClipMethod } from '../methods/anomalyclip.ts';
import { clipAcMethod } from '../methods/clip-ac.ts';
import { clipMethod, plainNeeds, plainScore } from '../methods/clip.ts';
import { defaultDpamBlocks, paperLayers } from '../methods/defaults.ts';
import { anomalyClipPrompts } from '../methods/learned-prompts.ts';
import type { FeatureNeeds, ImageFeatures, MethodScore, RgbImage, RowSearch } from '../methods/method.ts';
import { ensembleFeature, normalised, rowOf, type TextPair } from '../methods/similarity.ts';
import { createFeatureExtractor, type StoredModel } from '../runtime/feature-extractor.ts';
import type { SessionStore } from '../runtime/session-store.ts';
import { createTextEncoder, type ReleasableTextEncoder } from '../runtime/text-encoder.ts';
import { checkTensors, type TensorChecks } from './check-tensors.ts';
import { compareItem, tolerances, type Expected } from './compare.ts';
import { damaged, type GoldenFile } from './golden-folder.ts';
import { goldenPrompts, parseClipGolden, writeGoldenModel, type ClipGolden } from './golden-model.ts';
import { anomalyClipTraining } from '../training/anomalyclip-training.ts';
import {
  checkGradient,
  checkHistory,
  checkParameters,
  deepSettings,
  localWeightOf,
  once,
  stepsOf,
  trainAsGolden,
  type TrainedSteps,
} from './train-items.ts';
import { joined, probePixelValues, probeVision } from './vision-probe.ts';

/** What all checks share. `workFolder` is a temporary folder that the caller removes. */
export interface CheckTools {
  readonly workFolder: string;
  readonly tokenizer: Tokenizer;
  readonly sessions: SessionStore;
  readonly search: RowSearch;
}

interface ClipCheck extends CheckTools {
  readonly golden: GoldenFile;
  readonly parsed: ClipGolden;
  readonly model: StoredModel;
  readonly images: readonly RgbImage[];
  readonly encoder: ReleasableTextEncoder;
  /** AnomalyCLIP's golden training, run at the first item that asks for it. */
  readonly trained: () => Promise<TrainedSteps>;
}

/**
 * Checks a file of CLIP, CLIP-AC, compositional ensemble, DPAM and AnomalyCLIP numbers: makes the model by formula, runs the
 * graphs and methods that scans run, and yields one item a tensor. Tensors that are inputs yield none.
 */
export async function* checkClipGolden(
  golden: GoldenFile,
  tools: CheckTools,
): AsyncGenerator<ConformanceItem> {
  const parsed = parseClipGolden(golden);
  const model = await writeGoldenModel(tools.workFolder, golden, parsed);
  const encoder = createTextEncoder(model, tools.tokenizer, tools.sessions);
  const images = imagesOf(golden, parsed.config.image_size);
  const base = { ...tools, golden, parsed, model, encoder, images };
  const trained = once(() => trainAnomalyClip(base));
  try {
    yield* checkTensors(golden, checks, { ...base, trained }, (key) => inputTensors.has(key), checkTraining);
  } finally {
    await encoder.release();
  }
}

const inputTensors = new Set(['input.images_u8', 'input.masks']);

const features = (actual: Float32Array, shape: readonly number[], expected: Expected, key: string) =>
  compareItem(key, actual, shape, expected, tolerances.features);

/** Which check a tensor's name calls for. The first pattern that matches counts. */
const checks: TensorChecks<ClipCheck> = [
  [/^input\.pixel_values$/, checkPixelValues],
  [
    /^anomalyclip\.train\.grad0\./,
    async ({ trained }, key, expected) => checkGradient(await trained(), key, expected),
  ],
  [
    /^anomalyclip\.train\.after\d+\./,
    async ({ trained }, key, expected) => checkParameters(await trained(), key, expected),
  ],
  [/^clip\.tokens$/, (check, key, expected) => checkTokens(check, textsOf(check), key, expected)],
  [
    /^anomalyclip\.prompt_tokens$/,
    (check, key, expected) => checkTokens(check, learnedPrompts(check).texts, key, expected),
  ],
  [
    /^clip\.text_features$/,
    async (check, key, expected) => {
      const { data, rows, width } = await check.encoder.encodeTexts(textsOf(check));
      return features(data, [rows, width], expected, key);
    },
  ],
  [/^(compositional_ensemble|clip_ac)\.text_features$/, checkEnsemble],
  [
    /^anomalyclip\.text_features$/,
    async (check, key, expected) => {
      const { data, rows, width } = await check.encoder.encodeLearned(learnedPrompts(check));
      return features(data, [rows, width], expected, key);
    },
  ],
  [/^clip\.image_tokens$/, checkImageTokens],
  [/^anomalyclip\.cls$/, checkRawClass],
  [/^(anomalyclip|dpam\.(vv|qq|kk))\.patch_layer\d+$/, checkDpamLayer],
  [/^(clip|clip_ac|anomalyclip)\.image_score$/, checkScore],
  [/^(clip\.map_abnormal|clip_ac\.map_abnormal|anomalyclip\.map(_before_smoothing)?)$/, checkMap],
];

const training = 'anomalyclip.train';

function trainAnomalyClip(check: Omit<ClipCheck, 'trained'>): Promise<TrainedSteps> {
  const { golden, parsed } = check;
  const prompts = goldenPrompts(parsed);
  const settings = {
    contextLength: prompts.get('ctx_pos')?.shape.at(-2) ?? 1,
    ...deepSettings(prompts),
  };
  const masks = golden.tensors.get('input.masks');
  const steps = stepsOf(golden, training);
  return trainAsGolden(anomalyClipTraining, { ...check, prompts, masks, settings }, steps);
}

async function checkTraining(
  { golden, parsed, model, trained }: ClipCheck,
  key: string,
): Promise<ConformanceItem> {
  const layers = parsed.config.features_list ?? paperLayers(model.config);
  const lambda = localWeightOf(golden);
  return checkHistory(golden, key, await trained(), (loss) => {
    const parts = layers.map((layer) =>
      ['focal', 'dice_abnormal', 'dice_normal'].map((kind) => loss(`${kind}_${layer}`) / lambda),
    );
    return { image_loss: loss('image'), parts, local_loss: lambda * parts.flat().reduce((a, b) => a + b, 0) };
  });
}

/** The golden's images as the model sees them: resized where they have another size than the configuration says. */
export function imagesOf(golden: GoldenFile, sizePx: number): readonly RgbImage[] {
  const pixels = golden.tensors.get('input.images_u8');
  const [count = 0, height = 0, width = 0, channels = 0] = pixels?.shape ?? [];
  if (!pixels || channels !== 3)
    throw damaged(golden.jsonPath, 'its tensors lack input.images_u8 [images, height, width, 3]');
  const each = height * width * 3;
  const all = Uint8Array.from(pixels.data);
  return Array.from({ length: count }, (_, i) =>
    resizeBicubic({ width, height, data: all.slice(i * each, (i + 1) * each) }, sizePx, sizePx),
  );
}

function textsOf({ golden, parsed }: ClipCheck): readonly string[] {
  const texts = parsed['clip.texts'];
  if (!texts) throw damaged(golden.jsonPath, 'clip.texts are missing');
  return texts;
}

function dpamBlocksOf({ parsed, model }: ClipCheck): number {
  return parsed.config.dpam_blocks ?? defaultDpamBlocks(model.config);
}

function learnedPrompts({ parsed, model }: ClipCheck) {
  return anomalyClipPrompts(goldenPrompts(parsed), model.config);
}

export async function checkPixelValues(
  { workFolder, images, sessions }: CheckTools & { readonly images: readonly RgbImage[] },
  key: string,
  expected: Expected,
) {
  const values: Float32Array[] = [];
  for (const image of images) values.push(await probePixelValues(workFolder, image, sessions));
  const { width = 0, height = 0 } = images[0] ?? {};
  return features(joined(values), [images.length, 3, height, width], expected, key);
}

async function checkTokens(check: ClipCheck, texts: readonly string[], key: string, expected: Expected) {
  const { contextLength } = check.model.config.text;
  const ids = texts.flatMap((text) => paddedTokens(check.tokenizer, text, contextLength));
  return Promise.resolve(compareItem(key, ids, [texts.length, contextLength], expected, tolerances.exact));
}

/** Token ids filled up with zeros to the context. */
export function paddedTokens(tokenizer: Tokenizer, text: string, contextLength: number): number[] {
  const ids = tokenizer.encode(text, { contextLength });
  return [...ids, ...Array.from({ length: contextLength - ids.length }, () => 0)];
}

async function ensemblePair(
  check: ClipCheck,
  normal: readonly string[],
  abnormal: readonly string[],
): Promise<TextPair> {
  return {
    normal: ensembleFeature(await check.encoder.encodeTexts(normal)),
    abnormal: ensembleFeature(await check.encoder.encodeTexts(abnormal)),
  };
}

async function checkEnsemble(check: ClipCheck, key: string, expected: Expected) {
  const composed = check.parsed['compositional_ensemble.prompts'];
  const pair = key.startsWith('clip_ac')
    ? await clipAcPair(check)
    : composed && (await ensemblePair(check, composed.normal, composed.abnormal));
  if (!pair) throw damaged(check.golden.jsonPath, `the prompts of ${key} are missing`);
  return features(joined([pair.normal, pair.abnormal]), [2, pair.normal.length], expected, key);
}

async function clipAcPair(check: ClipCheck): Promise<TextPair> {
  const prompts = check.parsed['clip_ac.prompts'];
  if (!prompts) throw damaged(check.golden.jsonPath, 'clip_ac.prompts are missing');
  return ensemblePair(check, prompts.normal, prompts.anomalous);
}

async function checkImageTokens({ model, images, sessions }: ClipCheck, key: string, expected: Expected) {
  const imageSizePx = images[0]?.width ?? 0;
  const needs: FeatureNeeds = { imageSizePx, patchFeatures: true };
  const outputs = await probeVision(model, needs, images, sessions);
  const rows = outputs.get(visionNames.patchFeatures) ?? new Float32Array(0);
  return features(rows, tokenShape(rows, images, model), expected, key);
}

function tokenShape(rows: Float32Array, images: readonly RgbImage[], { config }: StoredModel): number[] {
  return [images.length, rows.length / images.length / config.embeddingSize, config.embeddingSize];
}

async function checkRawClass({ model, images, sessions }: ClipCheck, key: string, expected: Expected) {
  const needs: FeatureNeeds = { imageSizePx: images[0]?.width ?? 0, rawClassFeature: true };
  const outputs = await probeVision(model, needs, images, sessions);
  const rows = outputs.get(visionNames.rawClassFeature) ?? new Float32Array(0);
  return features(rows, [images.length, model.config.embeddingSize], expected, key);
}

async function checkDpamLayer(check: ClipCheck, key: string, expected: Expected) {
  const { model, images, sessions } = check;
  const layer = Number(/\d+$/.exec(key)?.[0]);
  const variant = (/^dpam\.(vv|qq|kk)/.exec(key)?.[1] ?? 'vv') as DpamVariant;
  const needs: FeatureNeeds = {
    imageSizePx: images[0]?.width ?? 0,
    dpam: { variant, blocks: dpamBlocksOf(check), layers: [layer] },
  };
  const outputs = await probeVision(model, needs, images, sessions);
  const rows = outputs.get(visionNames.dpam(variant, layer)) ?? new Float32Array(0);
  return features(rows, tokenShape(rows, images, model), expected, key);
}

interface MethodRun {
  readonly results: readonly MethodScore[];
  readonly rendering: MapRendering;
  readonly note: string;
}

async function checkScore(check: ClipCheck, key: string, expected: Expected) {
  const { results, note } = await runMethod(check, key);
  const item = compareItem(
    key,
    results.map((r) => r.score),
    [results.length],
    expected,
    tolerances.features,
  );
  return { ...item, detail: `${item.detail}; ${note}` };
}

async function checkMap(check: ClipCheck, key: string, expected: Expected) {
  const { results, rendering, note } = await runMethod(check, key);
  const sigmaPx = key === 'anomalyclip.map' ? rendering.sigmaPx : 0;
  const maps = results.map(({ patchMap }) => renderPixelMap(patchMap, { ...rendering, sigmaPx }));
  const item = features(joined(maps), [results.length, rendering.sizePx, rendering.sizePx], expected, key);
  return { ...item, detail: `${item.detail}; ${note}` };
}

/** Runs the method that a key belongs to, through the one interface wherever the golden's prompts are the method's own. */
async function runMethod(check: ClipCheck, key: string): Promise<MethodRun> {
  const { parsed, images, model, encoder } = check;
  const imageSizePx = images[0]?.width ?? 0;
  const config = model.config;
  if (key.startsWith('anomalyclip')) {
    const { features_list: layers = paperLayers(config), sigma: sigmaPx } = parsed.config;
    const settings = { imageSizePx, layers, dpamBlocks: dpamBlocksOf(check), sigmaPx };
    const { score } = await anomalyClipMethod.prepare({
      config,
      textEncoder: encoder,
      learnedPrompts: goldenPrompts(parsed),
      settings,
      classNames: [],
      search: check.search,
    });
    return {
      results: await scoreAll(check, anomalyClipMethod.needs(config, settings), (f) => score(f, '')),
      rendering: anomalyClipMethod.rendering(config, settings),
      note: 'through the method',
    };
  }
  const settings = { imageSizePx };
  const method = key.startsWith('clip_ac') ? clipAcMethod : clipMethod;
  const objectName = objectOf(check, method === clipAcMethod);
  let score: (f: ImageFeatures) => MethodScore | Promise<MethodScore>;
  if (objectName !== null) {
    const prepared = await method.prepare({
      config,
      textEncoder: encoder,
      learnedPrompts: null,
      settings,
      classNames: [objectName],
      search: check.search,
    });
    score = (f) => prepared.score(f, objectName);
  } else {
    const pair = method === clipAcMethod ? await clipAcPair(check) : await textPair(check);
    score = (f) => plainScore(f, pair);
  }
  return {
    results: await scoreAll(check, plainNeeds(config, settings), score),
    rendering: method.rendering(config, settings),
    note: objectName === null ? 'with prompts of its own' : `through the method, object «${objectName}»`,
  };
}

async function textPair(check: ClipCheck): Promise<TextPair> {
  const rows = await check.encoder.encodeTexts(textsOf(check).slice(0, 2));
  return { normal: normalised(rowOf(rows, 0)), abnormal: normalised(rowOf(rows, 1)) };
}

/** The object for which the method's own prompts are the golden's, null where no object gives them. */
function objectOf({ parsed }: ClipCheck, ensemble: boolean): string | null {
  const [normal = '', anomalous] = parsed['clip.texts'] ?? [];
  const object = /^a photo of a normal (.+)$/.exec(normal)?.[1];
  if (object === undefined || object.includes('_')) return null;
  if (!ensemble) return anomalous === `a photo of an anomalous ${object}` ? object : null;
  const ours = writtenSentences('clip-ac', object, {});
  const prompts = parsed['clip_ac.prompts'];
  const same = (a: readonly string[], b: readonly string[] = []) =>
    [...a].sort().join('\n') === [...b].sort().join('\n');
  return same(ours.normal, prompts?.normal) && same(ours.abnormal, prompts?.anomalous) ? object : null;
}

async function scoreAll(
  { model, images, sessions }: ClipCheck,
  needs: FeatureNeeds,
  score: (f: ImageFeatures) => MethodScore | Promise<MethodScore>,
): Promise<readonly MethodScore[]> {
  const extractor = await createFeatureExtractor(model, needs, sessions);
  try {
    const results: MethodScore[] = [];
    for (const image of images) results.push(await score(await extractor.extract(image)));
    return results;
  } finally {
    await extractor.release();
  }
}
