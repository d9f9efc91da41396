import { describe, expect, it } from 'vitest';
import { faPromptMethod, topPatches } from '../../../src-main/compute/methods/faprompt.ts';
import {
  adaptedContexts,
  faPromptPrompts,
  runPriorNetwork,
} from '../../../src-main/compute/methods/faprompt-prompts.ts';
import type {
  Features,
  LearnedPrompts,
  MethodContext,
  TextEncoder,
} from '../../../src-main/compute/methods/method.ts';
import { formulaTensor } from '../../../src-main/compute/conformance/formula-tensor.ts';
import { tinyConfig, tinyFaPrompts } from '../../support/tiny-model.ts';

const width = tinyConfig.text.width;
const embedding = tinyConfig.embeddingSize;

/** Features that follow from the learned words alone; remembers what it was asked for. */
function listeningEncoder() {
  const contexts: Float32Array[] = [];
  let releases = 0;
  const featuresOf = ({ texts }: LearnedPrompts, words: Float32Array): Features => ({
    rows: texts.length,
    width: embedding,
    data: Float32Array.from({ length: texts.length * embedding }, (_, i) =>
      Math.sin(i + words.reduce((sum, value) => sum + value, 0)),
    ),
  });
  const encoder: TextEncoder = {
    config: tinyConfig,
    encodeTexts: () => Promise.reject(new Error('FAPrompt has no hand-written prompts')),
    encodeLearned: (prompts) => Promise.resolve(featuresOf(prompts, prompts.contexts)),
    keepLearned: (prompts) =>
      Promise.resolve({
        encode: (words) => {
          contexts.push(words);
          return Promise.resolve(featuresOf(prompts, words));
        },
        release: () => {
          releases += 1;
          return Promise.resolve();
        },
      }),
  };
  return { encoder, contexts, releaseCount: () => releases };
}

const contextOf = (textEncoder: TextEncoder, settings: MethodContext['settings']): MethodContext => ({
  config: tinyConfig,
  textEncoder,
  learnedPrompts: tinyFaPrompts(),
  settings,
  classNames: ['cat'],
  search: { remember: () => Promise.reject(new Error('FAPrompt has no references')) },
});

const imageOf = (rows: number) => ({
  gridSize: Math.sqrt(rows),
  rawClassFeature: formulaTensor('class', [[embedding], 1, 0]),
  dpam: new Map([[5, { rows, width: embedding, data: formulaTensor('patches', [[rows, embedding], 1, 0]) }]]),
});

describe('FAPrompt’s prompts', () => {
  it('share the normal prompt’s words, with words of their own behind', () => {
    const prompts = faPromptPrompts(tinyFaPrompts(), tinyConfig);
    expect(prompts.normal).toMatchObject({ texts: ['N N N object.'], contextLength: 3, deepLength: 2 });
    expect(prompts.abnormal.texts).toEqual(Array(4).fill('N N N A A damaged object.'));
    expect(prompts.abnormal.contextLength).toBe(5);
    const [positive, negative] = ['ctx_pos', 'ctx_neg'].map((key) => tinyFaPrompts().get(key)!.data);
    for (let prompt = 0; prompt < 4; prompt++) {
      const words = prompts.abnormal.contexts.subarray(prompt * 5 * width, (prompt + 1) * 5 * width);
      expect(words.subarray(0, 3 * width)).toEqual(positive);
      expect(words.subarray(3 * width)).toEqual(
        negative!.subarray(prompt * 2 * width, (prompt + 1) * 2 * width),
      );
    }
    expect(prompts.prior.patches).toBe(5);
  });

  it('get the prior added to their own words alone', () => {
    const prompts = faPromptPrompts(tinyFaPrompts(), tinyConfig);
    const prior = Float32Array.from({ length: width }, (_, i) => i + 1);
    const adapted = adaptedContexts(prompts, prior);
    for (const [i, value] of adapted.entries()) {
      const word = Math.floor(i / width) % 5;
      const added = value - prompts.abnormal.contexts[i]!;
      expect(added).toBeCloseTo(word < 3 ? 0 : prior[i % width]!, 5);
    }
  });

  it('make the prior by two layers with a ReLU between', () => {
    const tensor = (shape: number[], data: number[]) => ({ shape, data: Float32Array.from(data) });
    const network = {
      adapts: true,
      patches: 1,
      weight1: tensor([2, 2], [1, 2, -1, -1]),
      bias1: tensor([2], [0.5, 1]),
      weight2: tensor([1, 2], [3, 100]),
      bias2: tensor([1], [-1]),
    };
    // Hidden: 1 + 4 + 0.5 = 5.5, and -1 - 2 + 1 = -2, which the ReLU stops.
    expect([...runPriorNetwork(network, Float32Array.from([1, 2]))]).toEqual([15.5]);
  });

  it.each([
    ['of another text width', { ...tinyConfig, text: { ...tinyConfig.text, width: 24 } }, 'incompatible'],
    ['of another embedding', { ...tinyConfig, embeddingSize: 32 }, 'incompatible'],
  ] as const)('are refused by a model %s', (_, config, code) => {
    expect(() => faPromptPrompts(tinyFaPrompts(), config)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });

  it('are refused with a tensor missing or of another form', () => {
    const missing = tinyFaPrompts();
    missing.delete('patch_meta_net.linear2.bias');
    expect(() => faPromptPrompts(missing, tinyConfig)).toThrow(/no tensor patch_meta_net\.linear2\.bias/);
    const flat = tinyFaPrompts();
    flat.set('ctx_neg', { shape: [4, 2, width], data: new Float32Array(8 * width) });
    expect(() => faPromptPrompts(flat, tinyConfig)).toThrow(/ctx_neg has the shape \[4, 2, 16\]/);
  });
});

describe('FAPrompt', () => {
  it('takes the most abnormal patches first, equal ones by position', () => {
    expect(topPatches(Float32Array.from([0.1, 0.7, 0.3, 0.7, 0.9]), 4)).toEqual([4, 1, 3, 2]);
  });

  it('asks for the last block’s second path alone and smooths by 10 px', () => {
    expect(faPromptMethod.needs(tinyConfig, { layers: [1, 2] })).toMatchObject({
      rawClassFeature: true,
      dpam: { variant: 'vv', blocks: 4, layers: [5] },
    });
    expect(faPromptMethod.rendering(tinyConfig, { imageSizePx: 256 })).toEqual({
      sizePx: 256,
      sigmaPx: 4.94,
    });
  });

  it('goes by the released selection unless told otherwise, and encodes anew for each image', async () => {
    const scores = [];
    for (const settings of [{}, { faPromptSelection: 'released' }, { faPromptSelection: 'paper' }] as const) {
      const { encoder, contexts, releaseCount } = listeningEncoder();
      const prepared = await faPromptMethod.prepare(contextOf(encoder, settings));
      expect(contexts).toHaveLength(1);
      const { score, patchMap } = await prepared.score(imageOf(9), 'cat');
      expect(contexts).toHaveLength(2);
      expect(patchMap.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      scores.push(score);
      await prepared.release?.();
      expect(releaseCount()).toBe(1);
    }
    expect(scores[0]).toBe(scores[1]);
    expect(scores[2]).not.toBe(scores[1]);
  });

  it('refuses an image with fewer patches than its prior reads', async () => {
    const { encoder } = listeningEncoder();
    const { score } = await faPromptMethod.prepare(contextOf(encoder, {}));
    await expect(score(imageOf(4), 'cat')).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('asks for prompts where there are none', async () => {
    const { encoder } = listeningEncoder();
    const context = { ...contextOf(encoder, {}), learnedPrompts: null };
    await expect(faPromptMethod.prepare(context)).rejects.toMatchObject({ code: 'needs-choice' });
  });
});
