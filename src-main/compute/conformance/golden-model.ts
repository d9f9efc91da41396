import { join } from 'node:path';
import { z } from 'zod';
import type { Activation, ClipConfig } from '../../../src-shared/domain/model.ts';
import { writeSafetensors } from '../checkpoints/write-safetensors.ts';
import { weightsFileName } from '../clip/model-weights.ts';
import type { NamedTensor } from '../methods/method.ts';
import type { StoredModel } from '../runtime/feature-extractor.ts';
import { formulaChunks, formulaTensor, type TensorFormula } from './formula-tensor.ts';
import { damaged, parseGolden, type GoldenFile } from './golden-folder.ts';

export const goldenSize = z
  .number()
  .int()
  .positive()
  .max(1 << 24);
const size = goldenSize;
/** [shape, scale, offset] of a tensor made by formula. */
export const formulaSchema = z.tuple([z.array(size).max(8), z.number(), z.number()]);

/** The fields of `clip-and-anomalyclip.json` that say which model and settings its numbers come from. */
const clipGoldenSchema = z.object({
  config: z.object({
    embed_dim: size,
    image_resolution: size,
    vision_layers: size.max(256),
    vision_width: size,
    vision_patch_size: size,
    vision_heads: size.optional(),
    context_length: size,
    vocab_size: size,
    transformer_width: size,
    transformer_heads: size,
    transformer_layers: size.max(256),
    features_list: z.array(size).min(1).optional(),
    dpam_blocks: z.number().int().nonnegative().optional(),
    image_size: size,
    sigma: z.number().nonnegative().default(4),
  }),
  activation: z.string().optional(),
  weights: z.record(z.string(), formulaSchema),
  weights_prefix: z.string(),
  prompt_params: z.record(z.string(), formulaSchema).default({}),
  prompt_prefix: z.string().default(''),
  /** The first two are CLIP's normal and anomalous sentence. */
  'clip.texts': z.array(z.string()).min(2).optional(),
  'clip_ac.prompts': z
    .object({ normal: z.array(z.string()).min(1), anomalous: z.array(z.string()).min(1) })
    .optional(),
  'compositional_ensemble.prompts': z
    .object({ normal: z.array(z.string()).min(1), abnormal: z.array(z.string()).min(1) })
    .optional(),
});
export type ClipGolden = z.infer<typeof clipGoldenSchema>;

/** Golden models' heads are 64 wide where the JSON says nothing (golden/README.md). */
export const goldenHeadWidth = 64;

/** Beginnings of the names of results of CLIP, CLIP-AC, the compositional ensemble, DPAM and AnomalyCLIP. */
const clipResults = /^(clip|clip_ac|compositional_ensemble|anomalyclip|dpam)\./;

/** True for the kind of file that pins down those. */
export function isClipGolden({ tensors }: GoldenFile): boolean {
  return [...tensors.keys()].some((key) => clipResults.test(key));
}

export function parseClipGolden(golden: GoldenFile): ClipGolden {
  return parseGolden(golden, clipGoldenSchema);
}

/** QuickGELU where the JSON says nothing (golden/README.md). */
export function activationOf(words: string | undefined): Activation {
  return words?.startsWith('gelu') ? 'gelu' : 'quick_gelu';
}

function clipConfigOf(golden: GoldenFile, parsed: ClipGolden): ClipConfig {
  const { config, weights } = parsed;
  const hidden = (prefix: string) => {
    const [rows] = weights[`${prefix}transformer.resblocks.0.mlp.c_fc.weight`]?.[0] ?? [];
    if (rows === undefined) throw damaged(golden.jsonPath, `weights names no ${prefix}transformer`);
    return rows;
  };
  return {
    embeddingSize: config.embed_dim,
    activation: activationOf(parsed.activation),
    layerNormEpsilon: 1e-5,
    vision: {
      width: config.vision_width,
      layers: config.vision_layers,
      heads: config.vision_heads ?? config.vision_width / goldenHeadWidth,
      patchSize: config.vision_patch_size,
      gridSize: config.image_resolution / config.vision_patch_size,
      mlpWidth: hidden('visual.'),
    },
    text: {
      width: config.transformer_width,
      layers: config.transformer_layers,
      heads: config.transformer_heads,
      contextLength: config.context_length,
      vocabularySize: config.vocab_size,
      mlpWidth: hidden(''),
    },
  };
}

/** Writes the golden's model by formula into `folder`, in the form in which the library keeps models. */
export async function writeGoldenModel(
  folder: string,
  golden: GoldenFile,
  parsed: ClipGolden,
): Promise<StoredModel> {
  return writeFormulaModel(folder, clipConfigOf(golden, parsed), parsed);
}

/** Writes weights by formula as a model of the library. */
export async function writeFormulaModel(
  folder: string,
  config: ClipConfig,
  { weights, weights_prefix: prefix }: Pick<ClipGolden, 'weights' | 'weights_prefix'>,
): Promise<StoredModel> {
  await writeSafetensors({
    file: join(folder, weightsFileName),
    tensors: Object.entries(weights).map(([key, formula]: [string, TensorFormula]) => ({
      name: key,
      shape: formula[0],
      chunks: () => formulaChunks(`${prefix}/${key}`, formula),
    })),
  });
  return { folder, config };
}

/** The golden's learned prompts by formula, by the released checkpoints' keys. */
export function goldenPrompts(parsed: ClipGolden): ReadonlyMap<string, NamedTensor> {
  return new Map(
    Object.entries(parsed.prompt_params).map(([key, formula]: [string, TensorFormula]) => [
      key,
      { shape: formula[0], data: formulaTensor(`${parsed.prompt_prefix}/${key}`, formula) },
    ]),
  );
}
