import { z } from 'zod';
import { promptProvenanceSchema } from './training.ts';

/** QuickGELU is x·sigmoid(1.702x) (OpenAI's weights), GELU the exact erf form (LAION's). */
export const activationSchema = z.enum(['quick_gelu', 'gelu']);
export type Activation = z.infer<typeof activationSchema>;

const size = z.number().int().positive().max(65_536);
const kernelSize = z.number().int().min(1).max(31);
const stride = z.number().int().min(1).max(16);

/**
 * How an image becomes tokens. `patch`: CLIP's one convolution whose stride is its kernel. `convolutional`: a stem of
 * inverted residuals (MobileNetV2, arXiv 1801.04381, §3.3) in front of the transformer (a hybrid as in ViT, arXiv
 * 2010.11929, §3.1). `kernel`, `stride` and channels in pixels and planes of their own input.
 */
export const stemSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('patch') }).readonly(),
  z
    .object({
      kind: z.literal('convolutional'),
      /** TensorFlow's «same»: outputs are ⌈n / stride⌉ wide, an odd row of zeros goes to the right and the bottom. */
      padding: z.literal('same'),
      /** After every convolution that is not the last of its block. */
      activation: z.literal('relu6'),
      /** The first convolution, of normalised pixels · `rescale` + `shift` (tensors of the checkpoint). */
      conv: z.object({ kernel: kernelSize, stride, channels: size }).readonly(),
      /** Blocks: 1×1 to channels · expansion (none for 1), depthwise kernel×kernel, 1×1; residual where shapes agree. */
      stages: z
        .array(
          z
            .object({
              repeats: z.number().int().min(1).max(64),
              kernel: kernelSize,
              /** Of the stage's first block. */
              stride,
              expansion: z.number().int().min(1).max(16),
              channels: size,
            })
            .readonly(),
        )
        .min(1)
        .max(16)
        .readonly(),
      /**
       * What tokens are made of, joined in this order: the output of a stage (from 1), its unshuffle×unshuffle neighbours
       * put one behind the other (channel c at (dy, dx) becomes c·unshuffle² + dy·unshuffle + dx).
       */
      taps: z
        .array(
          z.object({ stage: z.number().int().min(1), unshuffle: z.number().int().min(1).max(32) }).readonly(),
        )
        .min(1)
        .max(16)
        .readonly(),
    })
    .readonly(),
]);
export type Stem = z.infer<typeof stemSchema>;
export type ConvolutionalStem = Extract<Stem, { kind: 'convolutional' }>;

/** Sizes of a CLIP vision transformer, read from tensors and the checkpoint's config. */
export const visionConfigSchema = z
  .object({
    width: size,
    layers: size.max(256),
    heads: size,
    /** Pixels from one token to the next. */
    patchSize: size,
    /** Side of the square grid of position embeddings: pretraining image size / patch size. */
    gridSize: size,
    mlpWidth: size,
    /** Absent: `patch`. */
    stem: stemSchema.optional(),
    /** Side of the square that the model's makers say it reads best; absent: the methods' rule. */
    preferredImageSizePx: size.optional(),
    /** Blocks, counted from the last, that the model was trained to have a second attention path over; absent: as in the papers. */
    dpamBlocks: size.max(256).optional(),
  })
  .readonly();

export const textConfigSchema = z
  .object({
    width: size,
    layers: size.max(256),
    heads: size,
    contextLength: size,
    vocabularySize: z.number().int().positive().max(1_000_000),
    mlpWidth: size,
  })
  .readonly();

export const clipConfigSchema = z
  .object({
    embeddingSize: size,
    activation: activationSchema,
    layerNormEpsilon: z.number().positive(),
    vision: visionConfigSchema,
    text: textConfigSchema,
  })
  .readonly();
export type ClipConfig = z.infer<typeof clipConfigSchema>;

export const modelIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'letters, digits, dots, dashes and underscores');
export const tensorDtypeSchema = z.enum(['F32', 'F16', 'BF16']);
export type TensorDtype = z.infer<typeof tensorDtypeSchema>;

export const checkpointFormatSchema = z.enum([
  'openai-torchscript',
  'torch-zip',
  'huggingface',
  'safetensors',
]);
export type CheckpointFormat = z.infer<typeof checkpointFormatSchema>;

export const modelSchema = z
  .object({
    id: modelIdSchema,
    name: z.string().min(1),
    format: checkpointFormatSchema,
    sourceFile: z.string(),
    /** SHA-256 of the stored safetensors file, in hex. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    config: clipConfigSchema,
    /** How the checkpoint stored its weights; the library stores fp32, so that graphs can map the file as it is. */
    sourceDtype: tensorDtypeSchema,
    sizeBytes: z.number().int().nonnegative(),
    importedAtMs: z.number().int(),
    /** Came with the program, which makes it anew where it is missing. */
    bundled: z.boolean().optional(),
    /** What to say wherever this model is chosen. */
    note: z.string().optional(),
  })
  .readonly();
export type Model = z.infer<typeof modelSchema>;

/** Id of the model that comes with the program. */
export const starterModelId = 'starter';
/** Said wherever it is chosen. */
export const starterModelNote =
  'Starter model, for trying out and for textures and simple objects; for work that matters import ViT-L/14@336';

/** A question that a checkpoint leaves open; the import waits for the answer and never guesses. */
export const modelQuestionSchema = z
  .object({
    field: z.enum(['activation', 'visionHeads', 'textHeads']),
    message: z.string(),
    choices: z.array(z.union([z.string(), z.number()])).readonly(),
  })
  .readonly();
export type ModelQuestion = z.infer<typeof modelQuestionSchema>;

export const modelAnswersSchema = z
  .object({
    activation: activationSchema.optional(),
    visionHeads: z.number().int().positive().optional(),
    textHeads: z.number().int().positive().optional(),
  })
  .readonly();
export type ModelAnswers = z.infer<typeof modelAnswersSchema>;

/** What was understood of a checkpoint before anything is stored. `config` is null while questions are open. */
export const modelPreviewSchema = z
  .object({
    path: z.string(),
    suggestedName: z.string(),
    format: checkpointFormatSchema,
    sourceDtype: tensorDtypeSchema,
    config: clipConfigSchema.nullable(),
    questions: z.array(modelQuestionSchema).readonly(),
    /** What was left out or not used, in words. */
    warnings: z.array(z.string()).readonly().default([]),
    sizeBytes: z.number().int().nonnegative(),
  })
  .readonly();
export type ModelPreview = z.infer<typeof modelPreviewSchema>;

/** Methods whose learned prompts can be imported. */
export const promptMethodIdSchema = z.enum(['anomalyclip', 'faprompt', 'coop']);
export type PromptMethodId = z.infer<typeof promptMethodIdSchema>;

/** Learned prompts of one method, as imported from a released `.pth` or from safetensors. */
export const promptSetSchema = z
  .object({
    id: z.number().int().positive(),
    name: z.string().min(1),
    methodId: promptMethodIdSchema,
    /** Width of the text transformer these prompts belong to; a model of another width cannot use them. */
    textWidth: size,
    /** E: learnable word embeddings per prompt (FAPrompt: those that all its prompts share). */
    contextLength: size,
    /** Number of blocks that get deep text tokens, and tokens per block. */
    deepBlocks: z.number().int().nonnegative(),
    deepLength: z.number().int().nonnegative(),
    sourceFile: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    importedAtMs: z.number().int(),
    /** Absent: not learned by this program, or by one that did not say so. */
    provenance: promptProvenanceSchema.optional(),
    /** Came with the program, for its own model. */
    bundled: z.boolean().optional(),
    /** What to say wherever these prompts are listed. */
    note: z.string().optional(),
  })
  .readonly();
export type PromptSet = z.infer<typeof promptSetSchema>;

/** Said of the prompts that come with the program. Their provenance says the rest. */
export const starterPromptsNote =
  'starter prompts, learned for the starter model from nine classes of paper impurities (PIPED, CC BY 4.0, Bianconi, Ceccarelli, Fernandez, Saetta 2014)';
