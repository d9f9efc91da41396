import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelWeights, type ModelWeights } from '../../../../src-main/compute/clip/model-weights.ts';
import { createTokenizer } from '../../../../src-main/compute/clip/tokenizer.ts';
import { mulberry32 } from '../../../../src-main/compute/conformance/formula-tensor.ts';
import { readGoldenFolder } from '../../../../src-main/compute/conformance/golden-folder.ts';
import { parseClipGolden, writeGoldenModel } from '../../../../src-main/compute/conformance/golden-model.ts';
import { anomalyClipPrompts } from '../../../../src-main/compute/methods/learned-prompts.ts';
import type { NamedTensor } from '../../../../src-main/compute/methods/method.ts';
import type { StoredModel } from '../../../../src-main/compute/runtime/feature-extractor.ts';
import { storeGraph } from '../../../../src-main/compute/runtime/graph-files.ts';
import { createSessionStore } from '../../../../src-main/compute/runtime/session-store.ts';
import { createTextEncoder } from '../../../../src-main/compute/runtime/text-encoder.ts';
import { encodePairs } from '../../../../src-main/compute/training/anomalyclip-training.ts';
import { deepTokenInputs, valueInput } from '../../../../src-main/compute/training/step-graph.ts';
import { stepNames, type StepArgs } from '../../../../src-main/compute/training/trainable-method.ts';
import { trainableMethods } from '../../../../src-main/compute/training/trainable-methods.ts';
import { defaultTrainingSettings, type TrainingSettings } from '../../../../src-shared/domain/training.ts';
import { goldenFolderPath } from '../../../golden/golden-folder-path.ts';

const tokenizer = createTokenizer({ assetsFolder: resolve(import.meta.dirname, '../../../../assets') });
const sessions = createSessionStore({ intraOpThreads: 1 });
const scratch = mkdtempSync(join(tmpdir(), 'step-graphs-'));
let model: StoredModel;
let weights: ModelWeights;

beforeAll(async () => {
  const golden = (await readGoldenFolder(goldenFolderPath())).find(({ stem }) =>
    stem.startsWith('clip-and'),
  )!;
  model = await writeGoldenModel(scratch, golden, parseClipGolden(golden));
  weights = await readModelWeights(scratch);
}, 60_000);
afterAll(async () => {
  await sessions.releaseAll();
  rmSync(scratch, { recursive: true, force: true });
});

function gaussian(seed: number) {
  const uniform = mulberry32(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

type MethodId = keyof typeof trainableMethods;

function argsOf(id: MethodId, batch: number, wishes: Partial<TrainingSettings>): StepArgs {
  const settings = { ...defaultTrainingSettings(id, model.config), imageSizePx: 56, ...wishes };
  return {
    config: model.config,
    weights,
    settings,
    batch,
    classNames: ['metal nut', 'cable'],
    tokenize: (text) => tokenizer.encode(text, { contextLength: 77 }),
    featureDtype: 'f32',
    withGradients: true,
  };
}

/** One step on made-up features; the same image has the same features in every batch. */
async function runStep(id: MethodId, images: readonly number[], wishes: Partial<TrainingSettings> = {}) {
  const method = trainableMethods[id];
  const args = argsOf(id, images.length, wishes);
  const { config, settings } = args;
  const step = method.stepGraph(args);
  const parameters = method.parameters(config, settings, gaussian(settings.seed));
  const patches = Math.floor(settings.imageSizePx / config.vision.patchSize) ** 2;
  const made = (of: (image: number) => number[]) => images.flatMap(of);
  const features = (image: number, salt: number, count: number) => {
    const { normal } = gaussian(1000 * salt + image);
    return Array.from({ length: count }, () => normal());
  };
  const feeds: Record<string, OrtTensor> = {};
  for (const name of step.inputs) {
    const [kind = '', ...rest] = name.split('.');
    const kept: NamedTensor | undefined = parameters.get(rest.join('.'));
    if (kept) {
      const data = kind === 'value' ? kept.data : new Float32Array(kept.data.length);
      feeds[name] = new OrtTensor('float32', data, kept.shape);
    } else if (name.startsWith('patch_')) {
      const each = patches * config.embeddingSize;
      const data = Float32Array.from(made((image) => features(image, Number(name.slice(6)), each)));
      feeds[name] = new OrtTensor('float32', data, [images.length, patches, config.embeddingSize]);
    }
  }
  const side = settings.imageSizePx;
  const classes = Float32Array.from(made((image) => features(image, 99, config.embeddingSize)));
  const masks = made((image) =>
    Array.from({ length: side * side }, (_, i) => (image % 2 && i % 7 < 2 ? 1 : 0)),
  );
  const others: Record<string, OrtTensor> = {
    [stepNames.classFeature]: new OrtTensor('float32', classes, [images.length, config.embeddingSize]),
    [stepNames.masks]: new OrtTensor('uint8', Uint8Array.from(masks), [images.length, side, side]),
    [stepNames.labels]: new OrtTensor(
      'float32',
      Float32Array.from(images, (i) => i % 2),
      [images.length],
    ),
    [stepNames.classIndex]: new OrtTensor(
      'int64',
      BigInt64Array.from(images, (i) => BigInt(i % 2)),
      [images.length],
    ),
    [stepNames.step]: new OrtTensor('float32', Float32Array.of(1), []),
    [stepNames.learningRate]: new OrtTensor('float32', Float32Array.of(settings.learningRate), []),
  };
  for (const [name, tensor] of Object.entries(others)) if (step.inputs.has(name)) feeds[name] = tensor;
  const graph = await sessions.load(await storeGraph(scratch, step.graph));
  const fetched = await graph.run(feeds);
  await graph.release();
  const outputs = new Map(
    Object.entries(fetched).map(([name, { data }]) => [name, Array.from(data as Float32Array)] as const),
  );
  return { step, parameters, outputs };
}

describe('the training text encoder', () => {
  it('gives the features of the graph that scans run, with deep tokens and words of its own', async () => {
    const args = argsOf('anomalyclip', 1, {});
    const { config, settings } = args;
    const parameters = trainableMethods.anomalyclip.parameters(config, settings, gaussian(3));
    const shape = [1, 1, settings.contextLength, config.text.width];
    const words = { normal: valueInput('ctx_pos', shape), abnormal: valueInput('ctx_neg', shape) };
    const texts = [{ normal: 'object.', abnormal: 'damaged object.' }];
    const deep = [...deepTokenInputs(config, settings).values()];
    const graph = await sessions.load(
      await storeGraph(scratch, {
        name: 'pair',
        outputs: { pair: encodePairs(args, { words, texts, deep }) },
      }),
    );
    const fed = [...parameters].map(([key, { data, shape: s }]) => [
      stepNames.value(key),
      new OrtTensor('float32', data, s),
    ]);
    const { pair } = await graph.run(Object.fromEntries(fed) as Record<string, OrtTensor>);
    await graph.release();
    const encoder = createTextEncoder(model, tokenizer, sessions);
    const expected = await encoder.encodeLearned(anomalyClipPrompts(parameters, config));
    await encoder.release();
    const width = config.embeddingSize;
    for (const row of [0, 1]) {
      const raw = expected.data.subarray(row * width, (row + 1) * width);
      const length = Math.hypot(...raw);
      for (const [i, value] of raw.entries())
        expect((pair!.data as Float32Array)[row * width + i]).toBeCloseTo(value / length, 5);
    }
  });
});

describe('steps', () => {
  it.each([
    ['anomalyclip', {}],
    ['anomalyclip', { objectAware: true, deepBlocks: 0, layers: [4] }],
    ['anomalyclip', { localLoss: false }],
    ['anomalyclip', { globalLoss: false, dice: false, stateWord: 'badly flawed' }],
    ['faprompt', {}],
    ['faprompt', { selection: 'released', focal: false }],
    ['faprompt', { cap: false, deepBlocks: 0 }],
    ['faprompt', { dap: false }],
    ['faprompt', { priorFrom: 'class', fusion: 'best' }],
    ['faprompt', { fusion: 'weighted', objectAware: true, orthogonalWeight: 0, priorWeight: 0 }],
    ['faprompt', { contextLength: 2, deepLength: 4 }],
    ['coop', {}],
    ['coop', { objectAware: false, sharedWords: true }],
  ] as const)('%s with %o moves every learned parameter and sums its parts', async (id, wishes) => {
    const { step, parameters, outputs } = await runStep(id, [0, 1, 2], wishes);
    const parts = step.lossParts.map((part) => outputs.get(stepNames.loss(part))![0]!);
    expect(outputs.get(stepNames.total)![0]).toBeCloseTo(
      parts.reduce((a, b) => a + b, 0),
      4,
    );
    for (const key of step.learned) {
      const [before, after] = [parameters.get(key)!, outputs.get(stepNames.nextValue(key))!];
      expect(after.every(Number.isFinite)).toBe(true);
      expect(after, key).not.toEqual(Array.from(before.data));
    }
  });

  it('learns shared words as one: both keys stay equal', async () => {
    const { outputs } = await runStep('anomalyclip', [0, 1], { sharedWords: true });
    expect(outputs.get(stepNames.nextValue('ctx_neg'))).toEqual(outputs.get(stepNames.nextValue('ctx_pos')));
  });

  it('takes the mean over images, so that a remainder of one counts like its share of a whole batch', async () => {
    const wishes = { optimiser: 'sgd' } as const;
    const key = stepNames.gradient('ctx_neg');
    const whole = (await runStep('anomalyclip', [0, 1, 2], wishes)).outputs.get(key)!;
    const pair = (await runStep('anomalyclip', [0, 1], wishes)).outputs.get(key)!;
    const rest = (await runStep('anomalyclip', [2], wishes)).outputs.get(key)!;
    const scale = Math.max(...whole.map(Math.abs));
    for (const [i, value] of whole.entries())
      expect(Math.abs((2 * pair[i]! + rest[i]!) / 3 - value) / scale).toBeLessThan(1e-4);
  });
});
