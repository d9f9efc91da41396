import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../../src-main/compute/checkpoints/write-safetensors.ts';
import { readSafetensorsMetadata } from '../../../../src-main/compute/checkpoints/safetensors-metadata.ts';
import { importPrompts } from '../../../../src-main/compute/clip/import-prompts.ts';
import { readModelWeights, type ModelWeights } from '../../../../src-main/compute/clip/model-weights.ts';
import { wordingMetadata, wordingOf } from '../../../../src-main/compute/clip/prompt-wording.ts';
import { createTokenizer } from '../../../../src-main/compute/clip/tokenizer.ts';
import { writePrompts } from '../../../../src-main/compute/clip/write-prompts.ts';
import { mulberry32 } from '../../../../src-main/compute/conformance/formula-tensor.ts';
import type { ImageFeatures, NamedTensor } from '../../../../src-main/compute/methods/method.ts';
import { methods } from '../../../../src-main/compute/methods/registry.ts';
import type { StoredModel } from '../../../../src-main/compute/runtime/feature-extractor.ts';
import { storeGraph } from '../../../../src-main/compute/runtime/graph-files.ts';
import { createSessionStore } from '../../../../src-main/compute/runtime/session-store.ts';
import { createTextEncoder } from '../../../../src-main/compute/runtime/text-encoder.ts';
import { faPromptForward, faPromptInputs } from '../../../../src-main/compute/training/faprompt-training.ts';
import { stepNames, type StepArgs } from '../../../../src-main/compute/training/trainable-method.ts';
import { trainableMethods } from '../../../../src-main/compute/training/trainable-methods.ts';
import type { Graph } from '../../../../src-main/compute/tensor-graph/tensor.ts';
import {
  defaultTrainingSettings,
  runSettingsOf,
  type TrainableMethodId,
  type TrainingSettings,
} from '../../../../src-shared/domain/training.ts';
import { writeTinyModel } from '../../../support/tiny-model.ts';

// Prompts are read as they were learned: what training's graph says of an image, inference says of it too.

const assetsFolder = resolve(import.meta.dirname, '../../../../assets');
const tokenizer = createTokenizer({ assetsFolder });
const sessions = createSessionStore({ intraOpThreads: 1 });
const classNames = ['metal nut', 'cable'];
const labels = [1, 0, 1];
let folder: string;
let model: StoredModel;
let weights: ModelWeights;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agrees-'));
  model = await writeTinyModel(folder);
  weights = await readModelWeights(folder);
}, 60_000);
afterAll(async () => {
  await sessions.releaseAll();
  rmSync(folder, { recursive: true, force: true });
});

function gaussian(seed: number) {
  const uniform = mulberry32(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

function argsOf(methodId: TrainableMethodId, wishes: Partial<TrainingSettings>): StepArgs {
  const defaults = defaultTrainingSettings(methodId, model.config);
  const small = { contextLength: 4, deepLength: 2, abnormalPrompts: 3, priorPatches: 4, imageSizePx: 32 };
  return {
    config: model.config,
    weights,
    settings: { ...defaults, ...small, ...wishes },
    batch: labels.length,
    classNames,
    tokenize: (text) => tokenizer.encode(text, { contextLength: model.config.text.contextLength }),
    featureDtype: 'f32',
  };
}

const patchCount = 16;

/** Words and network far from their small first values, so that every setting makes a difference. */
function learned({ config, settings }: StepArgs, methodId: TrainableMethodId) {
  const { normal } = gaussian(11);
  const first = trainableMethods[methodId].parameters(config, settings, gaussian(5));
  const grown = new Map<string, NamedTensor>();
  for (const [key, { shape, data }] of first)
    grown.set(key, { shape, data: data.map((value) => (value === 0 ? 0 : value + 0.5 * normal())) });
  const positive = grown.get('ctx_pos')!;
  return settings.sharedWords && methodId !== 'faprompt' ? grown.set('ctx_neg', positive) : grown;
}

const rawFeatures = (salt: number, image: number, count: number) => {
  const { normal } = gaussian(1000 * salt + image);
  return Float32Array.from({ length: count }, () => normal());
};

function featuresOf(image: number, layers: readonly number[]): ImageFeatures {
  const width = model.config.embeddingSize;
  return {
    gridSize: 4,
    classFeature: rawFeatures(99, image, width),
    rawClassFeature: rawFeatures(99, image, width),
    patchFeatures: { rows: 1 + patchCount, width, data: new Float32Array((1 + patchCount) * width) },
    dpam: new Map(
      layers.map((layer) => [
        layer,
        { rows: patchCount, width, data: rawFeatures(layer, image, patchCount * width) },
      ]),
    ),
  };
}

/** Runs a graph on all images, learned words in their place. */
async function run(
  graph: Graph,
  inputs: ReadonlySet<string>,
  { settings }: StepArgs,
  parameters: ReadonlyMap<string, NamedTensor>,
) {
  const width = model.config.embeddingSize;
  const batch = labels.length;
  const joined = (of: (image: number) => Float32Array) =>
    Float32Array.from(labels.flatMap((_, image) => [...of(image)]));
  const side = settings.imageSizePx;
  const fixed = new Map<string, OrtTensor>([
    [
      stepNames.classFeature,
      new OrtTensor(
        'float32',
        joined((image) => rawFeatures(99, image, width)),
        [batch, width],
      ),
    ],
    [stepNames.labels, new OrtTensor('float32', Float32Array.from(labels), [batch])],
    [stepNames.classIndex, new OrtTensor('int64', BigInt64Array.from([0n, 1n, 0n]), [batch])],
    [stepNames.masks, new OrtTensor('uint8', new Uint8Array(batch * side * side), [batch, side, side])],
    [stepNames.step, new OrtTensor('float32', Float32Array.of(1), [])],
    [stepNames.learningRate, new OrtTensor('float32', Float32Array.of(0), [])],
  ]);
  const feeds: Record<string, OrtTensor> = {};
  for (const name of inputs) {
    const [kind = '', ...rest] = name.split('.');
    const kept = parameters.get(rest.join('.'));
    const patches = () =>
      joined((image) => rawFeatures(Number(name.slice('patch_'.length)), image, patchCount * width));
    feeds[name] =
      fixed.get(name) ??
      (kept
        ? new OrtTensor(
            'float32',
            kind === 'value' ? kept.data : new Float32Array(kept.data.length),
            kept.shape,
          )
        : new OrtTensor('float32', patches(), [batch, patchCount, width]));
  }
  const loaded = await sessions.load(await storeGraph(folder, graph));
  const fetched = await loaded.run(feeds);
  await loaded.release();
  return new Map(Object.entries(fetched).map(([name, { data }]) => [name, [...(data as Float32Array)]]));
}

/** A method on the prompts as a scan gets them: through a file's metadata. */
async function infer(
  methodId: TrainableMethodId,
  { settings, config }: StepArgs,
  parameters: ReadonlyMap<string, NamedTensor>,
  faPromptSelection?: TrainingSettings['selection'],
) {
  const encoder = createTextEncoder(model, tokenizer, sessions);
  const metadata = new Map(Object.entries(wordingMetadata(methodId, settings)));
  // Which patches make FAPrompt's prior the file says, unless the run does.
  const { faPromptSelection: _, ...seen } = runSettingsOf(methodId, settings);
  const runSettings = { ...seen, ...(faPromptSelection === undefined ? {} : { faPromptSelection }) };
  const prepared = await methods[methodId].prepare({
    config,
    textEncoder: encoder,
    learnedPrompts: parameters,
    promptWording: wordingOf(metadata, 'a.safetensors'),
    settings: runSettings,
    classNames,
    search: { remember: () => Promise.reject(new Error('no references')) },
  });
  await encoder.release();
  const { dpam } = methods[methodId].needs(config, runSettings);
  const results = [];
  for (const image of labels.keys())
    results.push(await prepared.score(featuresOf(image, dpam?.layers ?? []), classNames[image % 2]!));
  await prepared.release?.();
  return results;
}

const faPromptCases: readonly (readonly [string, Partial<TrainingSettings>])[] = [
  ['the paper', {}],
  ['the released selection', { selection: 'released' }],
  ['object-aware prompts', { objectAware: true }],
  ['another state word', { stateWord: 'badly flawed' }],
  ['a prior of the class token', { priorFrom: 'class' }],
  ['the best matched prompt', { fusion: 'best' }],
  ['weighted prompts', { fusion: 'weighted', objectAware: true }],
  ['one abnormal prompt', { cap: false }],
  ['no prior', { dap: false, priorFrom: 'class' }],
  ['no deep tokens', { deepBlocks: 0 }],
  ['layers of another method', { layers: [2, 3] }],
  ['DPAM’s ensemble', { dpam: 'ensemble' }],
  ['DPAM’s ensemble and the best matched prompt', { dpam: 'ensemble', fusion: 'best' }],
];

describe('FAPrompt learned and run with', () => {
  it.each(faPromptCases)('%s says the same of images', async (_, wishes) => {
    const args = argsOf('faprompt', wishes);
    const parameters = learned(args, 'faprompt');
    const { score, mapBefore, mapAfter } = faPromptForward(args, faPromptInputs(args.config, args.settings));
    const outputs = { score, mapBefore, mapAfter };
    const { inputs } = trainableMethods.faprompt.stepGraph(args);
    const isForward = (name: string) =>
      name.startsWith('value.') ||
      name.startsWith('patch_') ||
      name === stepNames.classFeature ||
      name === stepNames.classIndex;
    const read = new Set([...inputs].filter(isForward));
    const trained = await run({ name: 'forward', outputs }, read, args, parameters);
    const results = await infer('faprompt', args, parameters);
    if (args.settings.dap) expect(trained.get('mapAfter')).not.toEqual(trained.get('mapBefore'));
    for (const [image, { score: inferred, patchMap }] of results.entries()) {
      expect(Math.abs(inferred - trained.get('score')![image]!)).toBeLessThan(1e-4);
      for (const [patch, value] of patchMap.data.entries()) {
        const at = image * patchCount + patch;
        const mean = (trained.get('mapBefore')![at]! + trained.get('mapAfter')![at]!) / 2;
        expect(Math.abs(value - mean)).toBeLessThan(1e-4);
      }
    }
  });

  it('makes a difference by each setting, so that agreeing means something', async () => {
    const scores = [];
    for (const wishes of [{}, { priorFrom: 'class' }, { fusion: 'best' }, { fusion: 'weighted' }] as const) {
      const args = argsOf('faprompt', wishes);
      scores.push((await infer('faprompt', args, learned(args, 'faprompt')))[0]!.score);
    }
    for (const [i, a] of scores.entries())
      for (const b of scores.slice(i + 1)) expect(Math.abs(a - b)).toBeGreaterThan(5e-4);
  });
});

describe('which patches FAPrompt reads', () => {
  it('a run may choose otherwise than its prompts say', async () => {
    const scores = async (said: 'paper' | 'released', wanted?: 'paper' | 'released') => {
      const args = argsOf('faprompt', { selection: said });
      const results = await infer('faprompt', args, learned(args, 'faprompt'), wanted);
      return results.map(({ score }) => score);
    };
    const [paper, released] = [await scores('paper'), await scores('released')];
    expect(paper).not.toEqual(released);
    expect(await scores('paper', 'released')).toEqual(released);
    expect(await scores('released', 'paper')).toEqual(paper);
  });
});

describe.each(['anomalyclip', 'coop'] as const)('%s learned and run with', (methodId) => {
  it.each([
    {},
    { objectAware: true },
    { objectAware: false },
    { sharedWords: true },
    { sharedWords: false },
    { stateWord: 'blemished' },
  ])('%o says the same of images', async (wishes) => {
    const args = argsOf(methodId, { ...wishes, localLoss: false });
    const parameters = learned(args, methodId);
    const step = trainableMethods[methodId].stepGraph(args);
    const trained = await run(step.graph, step.inputs, args, parameters);
    const results = await infer(methodId, args, parameters);
    // Cross-entropy, the mean over images of -log P(its own label).
    const entropies = results.map(({ score }, image) => -Math.log(labels[image] === 1 ? score : 1 - score));
    const mean = entropies.reduce((sum, value) => sum + value, 0) / labels.length;
    expect(Math.abs(mean - trained.get(stepNames.loss('image'))![0]!)).toBeLessThan(1e-4);
  });
});

describe('what a prompt file says of its prompts', () => {
  const write = async (name: string, metadata: Record<string, string>) => {
    const args = argsOf('faprompt', { priorFrom: metadata['prior_from'] === 'class' ? 'class' : 'patches' });
    const file = join(folder, name);
    const tensors = [...learned(args, 'faprompt')].map(([key, { shape, data }]) => ({
      ...{ name: key, shape },
      chunks: () => [data],
    }));
    await writeSafetensors({ file, tensors, metadata });
    return file;
  };

  it('goes through export and import', async () => {
    const wording = {
      object_aware: 'false',
      state_word: 'bent',
      fusion: 'best',
      prior_from: 'class',
      selection: 'paper',
    };
    const source = await write('said.safetensors', { method: 'faprompt', ...wording });
    const target = join(folder, 'said-exported.safetensors');
    await writePrompts({ source, target, format: 'safetensors', metadata: {}, assetsFolder });
    const targetFile = join(folder, 'said-imported.safetensors');
    await importPrompts({ path: target, targetFile });
    expect(Object.fromEntries(await readSafetensorsMetadata(targetFile))).toMatchObject(wording);
  });

  it.each<Record<string, string>>([
    { fusion: 'weighted' },
    { prior_from: 'class' },
    { object_aware: 'true' },
  ])('is not lost in a torch file: %o is refused', async (metadata: Record<string, string>) => {
    const source = await write('no-torch.safetensors', metadata);
    const target = join(folder, 'no-torch.pth');
    await expect(
      writePrompts({ source, target, format: 'torch', metadata: {}, model, assetsFolder }),
    ).rejects.toThrow(/which the released code cannot\. Export them as safetensors/);
  });

  it.each([
    ['fusion', 'median', 'one of mean, best, weighted'],
    ['prior_from', '', 'one of patches, class'],
    ['selection', 'first', 'one of paper, released'],
    ['object_aware', 'yes', 'one of true, false'],
    ['state_word', 'word '.repeat(20), 'a word of at most 60 letters'],
  ])('is refused where %s is «%s»', async (key, value, needed) => {
    const source = await write(`wrong-${key}.safetensors`, { [key]: value });
    const importing = importPrompts({ path: source, targetFile: join(folder, 'wrong.safetensors') });
    await expect(importing).rejects.toMatchObject({ code: 'corrupt-file' });
    await expect(importing).rejects.toThrow(needed);
    await expect(importing).rejects.toThrow(source);
  });

  it('is refused where the network does not read what it says', async () => {
    const args = argsOf('faprompt', {});
    const parameters = learned(args, 'faprompt');
    const said = argsOf('faprompt', { priorFrom: 'class' });
    await expect(infer('faprompt', said, parameters)).rejects.toMatchObject({ code: 'incompatible' });
  });
});
