import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelWeights } from '../../../src-main/compute/clip/model-weights.ts';
import { createTokenizer } from '../../../src-main/compute/clip/tokenizer.ts';
import { visionGraph } from '../../../src-main/compute/clip/vision-graph.ts';
import { readDpam } from '../../../src-main/compute/methods/defaults.ts';
import type { FeatureNeeds, RgbImage } from '../../../src-main/compute/methods/method.ts';
import { abnormalProbabilities, normalised, rowOf } from '../../../src-main/compute/methods/similarity.ts';
import {
  createFeatureExtractor,
  type StoredModel,
} from '../../../src-main/compute/runtime/feature-extractor.ts';
import { storeGraph } from '../../../src-main/compute/runtime/graph-files.ts';
import { createSessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import { createTextEncoder } from '../../../src-main/compute/runtime/text-encoder.ts';
import { topologicalOrder } from '../../../src-main/compute/tensor-graph/tensor.ts';
import { writeDefaultGraphs } from '../../../src-main/compute/runtime/write-default-graphs.ts';
import type { DpamVariant } from '../../../src-shared/domain/method.ts';
import { tinyConfig, writeTinyModel } from '../../support/tiny-model.ts';

const assetsFolder = resolve(import.meta.dirname, '../../../assets');
const sessions = createSessionStore({ intraOpThreads: 1 });
let folder: string;
let model: StoredModel;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'features-'));
  model = await writeTinyModel(folder);
}, 60_000);
afterAll(async () => {
  await sessions.releaseAll();
  rmSync(folder, { recursive: true, force: true });
});

const imageOf = (sizePx: number): RgbImage => ({
  width: sizePx,
  height: sizePx,
  data: Uint8Array.from({ length: sizePx * sizePx * 3 }, (_, i) => (i * 7919) % 251),
});

async function extract(needs: FeatureNeeds) {
  const extractor = await createFeatureExtractor(model, needs, sessions);
  const features = await extractor.extract(imageOf(needs.imageSizePx));
  await extractor.release();
  return features;
}

function expectClose(actual: Float32Array | undefined, expected: Float32Array | undefined) {
  expect(actual).toBeDefined();
  expect(actual?.length).toBe(expected?.length);
  for (const [i, value] of actual!.entries()) expect(Math.abs(value - expected![i]!)).toBeLessThan(2e-5);
}

/** Operators that the graph of `needs` holds, as a measure of what is computed. */
async function linearCount(needs: FeatureNeeds): Promise<number> {
  const graph = visionGraph(tinyConfig, await readModelWeights(folder), needs);
  return topologicalOrder(Object.values(graph.outputs)).filter(({ operator }) => operator.kind === 'linear')
    .length;
}

describe('image features', () => {
  const all: FeatureNeeds = {
    imageSizePx: 48,
    classFeature: true,
    rawClassFeature: true,
    patchFeatures: true,
    dpam: { variant: 'vv', blocks: 4, layers: [1, 3, 5] },
  };

  it('has exactly what was asked for, on the grid of the image', async () => {
    const features = await extract(all);
    expect(features.gridSize).toBe(6);
    expect(features.patchFeatures).toMatchObject({ rows: 36, width: 24 });
    expect([...features.dpam!.keys()]).toEqual([1, 3, 5]);
    expect(Object.keys(await extract({ imageSizePx: 32, classFeature: true }))).toEqual([
      'gridSize',
      'classFeature',
    ]);
  });

  it('is the same whether asked for alone or with everything else', async () => {
    const together = await extract(all);
    expectClose((await extract({ imageSizePx: 48, classFeature: true })).classFeature, together.classFeature);
    expectClose(
      (await extract({ imageSizePx: 48, rawClassFeature: true })).rawClassFeature,
      together.rawClassFeature,
    );
    expectClose(
      (await extract({ imageSizePx: 48, patchFeatures: true })).patchFeatures?.data,
      together.patchFeatures?.data,
    );
    for (const layer of [1, 3, 5]) {
      const alone = await extract({ imageSizePx: 48, dpam: { variant: 'vv', blocks: 4, layers: [layer] } });
      expectClose(alone.dpam?.get(layer)?.data, together.dpam?.get(layer)?.data);
    }
  });

  it('reads a layer before the first DPAM block from the ordinary stream', async () => {
    const early = await extract({ imageSizePx: 48, dpam: { variant: 'vv', blocks: 4, layers: [1] } });
    const without = await extract({ imageSizePx: 48, dpam: { variant: 'kk', blocks: 1, layers: [1] } });
    expectClose(early.dpam?.get(1)?.data, without.dpam?.get(1)?.data);
  });

  it('tells the three variants of DPAM apart', async () => {
    const [vv, qq, kk] = await Promise.all(
      (['vv', 'qq', 'kk'] as const).map(
        async (variant) =>
          (await extract({ imageSizePx: 48, dpam: { variant, blocks: 4, layers: [5] } })).dpam!.get(5)!.data,
      ),
    );
    expect(vv).not.toEqual(qq);
    expect(qq).not.toEqual(kk);
  });

  it('of DPAM’s ensemble are means of the three variants’ unit rows, so that similarities are averaged', async () => {
    for (const layer of [1, 3, 5]) {
      const of = async (variant: DpamVariant) =>
        (await extract({ imageSizePx: 48, dpam: { variant, blocks: 4, layers: [layer] } })).dpam!.get(layer)!;
      const ensemble = await of('ensemble');
      const paths = [await of('qq'), await of('kk'), await of('vv')];
      const expected = new Float32Array(ensemble.data.length);
      for (const path of paths)
        for (let row = 0; row < path.rows; row++)
          for (const [i, value] of normalised(rowOf(path, row)).entries())
            expected[row * path.width + i]! += value / 3;
      expectClose(ensemble.data, expected);

      // P(abnormal) by AnomalyCLIP's own reading: the softmax of the mean of three cosines over 0.07.
      const unit = (salt: number) =>
        normalised(Float32Array.from({ length: 24 }, (_, i) => Math.sin(salt * (i + 1))));
      const pair = { normal: unit(1.3), abnormal: unit(2.1) };
      const read = readDpam({ gridSize: 6, dpam: new Map([[layer, ensemble]]) }, { dpam: 'ensemble' });
      const data = abnormalProbabilities(read.dpam!.get(layer)!, pair);
      for (const [row, probability] of data.entries()) {
        const differences = paths.map((path) =>
          normalised(rowOf(path, row)).reduce(
            (sum, x, i) => sum + x * (pair.abnormal[i]! - pair.normal[i]!),
            0,
          ),
        );
        const logit = differences.reduce((a, b) => a + b) / 3 / 0.07;
        expect(Math.abs(probability - 1 / (1 + Math.exp(-logit)))).toBeLessThan(2e-5);
      }
    }
  });

  it('computes nothing that no output needs', async () => {
    // Patches [1]; per ordinary block q, k, v, proj and two of the MLP [6]; per DPAM block one more proj, v shared [1].
    const dpam = (layers: number[]) => ({
      imageSizePx: 48,
      dpam: { variant: 'vv' as const, blocks: 4, layers },
    });
    expect(await linearCount({ imageSizePx: 48, patchFeatures: true })).toBe(1 + 5 * 6);
    expect(await linearCount(dpam([2]))).toBe(1 + 6 + 2);
    expect(await linearCount(dpam([5]))).toBe(1 + 4 * 6 + 4 * 1 + 1);
    expect(await linearCount({ ...dpam([5]), rawClassFeature: true })).toBe(1 + 5 * 6 + 4);
    const kk = {
      ...dpam([5]),
      dpam: { variant: 'kk' as const, blocks: 4, layers: [5] },
      rawClassFeature: true,
    };
    expect(await linearCount(kk)).toBe(1 + 5 * 6 + 4);
  });

  it.each([
    [{ imageSizePx: 50, classFeature: true }, /multiple of 8 px/],
    [{ imageSizePx: 48, dpam: { variant: 'vv', blocks: 4, layers: [6] } }, /layers 1 to 5/],
    [{ imageSizePx: 48, dpam: { variant: 'vv', blocks: 6, layers: [5] } }, /has 5 blocks/],
  ] as const)('refuses %o in words a user understands', async (needs, message) => {
    await expect(createFeatureExtractor(model, needs, sessions)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('text features', () => {
  const tokenizer = createTokenizer({ assetsFolder });

  it('do not depend on the other prompts of a call, however long', async () => {
    const encoder = createTextEncoder(model, tokenizer, sessions);
    const texts = [
      'a photo of a cat',
      'screw',
      'a much longer sentence about nothing at all, with a nut in it',
    ];
    const together = await encoder.encodeTexts(texts);
    expect(together).toMatchObject({ rows: 3, width: 24 });
    for (const [i, text] of texts.entries())
      expectClose((await encoder.encodeTexts([text])).data, together.data.slice(i * 24, (i + 1) * 24));
    await encoder.release();
  });

  it('of more prompts than one run holds come in their order', async () => {
    const encoder = createTextEncoder(model, tokenizer, sessions);
    const texts = Array.from({ length: 37 }, (_, i) => `object ${i}`);
    const { data, rows } = await encoder.encodeTexts(texts);
    expect(rows).toBe(37);
    expectClose((await encoder.encodeTexts(['object 36'])).data, data.slice(36 * 24));
    expect((await encoder.encodeTexts([])).rows).toBe(0);
    await encoder.release();
  });

  it('refuse a prompt longer than the context', async () => {
    const encoder = createTextEncoder(model, tokenizer, sessions);
    await expect(encoder.encodeTexts([Array(60).fill('word').join(' ')])).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});

describe('graph files', () => {
  it('are small, named after their content and written once', async () => {
    const paths = await writeDefaultGraphs(model);
    const before = paths.map((path) => statSync(path).mtimeMs);
    expect(await writeDefaultGraphs(model)).toEqual(paths);
    expect(paths.map((path) => statSync(path).mtimeMs)).toEqual(before);
    for (const path of paths) expect(statSync(path).size).toBeLessThan(100_000);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('that were damaged are written anew', async () => {
    const [path = ''] = await writeDefaultGraphs(model);
    writeFileSync(path, 'not a graph');
    await writeDefaultGraphs(model);
    expect(statSync(path).size).toBeGreaterThan(1000);
  });

  it('name a model folder that is gone, and one that cannot be written to', async () => {
    const graph = visionGraph(tinyConfig, await readModelWeights(folder), {
      imageSizePx: 32,
      classFeature: true,
    });
    await expect(storeGraph(join(folder, 'gone'), graph)).rejects.toMatchObject({ code: 'not-found' });
    await expect(storeGraph('/proc', graph)).rejects.toMatchObject({
      message: expect.stringContaining('/proc') as string,
    });
    if (process.getuid?.() === 0) return; // root may write anywhere
    chmodSync(folder, 0o500);
    await expect(storeGraph(folder, { ...graph, name: 'other' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    chmodSync(folder, 0o700);
  });

  it('say which tensor a model lacks', async () => {
    const deeper = { ...tinyConfig, vision: { ...tinyConfig.vision, layers: 6 } };
    await expect(writeDefaultGraphs({ folder, config: deeper })).rejects.toMatchObject({
      code: 'corrupt-file',
      message: expect.stringContaining('visual.transformer.resblocks.5') as string,
    });
  });
});
