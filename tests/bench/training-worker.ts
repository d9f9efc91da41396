// Times the product's own training steps in a process of its own: each line of standard input names a case («anomalyclip-4», …).
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { defaultTrainingSettings, type TrainingSettings } from '../../src-shared/domain/training.ts';
import { encodeRuns } from '../../src-shared/mask/run-length.ts';
import { encodeFloat16 } from '../../src-shared/maps/float16.ts';
import { areWeightsLarge, readModelWeights } from '../../src-main/compute/clip/model-weights.ts';
import { createTokenizer } from '../../src-main/compute/clip/tokenizer.ts';
import { mulberry32 } from '../../src-main/compute/conformance/formula-tensor.ts';
import { createFeatureCache } from '../../src-main/compute/features/feature-cache.ts';
import { cutFeatures, featureLayout, valueCount } from '../../src-main/compute/features/feature-layout.ts';
import { storeGraph } from '../../src-main/compute/runtime/graph-files.ts';
import { createSessionStore } from '../../src-main/compute/runtime/session-store.ts';
import { anomalyClipTraining } from '../../src-main/compute/training/anomalyclip-training.ts';
import { faPromptTraining } from '../../src-main/compute/training/faprompt-training.ts';
import { seededRandom } from '../../src-main/compute/training/seeded-random.ts';
import { stepNames, type TrainableMethod } from '../../src-main/compute/training/trainable-method.ts';
import { stepFeeds } from '../../src-main/compute/training/training-feeds.ts';
import { firstState, type TrainingState } from '../../src-main/compute/training/training-state.ts';
import { vitLarge336 as config } from './random-model.ts';

interface Case {
  readonly method: TrainableMethod;
  readonly settings: TrainingSettings;
}

const anomalyClip = defaultTrainingSettings('anomalyclip', config);
const faPrompt = defaultTrainingSettings('faprompt', config);
const cases: Readonly<Record<string, Case>> = {
  'anomalyclip-4': { method: anomalyClipTraining, settings: { ...anomalyClip, layers: [6, 12, 18, 24] } },
  'anomalyclip-1': { method: anomalyClipTraining, settings: { ...anomalyClip, layers: [24] } },
  'faprompt-released': { method: faPromptTraining, settings: { ...faPrompt, selection: 'released' } },
  'faprompt-paper': { method: faPromptTraining, settings: { ...faPrompt, selection: 'paper' } },
};
const batch = 8;

const [folder = '', assetsFolder = '', threads = '2'] = process.argv.slice(2);
const tokenizer = createTokenizer({ assetsFolder });
const weights = await readModelWeights(folder);
const store = createSessionStore({ intraOpThreads: Number(threads) });
const cache = createFeatureCache({ folder: join(folder, 'features'), limitBytes: 2 ** 31 });

function maskOf(sizePx: number) {
  const pixels = Uint8Array.from({ length: sizePx ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / sizePx), i % sizePx];
    return row >= 100 && row < 200 && column >= 100 && column < 250 ? 1 : 0;
  });
  const { width, height, runs } = encodeRuns(pixels, sizePx, sizePx);
  return { width, height, runs: Uint32Array.from(runs) };
}

/** Loads one case: a function that does its next step, everything beside the image encoder included, from features on disk. */
async function open({ method, settings }: Case, name: string) {
  const layout = featureLayout(config, method.needs(config, settings));
  const random = mulberry32(1);
  const keys = Array.from({ length: batch }, (_, i) => `${name}-${i}`);
  for (const key of keys) {
    const values = Float32Array.from({ length: valueCount(layout) }, () => random() - 0.5);
    await cache.write(key, layout, encodeFloat16(values));
  }
  const first = method.parameters(config, settings, seededRandom(settings.seed));
  let state: TrainingState = firstState(first);
  const graph = method.stepGraph({
    config,
    weights,
    settings,
    batch,
    classNames: ['object'],
    tokenize: (text) => tokenizer.encode(text),
  });
  const loaded = await store.load(await storeGraph(folder, graph.graph), {
    mapWeights: await areWeightsLarge(folder),
  });
  const mask = maskOf(settings.imageSizePx);
  const images = keys.map((imagePath, i) => ({
    imagePath,
    className: 'object',
    label: i % 2 === 1 ? (1 as const) : (0 as const),
    mask: i % 2 === 1 ? mask : null,
  }));
  const step = async () => {
    const readStartMs = performance.now();
    const read = [];
    for (const image of images) {
      const bits = await cache.read(image.imagePath, layout);
      if (!bits) throw new Error(`the bench's features of ${image.imagePath} are gone`);
      read.push({ image, features: cutFeatures(layout, bits), classIndex: 0 });
    }
    const readSeconds = (performance.now() - readStartMs) / 1000;
    const fetched = await loaded.run(stepFeeds(graph.inputs, state, read, settings, settings.learningRate));
    const tensor = (output: string) => {
      const found = fetched[output];
      if (!found) throw new Error(`the step's graph gave no ${output}`);
      return found;
    };
    const parameters = new Map(state.parameters);
    for (const key of graph.learned)
      parameters.set(key, {
        value: tensor(stepNames.nextValue(key)),
        m: tensor(stepNames.nextM(key)),
        v: tensor(stepNames.nextV(key)),
      });
    state = { step: state.step + 1, parameters };
    return { readSeconds, loss: Number(tensor(stepNames.total).data[0]) };
  };
  return { name, step, release: () => loaded.release() };
}

const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
let current: Awaited<ReturnType<typeof open>> | null = null;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
say({ ready: true });
let answeredAt = cpuSeconds();
for await (const line of createInterface({ input: process.stdin })) {
  const chosen = cases[line];
  if (!chosen) throw new Error(`the bench has no case ${line}`);
  const idleCpuSeconds = cpuSeconds() - answeredAt;
  if (current?.name !== line) {
    await current?.release();
    current = await open(chosen, line);
  }
  const before = cpuSeconds();
  const startMs = performance.now();
  const { readSeconds, loss } = await current.step();
  const seconds = (performance.now() - startMs) / 1000;
  const used = cpuSeconds() - before;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  say({ seconds, readSeconds, cpuSeconds: used, idleCpuSeconds, peakBytes, loss });
  answeredAt = cpuSeconds();
}
await current?.release();
