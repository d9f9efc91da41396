import { describe, expect, it } from 'vitest';
import { anomalyClipMethod } from '../../../src-main/compute/methods/anomalyclip.ts';
import { clipAcMethod } from '../../../src-main/compute/methods/clip-ac.ts';
import { clipMethod } from '../../../src-main/compute/methods/clip.ts';
import { defaultDpamBlocks, paperLayers } from '../../../src-main/compute/methods/defaults.ts';
import { defaultImageSizePx } from '../../../src-shared/domain/image-size.ts';
import { anomalyClipPrompts } from '../../../src-main/compute/methods/learned-prompts.ts';
import type {
  Features,
  LearnedPrompts,
  MethodContext,
  TextEncoder,
} from '../../../src-main/compute/methods/method.ts';
import { methods } from '../../../src-main/compute/methods/registry.ts';
import { groupNeeds } from '../../../src-main/compute/methods/group-needs.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { tinyConfig, tinyPrompts } from '../../support/tiny-model.ts';

const withVision = (vision: Partial<ClipConfig['vision']>): ClipConfig => ({
  ...tinyConfig,
  vision: { ...tinyConfig.vision, ...vision },
});

/** Remembers what it was asked for; normal texts point along the first axis, others along the second. */
function listeningEncoder() {
  const texts: string[] = [];
  const learned: LearnedPrompts[] = [];
  const features = (asked: readonly string[]): Features => ({
    rows: asked.length,
    width: 2,
    data: Float32Array.from(
      asked.flatMap((text) => (/normal|^X[X ]+object\.$/.test(text) ? [3, 0] : [0, 5])),
    ),
  });
  const encoder: TextEncoder = {
    config: tinyConfig,
    encodeTexts: (asked) => {
      texts.push(...asked);
      return Promise.resolve(features(asked));
    },
    encodeLearned: (prompts) => {
      learned.push(prompts);
      return Promise.resolve(features(prompts.texts));
    },
    keepLearned: () => Promise.reject(new Error('no method here changes its prompts')),
  };
  return { encoder, texts, learned };
}

function contextOf(encoder: TextEncoder, more: Partial<MethodContext> = {}): MethodContext {
  return {
    config: tinyConfig,
    textEncoder: encoder,
    learnedPrompts: null,
    settings: {},
    classNames: [],
    search: { remember: () => Promise.reject(new Error('no method here has references')) },
    ...more,
  };
}

/** softmax over cosines/0.07, written out. */
const probability = (normal: number, abnormal: number) =>
  Math.exp(abnormal / 0.07) / (Math.exp(abnormal / 0.07) + Math.exp(normal / 0.07));

const rows = (...data: number[]): Features => ({
  rows: data.length / 2,
  width: 2,
  data: Float32Array.from(data),
});

describe('defaults', () => {
  it.each([
    ['ViT-L/14@336', 24, 14, 518],
    ['ViT-L/14', 16, 14, 350],
    ['ViT-B/16', 14, 16, 352],
    ['ViT-B/32', 7, 32, 352],
    ['ViT-B/16+ at 240', 15, 16, 368],
    ['a model of 518 px', 37, 14, 518],
  ])('give %s an image size that its patches tile', (_, gridSize, patchSize, sizePx) => {
    expect(defaultImageSizePx(withVision({ gridSize, patchSize }))).toBe(sizePx);
  });

  it.each([
    [24, 19, [6, 12, 18, 24]],
    [12, 10, [3, 6, 9, 12]],
    [8, 6, [2, 4, 6, 8]],
    [1, 1, [1]],
  ])('follow the depth: of %i blocks DPAM takes the last %i', (layers, blocks, quarters) => {
    expect(defaultDpamBlocks(withVision({ layers }))).toBe(blocks);
    expect(paperLayers(withVision({ layers }))).toEqual(quarters);
  });
});

describe('CLIP', () => {
  it('reads class names as words and scores by the softmax of cosines', async () => {
    const { encoder, texts } = listeningEncoder();
    const { score } = await clipMethod.prepare(contextOf(encoder, { classNames: ['metal_nut', 'cat'] }));
    expect(texts).toEqual([
      'a photo of a normal metal nut',
      'a photo of an anomalous metal nut',
      'a photo of a normal cat',
      'a photo of an anomalous cat',
    ]);
    const result = await score(
      { gridSize: 1, classFeature: Float32Array.from([3, 4]), patchFeatures: rows(1, 0) },
      'metal_nut',
    );
    expect(result.score).toBeCloseTo(probability(0.6, 0.8), 6);
    expect(result.patchMap.data[0]).toBeCloseTo(probability(1, 0), 6);
  });

  it('puts the words of the settings in place of every class name', async () => {
    const { encoder, texts } = listeningEncoder();
    const { score } = await clipMethod.prepare(
      contextOf(encoder, { classNames: ['a', 'b'], settings: { objectName: 'lung scan' } }),
    );
    expect(texts).toEqual(['a photo of a normal lung scan', 'a photo of an anomalous lung scan']);
    const features = { gridSize: 1, classFeature: Float32Array.from([0, 1]), patchFeatures: rows(0, 1) };
    expect((await score(features, 'b')).score).toBeGreaterThan(0.99);
  });
});

describe('CLIP-AC', () => {
  it('asks for eighty sentences a state', async () => {
    const { encoder, texts } = listeningEncoder();
    const { score } = await clipAcMethod.prepare(contextOf(encoder, { classNames: ['metal_nut'] }));
    expect(texts).toHaveLength(160);
    expect(texts).toContain('a bad photo of a normal metal nut.');
    expect(texts).toContain('a tattoo of the anomalous metal nut.');
    expect(texts.filter((text) => text.includes('{}') || text.includes('_'))).toEqual([]);
    const features = { gridSize: 1, classFeature: Float32Array.from([3, 4]), patchFeatures: rows(1, 0) };
    expect((await score(features, 'metal_nut')).score).toBeCloseTo(probability(0.6, 0.8), 6);
  });
});

describe('AnomalyCLIP', () => {
  it('goes with the last layer alone unless told otherwise, and smooths by 4 px', () => {
    expect(anomalyClipMethod.needs(tinyConfig, {})).toMatchObject({
      rawClassFeature: true,
      dpam: { variant: 'vv', blocks: 4, layers: [5] },
    });
    expect(
      anomalyClipMethod.needs(tinyConfig, { layers: [4, 2, 4], dpam: 'qq', dpamBlocks: 2 }).dpam,
    ).toEqual({
      variant: 'qq',
      blocks: 2,
      layers: [2, 4],
    });
    // The papers' 4 px are for 518 px.
    expect(anomalyClipMethod.rendering(tinyConfig, { imageSizePx: 64 })).toEqual({
      sizePx: 64,
      sigmaPx: 0.49,
    });
    expect(anomalyClipMethod.rendering(tinyConfig, { sigmaPx: 0 }).sigmaPx).toBe(0);
  });

  it('sums its maps over layers and scores with the raw class feature', async () => {
    const { encoder, learned } = listeningEncoder();
    const { score } = await anomalyClipMethod.prepare(contextOf(encoder, { learnedPrompts: tinyPrompts() }));
    expect(learned[0]).toMatchObject({
      texts: ['X X X X X object.', 'X X X X X damaged object.'],
      contextLength: 5,
      deepLength: 2,
    });
    const result = await score(
      {
        gridSize: 1,
        rawClassFeature: Float32Array.from([3, 4]),
        dpam: new Map([
          [2, rows(1, 0)],
          [5, rows(3, 4)],
        ]),
      },
      'anything',
    );
    expect(result.score).toBeCloseTo(probability(0.6, 0.8), 6);
    expect(result.patchMap.data[0]).toBeCloseTo(probability(1, 0) + probability(0.6, 0.8), 6);
  });

  it('refuses prompts of another width, and says so', () => {
    expect(() => anomalyClipPrompts(tinyPrompts(24), tinyConfig)).toThrow(/24 wide.*16 wide/);
  });

  it('refuses prompts with a tensor missing or of an unknown form', () => {
    const missing = tinyPrompts();
    missing.delete('ctx_neg');
    expect(() => anomalyClipPrompts(missing, tinyConfig)).toThrow(/no tensor ctx_neg/);
    const several = tinyPrompts();
    several.set('ctx_pos', { shape: [2, 1, 5, 16], data: new Float32Array(160) });
    expect(() => anomalyClipPrompts(several, tinyConfig)).toThrow(/one context for all objects/);
  });

  it('asks for prompts where there are none', async () => {
    const { encoder } = listeningEncoder();
    await expect(anomalyClipMethod.prepare(contextOf(encoder))).rejects.toMatchObject({
      code: 'needs-choice',
    });
  });
});

describe('the registry', () => {
  it('holds every method of the catalogue under its own id, with the words that users read', () => {
    for (const [id, entry] of Object.entries(methodCatalogue))
      expect(methods[id as keyof typeof methods]).toMatchObject(entry);
  });

  it('lets methods of one image size share one pass, and those of one attention path', () => {
    const [clip, anomalyClip] = [clipMethod, anomalyClipMethod].map((method) => method.needs(tinyConfig, {}));
    const paper = anomalyClipMethod.needs(tinyConfig, { layers: [1, 3] });
    const together = groupNeeds([clip!, anomalyClip!, paper]);
    expect(together.passOf).toEqual([0, 0, 0]);
    expect(together.passes).toMatchObject([
      { classFeature: true, rawClassFeature: true, patchFeatures: true, dpam: { layers: [1, 3, 5] } },
    ]);
    const other = anomalyClipMethod.needs(tinyConfig, { dpam: 'kk' });
    const small = clipMethod.needs(tinyConfig, { imageSizePx: 16 });
    const apart = groupNeeds([clip!, anomalyClip!, other, small]);
    expect(apart.passOf).toEqual([0, 0, 1, 2]);
    expect(apart.passes.map(({ dpam }) => dpam?.variant)).toEqual(['vv', 'kk', undefined]);
  });
});
