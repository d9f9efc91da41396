// The one door of the compute process: the messages between core and the compute process, parsed on both sides.
// Messages travel by structured clone (child_process.fork with serialization 'advanced', Electron's utilityProcess).
import { z } from 'zod';
import { errorShapeSchema } from '../../src-shared/contract/errors.ts';
import {
  computeOfferSchema,
  computeSettingsSchema,
  computeUseSchema,
  providerIdSchema,
} from '../../src-shared/domain/compute-settings.ts';
import { conformanceItemSchema } from '../../src-shared/domain/conformance.ts';
import { mapRenderingSchema, methodIdSchema, methodSettingsSchema } from '../../src-shared/domain/method.ts';
import {
  clipConfigSchema,
  modelAnswersSchema,
  modelPreviewSchema,
  promptMethodIdSchema,
  checkpointFormatSchema,
  tensorDtypeSchema,
} from '../../src-shared/domain/model.ts';

import {
  promptProvenanceSchema,
  trainableMethodIdSchema,
  trainingSettingsSchema,
} from '../../src-shared/domain/training.ts';
import { mostBenchImages } from '../../src-shared/domain/prompt-bench.ts';
import {
  promptMeasureParamsSchema,
  promptMeasureSchema,
  promptTextSchema,
} from '../../src-shared/domain/prompt-text.ts';

const absolutePath = z.string().min(1);
const float16Array = z.instanceof(Uint16Array);

/** A model as the library keeps it: a folder with `model.safetensors`, `model.json` and `graphs/`-free ONNX files beside it. */
const storedModelSchema = z.object({ folder: absolutePath, config: clipConfigSchema });

/** A part of an image, in pixels of the image as it is shown (EXIF orientation applied). */
const cropSchema = z.object({
  x: z.number().int().nonnegative(),
  y: z.number().int().nonnegative(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});

/** One method of a scan. `references` are normal images of each class, for methods that are fitted first (few-shot WinCLIP). */
const scanMethodSchema = z.object({
  methodId: methodIdSchema,
  promptFile: absolutePath.nullable(),
  settings: methodSettingsSchema,
  references: z.array(
    z.object({
      className: z.string(),
      images: z.array(z.object({ imagePath: absolutePath, crop: cropSchema.optional() })),
    }),
  ),
});

/** Where features of images are kept on the disk, and how much they may take. */
const featureCacheSchema = z.object({ folder: absolutePath, limitBytes: z.number().int().nonnegative() });

/** An image to learn from. `mask` is S×S of the settings' image size; null: nothing is anomalous. */
const trainingImageSchema = z.object({
  imagePath: absolutePath,
  crop: cropSchema.optional(),
  className: z.string(),
  label: z.union([z.literal(0), z.literal(1)]),
  mask: z
    .object({
      width: z.number().int().positive(),
      height: z.number().int().positive(),
      /** As `RunLengthMask`. */
      runs: z.instanceof(Uint32Array),
    })
    .nullable(),
});

const imageIndex = z.number().int().nonnegative();

const failedSchema = z.object({ ok: z.literal(false), error: errorShapeSchema });

const openedMethodSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), rendering: mapRenderingSchema }),
  failedSchema,
]);

const methodResultSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    score: z.number(),
    rows: z.number().int(),
    columns: z.number().int(),
    /** The patch map as IEEE 754 half precision bits, row-major. */
    map: float16Array,
    /**
     * Own scoring time plus an equal share of the image encoder's time among the methods that read the same pass: the durations of
     * all methods add up to what the image cost, decoding left out.
     */
    durationMs: z.number(),
  }),
  failedSchema,
]);

export const computeMethods = {
  /** Versions and execution providers, for `doctor`. */
  'runtime.info': {
    params: z.object({}),
    result: z.object({
      onnxRuntimeVersion: z.string(),
      executionProviders: z.array(z.string()),
      nodeVersion: z.string(),
      offer: computeOfferSchema.optional(),
    }),
  },
  /** Runs a graph of one product by one provider alone; rejects with `unavailable` and what ONNX Runtime said. */
  'runtime.try': {
    params: z.object({ provider: providerIdSchema }),
    result: z.object({ durationMs: z.number() }),
  },
  'model.inspect': {
    params: z.object({ path: absolutePath, answers: modelAnswersSchema }),
    result: modelPreviewSchema,
  },
  /** Writes a complete model folder at `targetFolder` (which must not exist) or leaves nothing there. Reports progress in bytes. */
  'model.import': {
    params: z.object({ path: absolutePath, answers: modelAnswersSchema, targetFolder: absolutePath }),
    result: z.object({
      config: clipConfigSchema,
      format: checkpointFormatSchema,
      sourceDtype: tensorDtypeSchema,
      sha256: z.string(),
      sizeBytes: z.number(),
      /** What was left out or not used, in words. */
      warnings: z.array(z.string()).readonly().default([]),
    }),
  },
  /** Reads a released prompt checkpoint or safetensors file and writes it as safetensors at `targetFile`. */
  'prompts.import': {
    params: z.object({ path: absolutePath, targetFile: absolutePath }),
    result: z.object({
      methodId: promptMethodIdSchema,
      textWidth: z.number().int(),
      contextLength: z.number().int(),
      deepBlocks: z.number().int(),
      deepLength: z.number().int(),
      sha256: z.string(),
      /** Where a file of this program says it comes from; null where it says nothing that can be read. */
      provenance: promptProvenanceSchema.nullable().default(null),
    }),
  },
  /** How the tokenizer reads the sentences of a text about objects. */
  'prompts.measure': { params: promptMeasureParamsSchema, result: promptMeasureSchema },
  /**
   * Prepares several methods for one pass over a data set: text features once, one image encoder graph per distinct image size and
   * attention path. A method that cannot be prepared is answered with its error and does not stop the others; the call resolves even
   * where none can.
   */
  'scan.open': {
    params: z.object({
      model: storedModelSchema.nullable(),
      classNames: z.array(z.string()),
      methods: z.array(scanMethodSchema).min(1).max(64),
      /** Which provider and how many threads; absent: the processor, a thread for each core. */
      compute: computeSettingsSchema.optional(),
      /** Passes read what is there and add what is not; absent: nothing is kept. */
      featureCache: featureCacheSchema.optional(),
    }),
    result: z.object({
      sessionId: z.number().int(),
      methods: z.array(openedMethodSchema),
      /** What computes it; null where no graph runs. */
      compute: computeUseSchema.nullable().default(null),
    }),
  },
  /**
   * Scores one image, or the part `crop` of it, with every method of the session. Rejects where the image itself cannot be read; what
   * goes wrong in one method is said in its result.
   */
  'scan.image': {
    params: z.object({
      sessionId: z.number().int(),
      imagePath: absolutePath,
      className: z.string(),
      crop: cropSchema.optional(),
    }),
    result: z.object({
      results: z.array(methodResultSchema),
      /** Where it is another than was said before: a provider failed while it ran. */
      compute: computeUseSchema.optional(),
    }),
  },
  'scan.close': { params: z.object({ sessionId: z.number().int() }), result: z.object({}) },
  /** Sets up learning; features of images are looked for in the cache and computed by `training.prepare`. */
  'training.open': {
    params: z.object({
      model: storedModelSchema,
      methodId: trainableMethodIdSchema,
      settings: trainingSettingsSchema,
      classNames: z.array(z.string()),
      featureCache: featureCacheSchema,
      images: z.array(trainingImageSchema).min(1),
      /** What `training.save` wrote: parameters, moments and step are its; null: from the seed. */
      checkpointFile: absolutePath.nullable(),
      compute: computeSettingsSchema.optional(),
    }),
    result: z.object({
      sessionId: z.number().int(),
      parameterCount: z.number().int(),
      compute: computeUseSchema.nullable().default(null),
    }),
  },
  /** Sees to it that an image's features are in the cache. */
  'training.prepare': {
    params: z.object({ sessionId: z.number().int(), image: imageIndex }),
    result: z.object({ hit: z.boolean(), durationMs: z.number() }),
  },
  /** One step on these images. */
  'training.step': {
    params: z.object({
      sessionId: z.number().int(),
      images: z.array(imageIndex).min(1),
      learningRate: z.number().nonnegative(),
    }),
    result: z.object({
      parts: z.record(z.string(), z.number()),
      total: z.number(),
      durationMs: z.number(),
    }),
  },
  /** Writes parameters, moments and step, whole or not at all. */
  'training.save': {
    params: z.object({
      sessionId: z.number().int(),
      file: absolutePath,
      metadata: z.record(z.string(), z.string()),
    }),
    result: z.object({ sha256: z.string() }),
  },
  'training.close': { params: z.object({ sessionId: z.number().int() }), result: z.object({}) },
  /** Writes learned prompts for this program or others; `model` gives `torch` files their token embeddings. */
  'prompts.write': {
    params: z.object({
      source: absolutePath,
      target: absolutePath,
      format: z.enum(['safetensors', 'torch']),
      metadata: z.record(z.string(), z.string()),
      model: storedModelSchema.optional(),
    }),
    result: z.object({ sha256: z.string() }),
  },
  /**
   * A bench for prompts: images whose features stay in memory. It prepares nothing; throws what is said of one method in `scan.open`.
   */
  'bench.open': {
    params: z.object({
      model: storedModelSchema,
      methodId: methodIdSchema,
      settings: methodSettingsSchema,
      images: z
        .array(z.object({ imagePath: absolutePath, className: z.string(), crop: cropSchema.optional() }))
        .min(1)
        .max(mostBenchImages),
      compute: computeSettingsSchema.optional(),
      featureCache: featureCacheSchema.optional(),
    }),
    result: z.object({ sessionId: z.number().int(), rendering: mapRenderingSchema }),
  },
  /** Sees to it that an image's features are in memory. Rejects where the image cannot be read. */
  'bench.prepare': {
    params: z.object({ sessionId: z.number().int(), image: z.number().int().nonnegative() }),
    result: z.object({ durationMs: z.number() }),
  },
  /** Scores all images by these words or learned prompts, where the method reads either, in their order. */
  'bench.score': {
    params: z.object({
      sessionId: z.number().int(),
      text: promptTextSchema.nullable(),
      promptFile: absolutePath.nullable(),
    }),
    result: z.object({ results: z.array(methodResultSchema) }),
  },
  'bench.close': { params: z.object({ sessionId: z.number().int() }), result: z.object({}) },
  'conformance.run': {
    params: z.object({ folder: absolutePath }),
    result: z.object({ items: z.array(conformanceItemSchema) }),
  },
} as const;

export type ComputeMethodName = keyof typeof computeMethods;
export type ComputeParams<N extends ComputeMethodName> = z.output<(typeof computeMethods)[N]['params']>;
export type ComputeResult<N extends ComputeMethodName> = z.output<(typeof computeMethods)[N]['result']>;

export const computeRequestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), id: z.number().int(), method: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('abort'), id: z.number().int() }),
]);

export const computeMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('progress'),
    id: z.number().int(),
    done: z.number(),
    total: z.number(),
    message: z.string(),
  }),
  z.object({ kind: z.literal('result'), id: z.number().int(), result: z.unknown() }),
  z.object({ kind: z.literal('error'), id: z.number().int(), error: errorShapeSchema }),
]);
export type ComputeMessage = z.infer<typeof computeMessageSchema>;
