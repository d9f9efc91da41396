import { join } from 'node:path';
import { writeSafetensors } from '../../src-main/compute/checkpoints/write-safetensors.ts';
import { weightsFileName } from '../../src-main/compute/clip/model-weights.ts';
import { formulaChunks } from '../../src-main/compute/conformance/formula-tensor.ts';
import type { NamedTensor } from '../../src-main/compute/methods/method.ts';
import type { StoredModel } from '../../src-main/compute/runtime/feature-extractor.ts';
import type { ClipConfig } from '../../src-shared/domain/model.ts';
import { clipTensorShapes } from '../bench/random-model.ts';

/** A CLIP of 5 vision and 3 text blocks that is made in a moment; its vocabulary is CLIP's own. */
export const tinyConfig: ClipConfig = {
  embeddingSize: 24,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
  vision: { width: 32, layers: 5, heads: 4, patchSize: 8, gridSize: 4, mlpWidth: 64 },
  text: { width: 16, layers: 3, heads: 2, contextLength: 40, vocabularySize: 49_408, mlpWidth: 32 },
};

/** Writes a model of weights by formula into `folder`. */
export async function writeTinyModel(folder: string, config: ClipConfig = tinyConfig): Promise<StoredModel> {
  await writeSafetensors({
    file: join(folder, weightsFileName),
    tensors: Object.entries(clipTensorShapes(config)).map(([name, shape]) => ({
      name,
      shape,
      chunks: () => formulaChunks(name, [shape, 0.25, /ln_\w+\.weight$/.test(name) ? 1 : 0]),
    })),
  });
  return { folder, config };
}

/** Learned prompts of 5 words and `deepBlocks` × 2 deep tokens. */
export function tinyPrompts(width = tinyConfig.text.width, deepBlocks = 2): Map<string, NamedTensor> {
  const tensor = (name: string, shape: readonly number[]): [string, NamedTensor] => {
    const [data = new Float32Array(0)] = formulaChunks(name, [shape, 0.3, 0]);
    return [name, { shape, data }];
  };
  return new Map([
    tensor('ctx_pos', [1, 1, 5, width]),
    tensor('ctx_neg', [1, 1, 5, width]),
    ...Array.from({ length: deepBlocks }, (_, i) => tensor(`compound_prompts_text.${i}`, [2, width])),
  ]);
}

/** FAPrompt's: 3 shared words, 4 abnormalities of 2 words, a prior of 5 patches, `deepBlocks` × 2 deep tokens. */
export function tinyFaPrompts({ text, embeddingSize }: ClipConfig = tinyConfig): Map<string, NamedTensor> {
  const { width } = text;
  const shapes: Record<string, readonly number[]> = {
    ctx_pos: [1, 1, 3, width],
    ctx_neg: [1, 4, 2, width],
    'patch_meta_net.linear1.weight': [6, 5 * embeddingSize],
    'patch_meta_net.linear1.bias': [6],
    'patch_meta_net.linear2.weight': [width, 6],
    'patch_meta_net.linear2.bias': [width],
    'compound_prompts_text.0': [2, width],
  };
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const [data = new Float32Array(0)] = formulaChunks(`faprompt ${name}`, [shape, 0.3, 0]);
      return [name, { shape, data }];
    }),
  );
}

/** Writes prompts as the library stores them. */
export async function writePrompts(file: string, prompts: ReadonlyMap<string, NamedTensor>): Promise<string> {
  await writeSafetensors({
    file,
    tensors: [...prompts].map(([name, { shape, data }]) => ({ name, shape, chunks: () => [data] })),
  });
  return file;
}
