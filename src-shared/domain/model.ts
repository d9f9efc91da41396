import { z } from 'zod';

/** QuickGELU is x·sigmoid(1.702x) (OpenAI's weights), GELU the exact erf form (LAION's). */
export const activationSchema = z.enum(['quick_gelu', 'gelu']);
export type Activation = z.infer<typeof activationSchema>;

const size = z.number().int().positive().max(65_536);

/** Sizes of a CLIP vision transformer, read from tensors and the checkpoint's config. */
export const visionConfigSchema = z
  .object({
    width: size,
    layers: size.max(256),
    heads: size,
    patchSize: size,
    /** Side of the square grid of position embeddings: pretraining image size / patch size. */
    gridSize: size,
    mlpWidth: size,
  })
  .readonly();
export type VisionConfig = z.infer<typeof visionConfigSchema>;

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
export type TextConfig = z.infer<typeof textConfigSchema>;

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
  })
  .readonly();
export type Model = z.infer<typeof modelSchema>;

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

/** Learned prompts of AnomalyCLIP, as imported from a released `.pth` or from safetensors. */
export const promptSetSchema = z
  .object({
    id: z.number().int().positive(),
    name: z.string().min(1),
    methodId: z.literal('anomalyclip'),
    /** Width of the text transformer these prompts belong to; a model of another width cannot use them. */
    textWidth: size,
    /** E: learnable word embeddings per prompt. */
    contextLength: size,
    /** Number of blocks that get deep text tokens, and tokens per block. */
    deepBlocks: z.number().int().nonnegative(),
    deepLength: z.number().int().nonnegative(),
    sourceFile: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    importedAtMs: z.number().int(),
  })
  .readonly();
export type PromptSet = z.infer<typeof promptSetSchema>;
