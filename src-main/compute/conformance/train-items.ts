import { Tensor as OrtTensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import { defaultTrainingSettings, type TrainingSettings } from '../../../src-shared/domain/training.ts';
import { readModelWeights } from '../clip/model-weights.ts';
import type { Tokenizer } from '../clip/tokenizer.ts';
import type { ImageFeatures, NamedTensor, RgbImage } from '../methods/method.ts';
import { createFeatureExtractor, floats, type StoredModel } from '../runtime/feature-extractor.ts';
import { storeGraph } from '../runtime/graph-files.ts';
import type { SessionStore } from '../runtime/session-store.ts';
import { stepNames, type StepGraph, type TrainableMethod } from '../training/trainable-method.ts';
import { compareItem, tolerances, type Expected } from './compare.ts';
import { damaged, parseGolden, type GoldenFile } from './golden-folder.ts';
import type { ClipGolden } from './golden-model.ts';
import { joined } from './vision-probe.ts';

const trainingConfigSchema = z.object({
  config: z.object({
    lambda_: z.number().nonnegative().optional(),
    lr: z.number().positive().default(1e-3),
    betas: z.tuple([z.number(), z.number()]).default([0.5, 0.999]),
  }),
  labels: z.array(z.number()).min(1),
});

/** λ of AnomalyCLIP's released code. */
const releasedLocalWeight = 4;

export interface TrainingCheck {
  readonly golden: GoldenFile;
  readonly parsed: ClipGolden;
  readonly model: StoredModel;
  readonly images: readonly RgbImage[];
  readonly masks: Expected | undefined;
  readonly prompts: ReadonlyMap<string, NamedTensor>;
  readonly tokenizer: Tokenizer;
  readonly sessions: SessionStore;
  readonly settings: Partial<TrainingSettings>;
}

/** What the steps of a golden training gave: everything by the step graph's output names. */
export type TrainedSteps = readonly ReadonlyMap<string, Float32Array>[];

/** Trains as a golden file says, on all its images in each of `steps` steps, through the very graphs that training runs. */
export async function trainAsGolden(
  method: TrainableMethod,
  check: TrainingCheck,
  steps: number,
): Promise<TrainedSteps> {
  const { golden, parsed, model, images, prompts, sessions, tokenizer } = check;
  const { config, labels } = parseGolden(golden, trainingConfigSchema);
  const batch = images.length;
  if (labels.length !== batch)
    throw damaged(golden.jsonPath, `it has ${labels.length} labels for ${batch} images`);
  const settings: TrainingSettings = {
    ...defaultTrainingSettings(method.id, model.config),
    imageSizePx: parsed.config.image_size,
    ...(parsed.config.dpam_blocks === undefined ? {} : { dpamBlocks: parsed.config.dpam_blocks }),
    ...(parsed.config.features_list ? { layers: parsed.config.features_list } : {}),
    ...(config.lambda_ === undefined ? {} : { localWeight: config.lambda_ }),
    ...check.settings,
  };
  const step = method.stepGraph({
    config: model.config,
    weights: await readModelWeights(model.folder),
    settings,
    batch,
    classNames: [],
    tokenize: (text) => tokenizer.encode(text, { contextLength: model.config.text.contextLength }),
    featureDtype: 'f32',
    betas: config.betas,
    withGradients: true,
  });
  const fixed = new Map<string, OrtTensor>([
    [stepNames.labels, new OrtTensor('float32', Float32Array.from(labels), [batch])],
    [stepNames.learningRate, new OrtTensor('float32', Float32Array.of(config.lr), [])],
    [stepNames.masks, maskTensor(check, settings.imageSizePx)],
    ...(await featureTensors(method, check, settings)),
  ]);
  const graph = await sessions.load(await storeGraph(model.folder, step.graph));
  try {
    return await runSteps(graph, { step, fixed, prompts }, steps);
  } finally {
    await graph.release();
  }
}

interface Start {
  readonly step: StepGraph;
  readonly fixed: ReadonlyMap<string, OrtTensor>;
  readonly prompts: ReadonlyMap<string, NamedTensor>;
}

async function runSteps(
  graph: Awaited<ReturnType<SessionStore['load']>>,
  { step, fixed, prompts }: Start,
  steps: number,
): Promise<TrainedSteps> {
  const state = new Map<string, NamedTensor>();
  for (const [key, { shape, data }] of prompts) {
    state.set(stepNames.value(key), { shape, data });
    for (const name of [stepNames.m, stepNames.v])
      state.set(name(key), { shape, data: new Float32Array(data.length) });
  }
  const done: ReadonlyMap<string, Float32Array>[] = [];
  for (let count = 1; count <= steps; count++) {
    const feeds: Record<string, OrtTensor> = {};
    for (const name of step.inputs) {
      const kept = state.get(name);
      const feed =
        name === stepNames.step
          ? new OrtTensor('float32', Float32Array.of(count), [])
          : kept
            ? new OrtTensor('float32', kept.data, kept.shape)
            : fixed.get(name);
      if (!feed) throw new Error(`the golden lacks ${name}`);
      feeds[name] = feed;
    }
    const fetched = await graph.run(feeds);
    const outputs = new Map(
      Object.keys(step.graph.outputs).map((name) => [name, floats(fetched, name).slice()]),
    );
    for (const [name, { shape }] of state) {
      const data = outputs.get(`next.${name}`);
      if (data) state.set(name, { shape, data });
    }
    done.push(outputs);
  }
  return done;
}

function maskTensor({ golden, masks, images }: TrainingCheck, side: number): OrtTensor {
  if (masks?.shape.join() !== [images.length, side, side].join())
    throw damaged(golden.jsonPath, `its tensors lack input.masks [${images.length}, ${side}, ${side}]`);
  return new OrtTensor(
    'uint8',
    Uint8Array.from(masks.data, (value) => (value > 0.5 ? 1 : 0)),
    masks.shape,
  );
}

async function featureTensors(
  method: TrainableMethod,
  { model, images, sessions }: TrainingCheck,
  settings: TrainingSettings,
): Promise<readonly [string, OrtTensor][]> {
  const needs = method.needs(model.config, settings);
  const extractor = await createFeatureExtractor(model, needs, sessions);
  const features: ImageFeatures[] = [];
  try {
    for (const image of images) features.push(await extractor.extract(image));
  } finally {
    await extractor.release();
  }
  const batch = images.length;
  const width = model.config.embeddingSize;
  const classes = joined(features.map((f) => f.rawClassFeature ?? f.classFeature));
  const patches = (needs.dpam?.layers ?? []).map((layer): [string, OrtTensor] => {
    const data = joined(features.map((f) => f.dpam?.get(layer)?.data));
    return [
      stepNames.patches(layer),
      new OrtTensor('float32', data, [batch, data.length / batch / width, width]),
    ];
  });
  return [[stepNames.classFeature, new OrtTensor('float32', classes, [batch, width])], ...patches];
}

const keyOf = (item: string) => item.replace(/^.*\.train\.(grad0|after\d+)\./, '');

/** `….train.grad0.<key>`: element by element, and ‖a - b‖ ≤ 1e-3·‖b‖. */
export function checkGradient(steps: TrainedSteps, item: string, expected: Expected): ConformanceItem {
  const actual = steps[0]?.get(stepNames.gradient(keyOf(item))) ?? new Float32Array(0);
  const compared = compareItem(item, actual, expected.shape, expected, tolerances.features);
  let [difference, length] = [0, 0];
  for (let i = 0; i < expected.data.length; i++) {
    const b = expected.data[i] ?? NaN;
    difference += ((actual[i] ?? NaN) - b) ** 2;
    length += b ** 2;
  }
  const holds = Math.sqrt(difference) <= 1e-3 * Math.sqrt(length);
  const detail = `${compared.detail}; ‖a-b‖ is ${(Math.sqrt(difference) / Math.sqrt(length)).toExponential(1)} of ‖b‖`;
  const state = compared.state === 'pass' && !holds ? 'fail' : compared.state;
  return { ...compared, state, detail, tolerance: `${compared.tolerance}, ‖a-b‖ ≤ 1e-3·‖b‖` };
}

/** Adam turns the sign of a near-zero gradient into a full step: so much of the elements, by so much (golden/README.md). */
const strays = { share: 1e-4, by: 6e-3 } as const;

/** `….train.afterN.<key>`: parameters after N steps. */
export function checkParameters(steps: TrainedSteps, item: string, expected: Expected): ConformanceItem {
  const count = Number(/\.after(\d+)\./.exec(item)?.[1]);
  const actual = steps[count - 1]?.get(stepNames.nextValue(keyOf(item))) ?? new Float32Array(0);
  const { absolute, relative, words } = tolerances.features;
  const off = Array.from(expected.data, (b, i) => Math.abs((actual[i] ?? NaN) - b));
  const straying = off.filter((by, i) => !(by <= absolute + relative * Math.abs(expected.data[i] ?? NaN)));
  const allowed = straying.length <= strays.share * off.length && straying.every((by) => by <= strays.by);
  const compared = compareItem(item, actual, expected.shape, expected, tolerances.features);
  const tolerance = `${words}, at most 0.01 % of the values by up to 6e-3`;
  if (!allowed || straying.length === 0) return { ...compared, tolerance };
  return {
    ...compared,
    state: 'pass',
    tolerance,
    detail: `${off.length} values, ${straying.length} of them stray`,
  };
}

const historySchema = z
  .array(z.record(z.string(), z.union([z.number(), z.array(z.array(z.number()))])))
  .min(1);

/** Steps that a golden's items ask for. */
export function stepsOf(golden: GoldenFile, prefix: string): number {
  const history = historySchema.safeParse(golden.json[`${prefix}.history`]);
  const after = [...golden.tensors.keys()].map((key) =>
    key.startsWith(`${prefix}.after`) ? Number(/\.after(\d+)\./.exec(key)?.[1] ?? 1) : 1,
  );
  return Math.max(1, history.success ? history.data.length : 1, ...after);
}

/** `….train.history`: every number of every step; `partsOf` names a step's numbers as the golden does. */
export function checkHistory(
  golden: GoldenFile,
  item: string,
  steps: TrainedSteps,
  partsOf: (
    loss: (name: string) => number,
  ) => Readonly<Record<string, number | readonly (readonly number[])[]>>,
): ConformanceItem {
  const parsed = historySchema.safeParse(golden.json[item]);
  if (!parsed.success) throw damaged(golden.jsonPath, `${item} is no list of losses`);
  const [actual, expected]: [number[], number[]] = [[], []];
  for (const [index, row] of parsed.data.entries()) {
    const computed = partsOf((name) => steps[index]?.get(stepNames.loss(name))?.[0] ?? NaN);
    for (const [name, value] of Object.entries(row)) {
      expected.push(...[value].flat(2));
      actual.push(...[computed[name] ?? NaN].flat(2));
    }
  }
  return compareItem(
    item,
    actual,
    [actual.length],
    { shape: [expected.length], data: expected },
    tolerances.features,
  );
}

/** λ by which a golden training's pixel losses are weighted. */
export function localWeightOf(golden: GoldenFile): number {
  return parseGolden(golden, trainingConfigSchema).config.lambda_ ?? releasedLocalWeight;
}

/** Numbers of deep tokens of a golden's prompts. */
export function deepSettings(prompts: ReadonlyMap<string, NamedTensor>) {
  const shapes = [...prompts].flatMap(([key, { shape }]) =>
    key.startsWith('compound_prompts_text.') ? [shape] : [],
  );
  return { deepBlocks: shapes.length, deepLength: shapes[0]?.[0] ?? 1 };
}

/** A call whose first result all later ones share. */
export function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= run());
}
