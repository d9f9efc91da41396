import { z } from 'zod';
import { defaultDeepBlocks, defaultDpamBlocks, paperLayers } from './attention-defaults.ts';
import { idSchema } from './dataset.ts';
import { pixelMetricsSchema, rankMetricsSchema } from './evaluation.ts';
import { defaultImageSizePx } from './image-size.ts';
import { jobErrorSchema, jobStateSchema } from './job.ts';
import { dpamVariantSchema, mapRenderingSchema, type MethodSettings } from './method.ts';
import type { ClipConfig } from './model.ts';

/** Methods whose prompts can be learned here. */
export const trainableMethodIdSchema = z.enum(['anomalyclip', 'faprompt', 'coop']);
export type TrainableMethodId = z.infer<typeof trainableMethodIdSchema>;

export const trainableMethodNames: Readonly<Record<TrainableMethodId, string>> = {
  anomalyclip: 'AnomalyCLIP',
  faprompt: 'FAPrompt',
  coop: 'CoOp',
};

const count = z.number().int().nonnegative();
const weight = z.number().nonnegative().max(1000);

const trainingSettingsShape = {
  imageSizePx: z.number().int().min(16).max(2048),
  epochs: z.number().int().min(1).max(1000),
  batchSize: z.number().int().min(1).max(64),
  learningRate: z.number().positive().max(10),
  /** `adam`: betas 0.5 and 0.999, as the released code; `sgd`: momentum 0.9. */
  optimiser: z.enum(['adam', 'sgd']),
  /** `cosine`: from the learning rate to 0 over all epochs, one value an epoch. */
  schedule: z.enum(['constant', 'cosine']),
  /** First values of the prompts and the order of the images depend on it alone. */
  seed: z.number().int().min(0).max(0xffff_ffff),
  /** E, CoOp's N: learnable words of a prompt (FAPrompt: those that all its prompts share). */
  contextLength: z.number().int().min(1).max(64),
  /** Text blocks, from the second on, that get learnable tokens of their own; 0: none. */
  deepBlocks: z.number().int().min(0).max(64),
  /** Tokens of such a block. */
  deepLength: z.number().int().min(1).max(32),
  /** Blocks of the image encoder, from 1, whose patches are learned from; FAPrompt reads the last one's alone. */
  layers: z.array(z.number().int().positive()).min(1).max(64).readonly(),
  dpam: z.enum([...dpamVariantSchema.options, 'off']),
  /** Blocks, counted from the last, that have the second attention path. */
  dpamBlocks: z.number().int().positive().max(256),
  /** Prompts name the class instead of «object». */
  objectAware: z.boolean(),
  stateWord: z.string().trim().min(1).max(60),
  /** Normal and abnormal prompt learn the same words. */
  sharedWords: z.boolean(),
  globalLoss: z.boolean(),
  localLoss: z.boolean(),
  focal: z.boolean(),
  dice: z.boolean(),
  /** λ: the weight of the pixel losses. */
  localWeight: weight,
  /** FAPrompt's K and E'. */
  abnormalPrompts: z.number().int().min(1).max(64),
  abnormalWords: z.number().int().min(1).max(32),
  /** FAPrompt's k: patches that its prior is made of. */
  priorPatches: z.number().int().min(1).max(64),
  selection: z.enum(['paper', 'released']),
  cap: z.boolean(),
  dap: z.boolean(),
  orthogonalWeight: weight,
  priorWeight: weight,
  priorFrom: z.enum(['patches', 'class']),
  fusion: z.enum(['mean', 'best', 'weighted']),
} as const;

/** Everything that a training depends on beside its images and its model. What a method has no use for it ignores. */
export const trainingSettingsSchema = z.object(trainingSettingsShape).readonly();
export type TrainingSettings = z.infer<typeof trainingSettingsSchema>;
export type TrainingSettingName = keyof TrainingSettings;

/** What somebody wants otherwise than by default. */
export const trainingWishesSchema = z.object(trainingSettingsShape).strict().partial().readonly();
export type TrainingWishes = z.infer<typeof trainingWishesSchema>;

const everyMethod = [
  'imageSizePx',
  'epochs',
  'batchSize',
  'learningRate',
  'optimiser',
  'schedule',
  'seed',
  'contextLength',
  'objectAware',
  'stateWord',
] as const;
const learnsMaps = [
  'deepBlocks',
  'deepLength',
  'dpam',
  'dpamBlocks',
  'globalLoss',
  'localLoss',
  'focal',
  'dice',
  'localWeight',
] as const;

/** The settings that each method reads, in the order in which they are shown. */
export const trainingSettingsRead: Readonly<Record<TrainableMethodId, readonly TrainingSettingName[]>> = {
  anomalyclip: [...everyMethod, 'sharedWords', 'layers', ...learnsMaps],
  faprompt: [
    ...everyMethod,
    ...learnsMaps,
    'abnormalPrompts',
    'abnormalWords',
    'priorPatches',
    'selection',
    'cap',
    'dap',
    'orthogonalWeight',
    'priorWeight',
    'priorFrom',
    'fusion',
  ],
  coop: [...everyMethod, 'sharedWords'],
};

/**
 * The papers' settings for ViT-L/14@336 (methods.md §5 to §7; λ is the released code's 4), in the same proportion for models
 * of other depths and sizes. CoOp's are its own paper's for few images (50 epochs of 32).
 */
export function defaultTrainingSettings(methodId: TrainableMethodId, config: ClipConfig): TrainingSettings {
  const last = [config.vision.layers];
  const shared: TrainingSettings = {
    imageSizePx: defaultImageSizePx(config),
    epochs: 15,
    batchSize: 8,
    learningRate: 1e-3,
    optimiser: 'adam',
    schedule: 'constant',
    seed: 111,
    contextLength: 12,
    deepBlocks: defaultDeepBlocks(config),
    deepLength: 4,
    layers: paperLayers(config),
    dpam: 'vv',
    dpamBlocks: defaultDpamBlocks(config),
    objectAware: false,
    stateWord: 'damaged',
    sharedWords: false,
    globalLoss: true,
    localLoss: true,
    focal: true,
    dice: true,
    localWeight: 4,
    abnormalPrompts: 10,
    abnormalWords: 2,
    priorPatches: 10,
    selection: 'paper',
    cap: true,
    dap: true,
    orthogonalWeight: 0.1,
    priorWeight: 1,
    priorFrom: 'patches',
    fusion: 'mean',
  };
  switch (methodId) {
    case 'anomalyclip':
      return shared;
    case 'faprompt':
      return { ...shared, epochs: 10, contextLength: 5, layers: last, localWeight: 1 };
    case 'coop':
      return {
        ...shared,
        epochs: 50,
        batchSize: 32,
        learningRate: 0.002,
        optimiser: 'sgd',
        schedule: 'cosine',
        contextLength: 16,
        deepBlocks: 0,
        layers: last,
        objectAware: true,
        // One V in both prompts (methods.md §7).
        sharedWords: true,
        stateWord: 'anomalous',
        localLoss: false,
      };
  }
}

/** What a run has to be told to see images as a training saw them. */
export function runSettingsOf(methodId: TrainableMethodId, settings: TrainingSettings): MethodSettings {
  const { imageSizePx, dpam, dpamBlocks, layers, selection } = settings;
  if (methodId === 'coop') return { imageSizePx };
  const path = { imageSizePx, ...(dpam === 'off' ? { dpamBlocks: 0 } : { dpam, dpamBlocks }) };
  return methodId === 'faprompt' ? { ...path, faPromptSelection: selection } : { ...path, layers };
}

export const classNamesSchema = z.array(z.string().min(1).max(500)).min(1).max(10_000).readonly();

const imageScopeShape = { datasetId: idSchema, classNames: classNamesSchema.nullable() };

/** A data set, or some of its classes. */
export const imageScopeSchema = z.object(imageScopeShape).readonly();
export type ImageScope = z.infer<typeof imageScopeSchema>;

/** What checkpoints are measured on: every one, or where asked for that of the last epoch alone. */
export const validationScopeSchema = z
  .object({ ...imageScopeShape, lastEpochOnly: z.boolean().optional() })
  .readonly();
export type ValidationScope = z.infer<typeof validationScopeSchema>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Metrics of one checkpoint on the set that the user named. */
export const checkpointValidationSchema = z
  .object({
    classes: z
      .array(
        z.object({
          className: z.string(),
          image: rankMetricsSchema,
          pixel: pixelMetricsSchema,
          /** Why a metric is null although there are labels. */
          notes: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
    /** Over the classes that have them. */
    mean: z.object({ image: rankMetricsSchema, pixel: pixelMetricsSchema }).readonly(),
    /** Of what was measured on, as a training's `versionHash`; absent where an earlier version measured. */
    versionHash: sha256.optional(),
  })
  .readonly();
export type CheckpointValidation = z.infer<typeof checkpointValidationSchema>;

export const trainingSchema = z
  .object({
    id: idSchema,
    name: z.string().min(1),
    methodId: trainableMethodIdSchema,
    modelId: z.string().min(1),
    modelSha256: sha256,
    /** Null once the data set was removed. */
    datasetId: idSchema.nullable(),
    datasetName: z.string(),
    /** Null: all. */
    classNames: z.array(z.string()).readonly().nullable(),
    settings: trainingSettingsSchema,
    validation: validationScopeSchema.nullable(),
    probeImageIds: z.array(idSchema).readonly(),
    /** SHA-256 over what is learned from: paths, sizes, times of change, labels, masks. */
    versionHash: sha256,
    imageCount: count,
    anomalousCount: count,
    jobId: idSchema,
    state: jobStateSchema,
    epochsDone: count,
    /** Steps of an epoch. */
    stepsPerEpoch: count,
    /** How maps of its checkpoints are drawn; null before the first. */
    rendering: mapRenderingSchema.nullable(),
    createdAtMs: z.number().int(),
    error: jobErrorSchema.nullable(),
  })
  .readonly();
export type Training = z.infer<typeof trainingSchema>;

/** The parts of the loss of one step. `step` counts over all epochs; both begin at 1. */
export const trainingLossSchema = z
  .object({
    step: z.number().int().positive(),
    epoch: z.number().int().positive(),
    /** By name, as the method calls them, weighted as they enter the total. */
    parts: z.record(z.string(), z.number()).readonly(),
    total: z.number(),
  })
  .readonly();
export type TrainingLoss = z.infer<typeof trainingLossSchema>;

/** `trainings.get` tells so many losses at most: more than any screen has pixels. */
export const mostLossesTold = 4000;

/** What a checkpoint says of one probe image; its map is an asset. */
export const probeScoreSchema = z
  .object({ imageId: idSchema, score: z.number(), mapMinimum: z.number(), mapMaximum: z.number() })
  .readonly();
export type ProbeScore = z.infer<typeof probeScoreSchema>;

/** The prompts as they were after an epoch. */
export const trainingCheckpointSchema = z
  .object({
    id: idSchema,
    trainingId: idSchema,
    /** From 1. */
    epoch: z.number().int().positive(),
    sha256,
    /** Mean of the epoch's totals over its images. */
    lossMean: z.number(),
    validation: checkpointValidationSchema.nullable(),
    /** Why there are no metrics, or no probe maps, although they were asked for. */
    problem: z.string().nullable(),
    probes: z.array(probeScoreSchema).readonly(),
    createdAtMs: z.number().int(),
    keptAsPromptSetId: idSchema.nullable(),
  })
  .readonly();
export type TrainingCheckpoint = z.infer<typeof trainingCheckpointSchema>;

/** Where learned prompts come from; stands in the metadata of their file too, as JSON under `provenance`. */
export const promptProvenanceSchema = z
  .object({
    /** On the machine that made them. */
    trainingId: idSchema.nullable(),
    epoch: z.number().int().positive(),
    methodId: trainableMethodIdSchema,
    modelId: z.string(),
    modelSha256: sha256,
    datasetName: z.string(),
    classNames: z.array(z.string()).readonly().nullable(),
    versionHash: sha256,
    imageCount: count,
    anomalousCount: count,
    settings: trainingSettingsSchema,
    /** Means over the last epoch's images, by part, and `total`. */
    losses: z.record(z.string(), z.number()).readonly(),
    validation: checkpointValidationSchema.nullable(),
    /** Version of this program. */
    madeWith: z.string(),
    createdAtMs: z.number().int(),
  })
  .readonly();
export type PromptProvenance = z.infer<typeof promptProvenanceSchema>;

export const trainingWarningCodeSchema = z.enum([
  'same-set',
  'overlap',
  'without-mask',
  'one-label',
  'few-images',
  'unlabelled',
]);

/** What a training would be, before it is started. */
export const trainingPlanSchema = z
  .object({
    settings: trainingSettingsSchema,
    /** Labelled images that are learned from. */
    imageCount: count,
    anomalousCount: count,
    /** Anomalous images that have no mask: they count for the image loss alone. */
    withoutMask: count,
    stepsPerEpoch: count,
    /** As trainings carry it: of what would be learned from, as it is now. */
    versionHash: sha256,
    /** The same of what checkpoints would be measured on; null: nothing. */
    validationVersionHash: sha256.nullable(),
    warnings: z
      .array(z.object({ code: trainingWarningCodeSchema, message: z.string() }).readonly())
      .readonly(),
    /** What the features of all images take on the disk. */
    featureBytes: count,
    /** By what earlier trainings took here; null: there was none. */
    estimate: z
      .object({ featureSeconds: z.number().nonnegative(), epochSeconds: z.number().nonnegative() })
      .readonly()
      .nullable(),
  })
  .readonly();
export type TrainingPlan = z.infer<typeof trainingPlanSchema>;
