import { Readable } from 'node:stream';
import { z } from 'zod';
import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { pixelDeviation, pixelMean } from '../clip/vision-graph.ts';
import { windowRows } from '../clip/window-graph.ts';
import type { FeatureNeeds, ImageFeatures, MethodScore, RgbImage } from '../methods/method.ts';
import { abnormalProbabilities, normalised, type TextPair } from '../methods/similarity.ts';
import { addFewShot, winClipMethod, zeroShotScore } from '../methods/winclip.ts';
import { createWinClipMemories } from '../methods/winclip-memory.ts';
import { spreadOverPatches } from '../methods/window-scores.ts';
import { createFeatureExtractor, type StoredModel } from '../runtime/feature-extractor.ts';
import { checkTensors, guarded, type TensorChecks } from './check-tensors.ts';
import { checkPixelValues, type CheckTools } from './clip-items.ts';
import { compareItem, tolerances, type Expected } from './compare.ts';
import { damaged, parseGolden, type GoldenFile } from './golden-folder.ts';
import {
  activationOf,
  formulaSchema,
  goldenHeadWidth,
  goldenSize,
  writeFormulaModel,
} from './golden-model.ts';
import { joined } from './vision-probe.ts';

const winClipGoldenSchema = z.object({
  config: z.object({
    image_size: goldenSize,
    patch_size: goldenSize,
    width: goldenSize,
    layers: goldenSize.max(256),
    heads: goldenSize.optional(),
    output_dim: goldenSize,
  }),
  activation: z.string().optional(),
  weights: z.record(z.string(), formulaSchema),
  weights_prefix: z.string(),
  /** By name, `window3`: rows of the tokens, the class token's being 0, that each window holds beside it. */
  /** Few-shot numbers, which not every file has: which images are references, and score and patch map of which others. */
  few_shot: z
    .object({
      references: z.array(z.number().int().nonnegative()).min(1),
      images: z.array(z.number().int().nonnegative()).min(1),
      score: z.array(z.number()),
      /** [images][grid²] */
      map: z.array(z.array(z.number())),
    })
    .optional(),
  windows: z.record(z.string().regex(/^window[1-9]$/), z.array(z.array(z.number().int().nonnegative()))),
});
type WinClipGolden = z.infer<typeof winClipGoldenSchema>;

interface WinClipCheck extends CheckTools {
  readonly golden: GoldenFile;
  readonly parsed: WinClipGolden;
  readonly model: StoredModel;
  readonly images: readonly RgbImage[];
  readonly features: readonly ImageFeatures[];
  readonly pair: TextPair;
}

/** True for the kind of file that pins down WinCLIP's windows. */
export function isWinClipGolden({ json, tensors }: GoldenFile): boolean {
  return 'windows' in json && tensors.has('input.pixel_values');
}

/** Checks WinCLIP's numbers; text features are given, not encoded. One item a tensor and one a list of windows. */
export async function* checkWinClipGolden(
  golden: GoldenFile,
  tools: CheckTools,
): AsyncGenerator<ConformanceItem> {
  const parsed = parseGolden(golden, winClipGoldenSchema);
  const config = configOf(golden, parsed);
  const model = await writeFormulaModel(tools.workFolder, config, parsed);
  const images = imagesOf(golden);
  const check = {
    ...tools,
    golden,
    parsed,
    model,
    images,
    features: await extractAll(model, images, parsed, tools),
    pair: { normal: textOf(golden, 'text.normal'), abnormal: textOf(golden, 'text.abnormal') },
  };
  yield* checkTensors(golden, checks, check, (key) => key.startsWith('text.'));
  for (const name of Object.keys(parsed.windows))
    yield await guarded(`${golden.stem}/windows.${name}`, () => checkWindows(check, name));
  if (parsed.few_shot)
    for (const part of ['score', 'map'] as const)
      yield await guarded(`${golden.stem}/few_shot.${part}`, () => checkFewShot(check, part));
}

const checks: TensorChecks<WinClipCheck> = [
  [/^input\.pixel_values$/, (check, key, expected) => checkPixelValues(check, key, expected)],
  [/^window\d\.embeddings$/, checkEmbeddings],
  [/^class_embedding$/, checkClass],
  [/^score\.window\d$/, checkSide],
  [/^(image_score|map_patch|map)$/, checkMethod],
];

function configOf(golden: GoldenFile, { config, weights, activation }: WinClipGolden): ClipConfig {
  const shapeOf = (key: string) => {
    const shape = weights[key]?.[0];
    if (!shape) throw damaged(golden.jsonPath, `weights names no ${key}`);
    return shape;
  };
  const [positions = 1] = shapeOf('visual.positional_embedding');
  const [mlpWidth = 0] = shapeOf('visual.transformer.resblocks.0.mlp.c_fc.weight');
  return {
    embeddingSize: config.output_dim,
    activation: activationOf(activation),
    layerNormEpsilon: 1e-5,
    vision: {
      width: config.width,
      layers: config.layers,
      heads: config.heads ?? config.width / goldenHeadWidth,
      patchSize: config.patch_size,
      gridSize: Math.sqrt(positions - 1),
      mlpWidth,
    },
    // There is no text encoder in this file, and nothing asks for one.
    text: { width: 1, layers: 1, heads: 1, contextLength: 77, vocabularySize: 1, mlpWidth: 1 },
  };
}

/** The images behind `input.pixel_values` [images, 3, height, width]: 8-bit levels, so that rounding brings them back. */
function imagesOf(golden: GoldenFile): readonly RgbImage[] {
  const pixels = golden.tensors.get('input.pixel_values');
  const [count = 0, channels = 0, height = 0, width = 0] = pixels?.shape ?? [];
  if (!pixels || channels !== 3)
    throw damaged(golden.jsonPath, 'its tensors lack input.pixel_values [images, 3, height, width]');
  const area = height * width;
  return Array.from({ length: count }, (_, image) => {
    const data = new Uint8Array(3 * area);
    for (let channel = 0; channel < 3; channel++)
      for (let i = 0; i < area; i++) {
        const value = pixels.data[(image * 3 + channel) * area + i] ?? NaN;
        const level = 255 * (value * (pixelDeviation[channel] ?? NaN) + (pixelMean[channel] ?? NaN));
        data[3 * i + channel] = Math.min(255, Math.max(0, Math.round(level)));
      }
    return { width, height, data };
  });
}

function textOf(golden: GoldenFile, key: string): Float32Array {
  const tensor = golden.tensors.get(key);
  if (!tensor) throw damaged(golden.jsonPath, `its tensors lack ${key}`);
  return normalised(Float32Array.from(tensor.data));
}

function sideOf(key: string): number {
  return Number(/window(\d)/.exec(key)?.[1]);
}

async function extractAll(
  model: StoredModel,
  images: readonly RgbImage[],
  { config, windows }: WinClipGolden,
  { sessions }: CheckTools,
): Promise<readonly ImageFeatures[]> {
  const needs: FeatureNeeds = {
    ...winClipMethod.needs(model.config, { imageSizePx: config.image_size, shots: 1 }),
    windows: [...new Set([...Object.keys(windows).map(sideOf), 2, 3])].sort(),
  };
  const extractor = await createFeatureExtractor(model, needs, sessions);
  try {
    const features: ImageFeatures[] = [];
    for (const image of images) features.push(await extractor.extract(image));
    return features;
  } finally {
    await extractor.release();
  }
}

async function checkWindows({ features, parsed }: WinClipCheck, name: string): Promise<ConformanceItem> {
  const lists = parsed.windows[name] ?? [];
  const rows = windowRows(features[0]?.gridSize ?? 0, sideOf(name));
  const ours = rows.flatMap((window) => window.slice(1));
  const shape = [rows.length, sideOf(name) ** 2];
  const expected = { shape: [lists.length, lists[0]?.length ?? 0], data: lists.flat() };
  return Promise.resolve(compareItem(name, ours, shape, expected, tolerances.exact));
}

function windowsOf({ features }: WinClipCheck, side: number) {
  return features.map(({ windows }) => {
    const found = windows?.get(side);
    if (!found) throw new Error(`no windows of side ${side} were computed`);
    return found;
  });
}

async function checkEmbeddings(check: WinClipCheck, key: string, expected: Expected) {
  const perImage = windowsOf(check, sideOf(key));
  const [{ rows, width } = { rows: 0, width: 0 }] = perImage;
  const data = joined(perImage.map((windows) => windows.data));
  return Promise.resolve(
    compareItem(key, data, [perImage.length, rows, width], expected, tolerances.features),
  );
}

async function checkClass({ features, model }: WinClipCheck, key: string, expected: Expected) {
  const data = joined(features.map(({ classFeature }) => classFeature));
  const shape = [features.length, model.config.embeddingSize];
  return Promise.resolve(compareItem(key, data, shape, expected, tolerances.features));
}

async function checkSide(check: WinClipCheck, key: string, expected: Expected) {
  const side = sideOf(key);
  const grid = check.features[0]?.gridSize ?? 0;
  const maps = windowsOf(check, side).map((windows) =>
    Float32Array.from(spreadOverPatches(abnormalProbabilities(windows, check.pair), side, grid)),
  );
  const shape = [maps.length, grid, grid];
  return Promise.resolve(compareItem(key, joined(maps), shape, expected, tolerances.features));
}

/** The method's memories and arithmetic, the references being images of the file. */
async function checkFewShot({ features, parsed, pair, search }: WinClipCheck, part: 'score' | 'map') {
  const { references, images, score, map } = parsed.few_shot ?? {
    references: [],
    images: [],
    score: [],
    map: [],
  };
  const chosen = (indices: readonly number[]) => features.filter((_, i) => indices.includes(i));
  const memories = createWinClipMemories(search);
  await memories.fit([{ className: '', features: Readable.from(chosen(references)) }]);
  const results: MethodScore[] = [];
  for (const image of chosen(images))
    results.push(addFewShot(zeroShotScore(image, pair), await memories.distances('', image)));
  await memories.release();
  if (part === 'score')
    return compareItem(
      part,
      results.map((result) => result.score),
      [results.length],
      { shape: [score.length], data: score },
      tolerances.features,
    );
  const data = joined(results.map(({ patchMap }) => patchMap.data));
  const shape = [results.length, features[0]?.gridSize ?? 0, features[0]?.gridSize ?? 0];
  return compareItem(part, data, shape, { shape, data: map.flat() }, tolerances.features);
}

/** The method's own arithmetic with the text features that the file gives. */
async function checkMethod(check: WinClipCheck, key: string, expected: Expected) {
  const { features, model, parsed, pair } = check;
  const results = features.map((image) => zeroShotScore(image, pair));
  const count = results.length;
  const grid = features[0]?.gridSize ?? 0;
  const compare = (data: ArrayLike<number>, shape: readonly number[]) =>
    Promise.resolve(compareItem(key, data, shape, expected, tolerances.features));
  if (key === 'image_score')
    return compare(
      results.map(({ score }) => score),
      [count],
    );
  const maps = results.map(({ patchMap }) => patchMap);
  if (key === 'map_patch') return compare(joined(maps.map(({ data }) => data)), [count, grid, grid]);
  const rendering = winClipMethod.rendering(model.config, { imageSizePx: parsed.config.image_size });
  const rendered = maps.map((map) => renderPixelMap(map, rendering));
  return compare(joined(rendered), [count, rendering.sizePx, rendering.sizePx]);
}
