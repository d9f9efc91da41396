import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Activation, ClipConfig, ConvolutionalStem } from '../../../src-shared/domain/model.ts';
import { corrupt, fileError } from '../checkpoints/checkpoint-file.ts';
import { readStemConfig, stemConfigSchema } from './stem-config.ts';

/** What the configuration beside a checkpoint says that tensors cannot say, and what must agree with them. */
export interface SideConfig {
  readonly file: string;
  readonly activation: Activation;
  readonly visionHeads: number;
  readonly textHeads: number;
  readonly layerNormEpsilon: number;
  /** A convolutional stem in the place of CLIP's one convolution. */
  readonly stem?: ConvolutionalStem;
  /** What the makers recommend. */
  readonly recommended?: Pick<ClipConfig['vision'], 'preferredImageSizePx' | 'dpamBlocks'>;
  /** By words for a message: what the configuration says of sizes that the tensors say too. */
  readonly statedSizes: readonly { what: StatedSize; size: number }[];
  readonly warnings: readonly string[];
}

export type StatedSize =
  'vision width' | 'vision layers' | 'patch size' | 'text width' | 'text layers' | 'context length';

const maxConfigBytes = 1024 * 1024;
const whole = z.number().int().positive().max(65_536);

function unsupported(file: string, what: string): WorkbenchError {
  return new WorkbenchError('unsupported', `${file}: ${what} Choose a plain CLIP with a vision transformer.`);
}

/** The parsed JSON, null where there is no such file. */
async function readJson(file: string): Promise<unknown> {
  try {
    const stats = await stat(file);
    if (!stats.isFile() || stats.size > maxConfigBytes) throw corrupt(file, 'this is not a configuration.');
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt(file, `the configuration is damaged (${error.message}).`);
    const explained = fileError(error, file);
    if (explained instanceof WorkbenchError && explained.code === 'not-found') return null;
    throw explained;
  }
}

function parse<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw corrupt(
    file,
    `the configuration is damaged: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
  );
}

function stated(sizes: Partial<Record<StatedSize, number | undefined>>): SideConfig['statedSizes'] {
  return (Object.entries(sizes) as [StatedSize, number | undefined][]).flatMap(([what, size]) =>
    size === undefined ? [] : [{ what, size }],
  );
}

const huggingFaceHalf = z.object({
  hidden_size: whole.optional(),
  num_hidden_layers: whole.optional(),
  num_attention_heads: whole.optional(),
  hidden_act: z.string().optional(),
  layer_norm_eps: z.number().positive().optional(),
  patch_size: whole.optional(),
  max_position_embeddings: whole.optional(),
});
const huggingFaceSchema = z.object({
  model_type: z.string().optional(),
  text_config: huggingFaceHalf.nullish(),
  vision_config: huggingFaceHalf.nullish(),
  // Older files say it (again) here, and transformers lets these win.
  text_config_dict: huggingFaceHalf.nullish(),
  vision_config_dict: huggingFaceHalf.nullish(),
});

function huggingFaceActivation(name: string, file: string): Activation {
  if (name === 'quick_gelu' || name === 'gelu') return name;
  throw unsupported(file, `the activation «${name.slice(0, 40)}» is not supported.`);
}

/**
 * Hugging Face's `config.json`. transformers leaves out what equals its defaults (CLIPTextConfig, CLIPVisionConfig: 8 and 12
 * heads, quick_gelu, 1e-5), so what is missing has a value, not a guess. Null without such a file.
 */
export async function readHuggingFaceConfig(file: string): Promise<SideConfig | null> {
  const json = await readJson(file);
  if (json === null) return null;
  const config = parse(huggingFaceSchema, json, file);
  if (config.model_type !== undefined && config.model_type !== 'clip') {
    throw unsupported(file, `it describes «${config.model_type.slice(0, 40)}», not a whole CLIP.`);
  }
  if (!config.text_config && !config.text_config_dict) throw corrupt(file, 'text_config is missing.');
  if (!config.vision_config && !config.vision_config_dict) throw corrupt(file, 'vision_config is missing.');
  const text = { ...config.text_config, ...config.text_config_dict };
  const vision = { ...config.vision_config, ...config.vision_config_dict };
  const activation = huggingFaceActivation(vision.hidden_act ?? 'quick_gelu', file);
  const layerNormEpsilon = vision.layer_norm_eps ?? 1e-5;
  if (activation !== huggingFaceActivation(text.hidden_act ?? 'quick_gelu', file)) {
    throw unsupported(file, 'its two halves have different activations.');
  }
  if (layerNormEpsilon !== (text.layer_norm_eps ?? 1e-5)) {
    throw unsupported(file, 'its two halves have different epsilons.');
  }
  return {
    file,
    activation,
    layerNormEpsilon,
    visionHeads: vision.num_attention_heads ?? 12,
    textHeads: text.num_attention_heads ?? 8,
    statedSizes: stated({
      'vision width': vision.hidden_size,
      'vision layers': vision.num_hidden_layers,
      'patch size': vision.patch_size,
      'text width': text.hidden_size,
      'text layers': text.num_hidden_layers,
      'context length': text.max_position_embeddings,
    }),
    warnings: [],
  };
}

const openClipSchema = z.object({
  model_cfg: z.object({
    quick_gelu: z.boolean().optional(),
    vision_cfg: z.object({
      layers: z.union([whole, z.array(z.unknown())]).optional(),
      width: whole.optional(),
      head_width: whole.optional(),
      patch_size: whole.optional(),
      pool_type: z.string().optional(),
      global_average_pool: z.boolean().optional(),
      attentional_pool: z.unknown().optional(),
      final_ln_after_pool: z.boolean().optional(),
      timm_model_name: z.string().nullish(),
      act_kwargs: z.record(z.string(), z.unknown()).nullish(),
      norm_kwargs: z.object({ eps: z.number().positive().optional() }).nullish(),
      // Our own additions (models/starter/FORMAT.md), for any model with them.
      stem: stemConfigSchema.nullish(),
      dpam_first_layer: whole.nullish(),
      preferred_image_size: whole.nullish(),
    }),
    text_cfg: z.object({
      layers: whole.optional(),
      width: whole.optional(),
      heads: whole.optional(),
      context_length: whole.optional(),
      pool_type: z.string().optional(),
      no_causal_mask: z.boolean().optional(),
      hf_model_name: z.string().nullish(),
      act_kwargs: z.record(z.string(), z.unknown()).nullish(),
      norm_kwargs: z.object({ eps: z.number().positive().optional() }).nullish(),
    }),
  }),
  preprocess_cfg: z
    .object({ mean: z.array(z.number()).optional(), std: z.array(z.number()).optional() })
    .optional(),
});

/** DPAM from layer n of L on is DPAM over the last L - n + 1 blocks. */
function recommendedBy(
  vision: z.infer<typeof openClipSchema>['model_cfg']['vision_cfg'],
  file: string,
): NonNullable<SideConfig['recommended']> {
  const { layers, dpam_first_layer: first, preferred_image_size: imageSize } = vision;
  const size = imageSize ? { preferredImageSizePx: imageSize } : {};
  if (!first) return size;
  if (typeof layers !== 'number' || first > layers)
    throw corrupt(file, `dpam_first_layer ${first} is not one of the vision layers.`);
  return { ...size, dpamBlocks: layers - first + 1 };
}

const clipMean = [0.48145466, 0.4578275, 0.40821073];

/** open_clip's `open_clip_config.json`; defaults are those of its CLIPVisionCfg (head_width 64) and CLIPTextCfg (8 heads). */
export async function readOpenClipConfig(file: string, visionWidth: number): Promise<SideConfig | null> {
  const json = await readJson(file);
  if (json === null) return null;
  const { model_cfg: model, preprocess_cfg: preprocess } = parse(openClipSchema, json, file);
  const { vision_cfg: vision, text_cfg: text } = model;
  if (Array.isArray(vision.layers)) throw unsupported(file, 'its image encoder is a ResNet.');
  if (vision.timm_model_name || text.hf_model_name)
    throw unsupported(file, 'it is built on another architecture.');
  if (
    (vision.pool_type ?? 'tok') !== 'tok' ||
    vision.global_average_pool === true ||
    vision.final_ln_after_pool === true ||
    (vision.attentional_pool ?? false) !== false ||
    (text.pool_type ?? 'argmax') !== 'argmax' ||
    text.no_causal_mask === true
  ) {
    throw unsupported(file, 'it pools its tokens in another way than CLIP.');
  }
  if (Object.keys({ ...vision.act_kwargs, ...text.act_kwargs }).length > 0) {
    throw unsupported(file, 'it changes the activation.');
  }
  const layerNormEpsilon = vision.norm_kwargs?.eps ?? 1e-5;
  if (layerNormEpsilon !== (text.norm_kwargs?.eps ?? 1e-5)) {
    throw unsupported(file, 'its two halves have different epsilons.');
  }
  const headWidth = vision.head_width ?? 64;
  if (visionWidth % headWidth !== 0)
    throw corrupt(file, `head_width ${headWidth} does not divide ${visionWidth}.`);
  const stem = vision.stem ? readStemConfig(vision.stem, file) : null;
  const mean = preprocess?.mean ?? clipMean;
  const otherMean = mean.length !== 3 || mean.some((value, i) => Math.abs(value - (clipMean[i] ?? 0)) > 1e-3);
  return {
    file,
    activation: model.quick_gelu === true ? 'quick_gelu' : 'gelu',
    layerNormEpsilon,
    visionHeads: visionWidth / headWidth,
    textHeads: text.heads ?? 8,
    ...(stem ? { stem } : {}),
    recommended: recommendedBy(vision, file),
    statedSizes: stated({
      'vision width': vision.width,
      'vision layers': vision.layers,
      'patch size': vision.patch_size,
      'text width': text.width,
      'text layers': text.layers,
      'context length': text.context_length,
    }),
    warnings: otherMean
      ? [
          `This model was trained with the image mean ${mean.join(', ')}; the workbench always uses CLIP's own.`,
        ]
      : [],
  };
}
