// What lives here: timings of the product against PyTorch, as ratios within one run.
// What may not: tests; nothing here decides whether a build is right.
import { join } from 'node:path';
import type { ClipConfig } from '../../src-shared/domain/model.ts';
import { fnv1a, mulberry32 } from '../../src-main/compute/conformance/formula-tensor.ts';
import { writeSafetensors } from '../../src-main/compute/checkpoints/write-safetensors.ts';
import { weightsFileName } from '../../src-main/compute/clip/model-weights.ts';
import type { StoredModel } from '../../src-main/compute/runtime/feature-extractor.ts';

/** ViT-L/14@336px, OpenAI (methods.md §1). */
export const vitLarge336: ClipConfig = {
  embeddingSize: 768,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
  vision: { width: 1024, layers: 24, heads: 16, patchSize: 14, gridSize: 24, mlpWidth: 4096 },
  text: { width: 768, layers: 12, heads: 12, contextLength: 77, vocabularySize: 49_408, mlpWidth: 3072 },
};

/** ViT-B/16+ at 240 px, LAION-400M (open_clip), WinCLIP's backbone. */
export const vitBase16Plus240: ClipConfig = {
  embeddingSize: 640,
  activation: 'gelu',
  layerNormEpsilon: 1e-5,
  vision: { width: 896, layers: 12, heads: 14, patchSize: 16, gridSize: 15, mlpWidth: 3584 },
  text: { width: 640, layers: 12, heads: 10, contextLength: 77, vocabularySize: 49_408, mlpWidth: 2560 },
};

/** By the names that workers are told. */
export const benchModels: Readonly<Record<string, ClipConfig>> = {
  'ViT-L/14@336': vitLarge336,
  'ViT-B/16+ 240': vitBase16Plus240,
};

/** AnomalyCLIP's prompt tensors for that model: 12 learned words, 4 deep tokens for each of 8 blocks. */
export const anomalyClipPromptShapes: Readonly<Record<string, readonly number[]>> = {
  ctx_pos: [1, 1, 12, 768],
  ctx_neg: [1, 1, 12, 768],
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`compound_prompts_text.${i}`, [4, 768]])),
};

function blockShapes(prefix: string, width: number, mlpWidth: number): [string, number[]][] {
  return [
    [`${prefix}.ln_1.weight`, [width]],
    [`${prefix}.ln_1.bias`, [width]],
    [`${prefix}.attn.in_proj_weight`, [3 * width, width]],
    [`${prefix}.attn.in_proj_bias`, [3 * width]],
    [`${prefix}.attn.out_proj.weight`, [width, width]],
    [`${prefix}.attn.out_proj.bias`, [width]],
    [`${prefix}.ln_2.weight`, [width]],
    [`${prefix}.ln_2.bias`, [width]],
    [`${prefix}.mlp.c_fc.weight`, [mlpWidth, width]],
    [`${prefix}.mlp.c_fc.bias`, [mlpWidth]],
    [`${prefix}.mlp.c_proj.weight`, [width, mlpWidth]],
    [`${prefix}.mlp.c_proj.bias`, [width]],
  ];
}

/** Shapes of all tensors of a CLIP model by OpenAI's names. */
export function clipTensorShapes({
  embeddingSize,
  vision,
  text,
}: ClipConfig): Record<string, readonly number[]> {
  const blocks = (prefix: string, layers: number, width: number, mlpWidth: number) =>
    Array.from({ length: layers }, (_, i) => blockShapes(`${prefix}.${i}`, width, mlpWidth)).flat();
  return Object.fromEntries([
    ['visual.class_embedding', [vision.width]],
    ['visual.positional_embedding', [1 + vision.gridSize ** 2, vision.width]],
    ['visual.proj', [vision.width, embeddingSize]],
    ['visual.conv1.weight', [vision.width, 3, vision.patchSize, vision.patchSize]],
    ...['ln_pre', 'ln_post'].flatMap((norm): [string, number[]][] => [
      [`visual.${norm}.weight`, [vision.width]],
      [`visual.${norm}.bias`, [vision.width]],
    ]),
    ...blocks('visual.transformer.resblocks', vision.layers, vision.width, vision.mlpWidth),
    ['positional_embedding', [text.contextLength, text.width]],
    ['token_embedding.weight', [text.vocabularySize, text.width]],
    ['ln_final.weight', [text.width]],
    ['ln_final.bias', [text.width]],
    ['text_projection', [text.width, embeddingSize]],
    ...blocks('transformer.resblocks', text.layers, text.width, text.mlpWidth),
  ]);
}

/**
 * Noise of a trained model's size around 0, around 1 for LayerNorm's factors; within a tensor one block of it is repeated.
 * Tensors differ from each other: ONNX Runtime keeps equal ones once, which would flatter the memory figures.
 */
function* noise(name: string, shape: readonly number[]): Generator<Float32Array> {
  const offset = /ln_\w+\.weight$/.test(name) ? 1 : 0;
  const fanIn = shape.length > 1 ? shape.slice(1).reduce((product, size) => product * size, 1) : 1024;
  const scale = Math.sqrt(3 / fanIn) * 0.7;
  const random = mulberry32(fnv1a(name));
  const block = Float32Array.from({ length: 1_048_573 }, () => offset + scale * (2 * random() - 1));
  let left = shape.reduce((product, size) => product * size, 1);
  for (; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
}

/** Writes a model of random weights into `folder`, streamed: 1.7 GB for ViT-L. */
export async function writeRandomModel(folder: string, config: ClipConfig): Promise<StoredModel> {
  await writeRandomTensors(join(folder, weightsFileName), clipTensorShapes(config));
  return { folder, config };
}

export async function writeRandomTensors(
  file: string,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  await writeSafetensors({
    file,
    tensors: Object.entries(shapes).map(([name, shape]) => ({
      name,
      shape,
      chunks: () => noise(name, shape),
    })),
  });
}
