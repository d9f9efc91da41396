import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelWeights } from '../../../src-main/compute/clip/model-weights.ts';
import { windowClassTokens, windowRows } from '../../../src-main/compute/clip/window-graph.ts';
import type {
  Features,
  ImageFeatures,
  MethodContext,
  TextEncoder,
} from '../../../src-main/compute/methods/method.ts';
import { winClipMethod } from '../../../src-main/compute/methods/winclip.ts';
import { createWinClipMemories } from '../../../src-main/compute/methods/winclip-memory.ts';
import { spreadOverPatches } from '../../../src-main/compute/methods/window-scores.ts';
import { floats } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { createRowSearch } from '../../../src-main/compute/runtime/row-search.ts';
import { createSessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import { storeGraph } from '../../../src-main/compute/runtime/graph-files.ts';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { formulaTensor } from '../../../src-main/compute/conformance/formula-tensor.ts';
import { input } from '../../../src-main/compute/tensor-graph/operators.ts';
import { writtenSentences } from '../../../src-shared/domain/hand-written-prompts.ts';
import { goldenFolderPath } from '../../golden/golden-folder-path.ts';
import { tinyConfig, writeTinyModel } from '../../support/tiny-model.ts';

const sessions = createSessionStore({ intraOpThreads: 1 });
const search = createRowSearch(sessions);
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'winclip-'));
  await writeTinyModel(folder);
}, 60_000);
afterAll(async () => {
  await search.release();
  await sessions.releaseAll();
  rmSync(folder, { recursive: true, force: true });
});

const noise = (name: string, rows: number, width: number): Features => ({
  rows,
  width,
  data: formulaTensor(name, [[rows, width], 1, 0]),
});

/** Features of an image of 4×4 patches, all from its name. */
const imageOf = (name: string): ImageFeatures => ({
  gridSize: 4,
  classFeature: formulaTensor(`${name} class`, [[6], 1, 0]),
  patchTokens: noise(`${name} patches`, 16, 5),
  windows: new Map([
    [2, noise(`${name} two`, 9, 6)],
    [3, noise(`${name} three`, 4, 6)],
  ]),
});

/** Raw embeddings of different lengths, so that the two ways of averaging differ. */
const encoder: TextEncoder = {
  config: tinyConfig,
  encodeTexts: (texts) =>
    Promise.resolve({
      rows: texts.length,
      width: 6,
      data: Float32Array.from(texts.flatMap((text, i) => [...formulaTensor(text, [[6], 1 + i, 0.2])])),
    }),
  encodeLearned: () => Promise.reject(new Error('WinCLIP has no learned prompts')),
  keepLearned: () => Promise.reject(new Error('WinCLIP has no learned prompts')),
};

const contextOf = (settings: MethodContext['settings']): MethodContext => ({
  config: tinyConfig,
  textEncoder: encoder,
  learnedPrompts: null,
  settings,
  classNames: ['metal_nut', 'cat'],
  search,
});

async function* each(images: readonly ImageFeatures[]): AsyncGenerator<ImageFeatures> {
  for (const image of images) yield await Promise.resolve(image);
}

describe('windows', () => {
  it('are all squares at stride 1 with the class token in front', () => {
    expect(windowRows(3, 2)).toEqual([
      [0, 1, 2, 4, 5],
      [0, 2, 3, 5, 6],
      [0, 4, 5, 7, 8],
      [0, 5, 6, 8, 9],
    ]);
    expect(windowRows(37, 3)).toHaveLength(35 * 35);
  });

  it('embed the same however many go through the blocks at a time', async () => {
    const { width } = tinyConfig.vision;
    const weights = await readModelWeights(folder);
    const rows = 1 + 6 * 6;
    const values = formulaTensor('tokens', [[rows, width], 1, 0]);
    const outputs: Float32Array[] = [];
    for (const rowsAtOnce of [10_000, 30, 1]) {
      const tokens = input('tokens', [rows, width], 'f32');
      const output = windowClassTokens(tinyConfig, weights, tokens, 2, rowsAtOnce);
      expect(output.shape).toEqual([25, width]);
      const graph = await sessions.load(await storeGraph(folder, { name: 'windows', outputs: { output } }));
      const fetched = await graph.run({ tokens: new OrtTensor('float32', values, [rows, width]) });
      outputs.push(floats(fetched, 'output').slice());
      await graph.release();
    }
    const [whole, chunked, single] = outputs;
    for (const [i, value] of whole!.entries()) {
      expect(Math.abs(value - chunked![i]!)).toBeLessThan(2e-5);
      expect(Math.abs(value - single![i]!)).toBeLessThan(2e-5);
    }
  });

  it('give each patch the harmonic mean of the windows that cover it', () => {
    // 2×2 windows of a 3×3 grid: corners are in one, edges in two, the middle in all four.
    const map = spreadOverPatches([0.1, 0.2, 0.4, 0.8], 2, 3);
    const mean = (...values: number[]) => values.length / values.reduce((sum, v) => sum + 1 / v, 0);
    const expected = [
      0.1,
      mean(0.1, 0.2),
      0.2,
      mean(0.1, 0.4),
      mean(0.1, 0.2, 0.4, 0.8),
      mean(0.2, 0.8),
      0.4,
      mean(0.4, 0.8),
      0.8,
    ];
    for (const [i, value] of expected.entries()) expect(map[i]).toBeCloseTo(value, 12);
    expect([...spreadOverPatches([0, 0.5, 0.5, 0.5], 2, 3)].filter((value) => value === 0)).toHaveLength(4);
  });
});

describe('the compositional prompt ensemble', () => {
  it('has 22 sentences for each of 7 normal and 4 abnormal states', () => {
    const { normal, abnormal } = writtenSentences('winclip', 'metal nut', {});
    expect([normal.length, abnormal.length]).toEqual([7 * 22, 4 * 22]);
    expect(new Set([...normal, ...abnormal]).size).toBe(11 * 22);
    expect(normal).toContain('a cropped photo of a metal nut.');
    expect(normal).toContain('a jpeg corrupted photo of the metal nut without damage.');
    expect(abnormal).toContain('a photo of a small damaged metal nut.');
    expect(abnormal).toContain('a photo of the metal nut with flaw for anomaly detection.');
    for (const text of [...normal, ...abnormal]) expect(text).toMatch(/^a [^{}*]+ metal nut[^{}*]*\.$/);
  });

  it('holds every sentence of the reproduction, which lacks one of the 22', () => {
    const golden = JSON.parse(readFileSync(join(goldenFolderPath(), 'winclip.json'), 'utf8')) as {
      prompts_normal: string[];
      prompts_abnormal: string[];
    };
    const ours = writtenSentences('winclip', 'bottle', {});
    for (const [mine, theirs] of [
      [ours.normal, golden.prompts_normal],
      [ours.abnormal, golden.prompts_abnormal],
    ] as const) {
      expect(theirs.filter((text) => !mine.includes(text))).toEqual([]);
      const lacking = mine.filter((text) => !theirs.includes(text));
      for (const text of lacking) expect(text).toMatch(/^a (cropped photo|jpeg corrupted photo) of a /);
    }
  });

  it('is averaged raw unless the settings say otherwise', async () => {
    const scores = [];
    for (const settings of [{}, { winclipAveraging: 'raw' }, { winclipAveraging: 'normalised' }] as const) {
      const { score } = await winClipMethod.prepare(contextOf(settings));
      scores.push((await score(imageOf('a'), 'cat')).score);
    }
    expect(scores[0]).toBe(scores[1]);
    expect(scores[2]).not.toBe(scores[0]);
  });
});

describe('WinCLIP', () => {
  it('sees images at the model’s own size, which needs at least three patches a side', () => {
    expect(winClipMethod.needs(tinyConfig, {})).toEqual({
      imageSizePx: 32,
      classFeature: true,
      windows: [2, 3],
    });
    const stated = { ...tinyConfig, vision: { ...tinyConfig.vision, preferredImageSizePx: 64 } };
    expect(winClipMethod.rendering(stated, {})).toEqual({ sizePx: 64, sigmaPx: 0 });
    expect(winClipMethod.needs(tinyConfig, { shots: 0 }).patchTokens).toBeUndefined();
    expect(winClipMethod.needs(tinyConfig, { shots: 2 }).patchTokens).toBe(true);
  });

  it('has a map between its scales’ smallest and largest score, and needs no references', async () => {
    const prepared = await winClipMethod.prepare(contextOf({}));
    expect(prepared.fit).toBeUndefined();
    const { score, patchMap } = await prepared.score(imageOf('a'), 'metal_nut');
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
    expect(patchMap).toMatchObject({ rows: 4, columns: 4 });
    for (const value of patchMap.data) expect(value).toBeLessThan(3 * score);
  });

  it('finds nothing new in an image that is a reference itself', async () => {
    const zeroShot = await (await winClipMethod.prepare(contextOf({}))).score(imageOf('a'), 'cat');
    const prepared = await winClipMethod.prepare(contextOf({ shots: 2 }));
    await prepared.fit?.([{ className: 'cat', features: each([imageOf('b'), imageOf('a')]) }]);
    const fewShot = await prepared.score(imageOf('a'), 'cat');
    expect(fewShot.score).toBeCloseTo(zeroShot.score / 2, 6);
    for (const [i, value] of fewShot.patchMap.data.entries())
      expect(value).toBeCloseTo(zeroShot.patchMap.data[i]!, 6);
    const other = await prepared.score(imageOf('c'), 'cat');
    expect(other.score).toBeGreaterThan(fewShot.score);
    await prepared.release?.();
  });

  it('says which class has no reference, and refuses to begin without any', async () => {
    const prepared = await winClipMethod.prepare(contextOf({ shots: 1 }));
    await prepared.fit?.([{ className: 'cat', features: each([imageOf('b')]) }]);
    await expect(prepared.score(imageOf('a'), 'metal_nut')).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('«metal_nut»') as string,
    });
    await prepared.release?.();
    const empty = await winClipMethod.prepare(contextOf({ shots: 1 }));
    await expect(empty.fit?.([])).rejects.toMatchObject({ code: 'needs-choice' });
  });

  it('compares with all rows of all references, scale by scale', async () => {
    const memories = createWinClipMemories(search);
    const references = [imageOf('b'), imageOf('c')];
    await memories.fit([{ className: 'cat', features: each(references) }]);
    const distances = await memories.distances('cat', imageOf('a'));
    const expected = new Float64Array(16);
    for (const [side, rowsOf] of [
      [1, (image: ImageFeatures) => image.patchTokens!],
      [2, (image: ImageFeatures) => image.windows!.get(2)!],
      [3, (image: ImageFeatures) => image.windows!.get(3)!],
    ] as const) {
      const asked = rowsOf(imageOf('a'));
      const nearest = Array.from({ length: asked.rows }, (_, i) =>
        Math.min(
          ...references.flatMap((image) => {
            const rows = rowsOf(image);
            return Array.from({ length: rows.rows }, (_, j) => (1 - cosine(asked, i, rows, j)) / 2);
          }),
        ),
      );
      for (const [i, value] of spreadOverPatches(nearest, side, 4).entries()) expected[i]! += value / 3;
    }
    for (const [i, value] of expected.entries()) expect(distances[i]).toBeCloseTo(value, 5);
    await memories.release();
    expect(memories.has('cat')).toBe(false);
  });
});

function cosine(a: Features, i: number, b: Features, j: number): number {
  const [x, y] = [
    a.data.subarray(i * a.width, (i + 1) * a.width),
    b.data.subarray(j * b.width, (j + 1) * b.width),
  ];
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, k) => sum + value * q[k]!, 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

describe('a search by products', () => {
  it('finds the largest product in memories of several blocks', async () => {
    const memory = noise('memory', 9001, 3);
    const queries = noise('queries', 7, 3);
    const remembered = await search.remember(memory);
    const largest = await remembered.largestProducts(queries);
    for (let i = 0; i < queries.rows; i++) {
      let best = -Infinity;
      for (let j = 0; j < memory.rows; j++) {
        let product = 0;
        for (let k = 0; k < 3; k++) product += queries.data[i * 3 + k]! * memory.data[j * 3 + k]!;
        best = Math.max(best, product);
      }
      expect(largest[i]).toBeCloseTo(best, 5);
    }
    await expect(remembered.largestProducts(noise('wide', 2, 4))).rejects.toThrow(/4 wide.*3 wide/);
    await remembered.release();
  });
});
