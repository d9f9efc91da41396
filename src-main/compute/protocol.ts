// The one door of the compute process: the messages between core and the compute process, parsed on both sides.
// Messages travel by structured clone (child_process.fork with serialization 'advanced', Electron's utilityProcess).
import { z } from 'zod';
import { errorShapeSchema } from '../../src-shared/contract/errors.ts';
import { conformanceItemSchema } from '../../src-shared/domain/conformance.ts';
import { mapRenderingSchema, methodIdSchema, methodSettingsSchema } from '../../src-shared/domain/method.ts';
import {
  clipConfigSchema,
  modelAnswersSchema,
  modelPreviewSchema,
  checkpointFormatSchema,
  tensorDtypeSchema,
} from '../../src-shared/domain/model.ts';

const absolutePath = z.string().min(1);
const float16Array = z.instanceof(Uint16Array);

/** A model as the library keeps it: a folder with `model.safetensors`, `model.json` and `graphs/`-free ONNX files beside it. */
const storedModelSchema = z.object({ folder: absolutePath, config: clipConfigSchema });

export const computeMethods = {
  /** Versions and execution providers, for `doctor`. */
  'runtime.info': {
    params: z.object({}),
    result: z.object({
      onnxRuntimeVersion: z.string(),
      executionProviders: z.array(z.string()),
      nodeVersion: z.string(),
    }),
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
      methodId: z.literal('anomalyclip'),
      textWidth: z.number().int(),
      contextLength: z.number().int(),
      deepBlocks: z.number().int(),
      deepLength: z.number().int(),
      sha256: z.string(),
    }),
  },
  /** Loads graphs and makes text features once; the session then scores images. */
  'scan.open': {
    params: z.object({
      methodId: methodIdSchema,
      model: storedModelSchema.nullable(),
      promptFile: absolutePath.nullable(),
      settings: methodSettingsSchema,
      classNames: z.array(z.string()),
    }),
    result: z.object({ sessionId: z.number().int(), rendering: mapRenderingSchema }),
  },
  'scan.image': {
    params: z.object({ sessionId: z.number().int(), imagePath: absolutePath, className: z.string() }),
    result: z.object({
      score: z.number(),
      rows: z.number().int(),
      columns: z.number().int(),
      /** The patch map as IEEE 754 half precision bits, row-major. */
      map: float16Array,
      durationMs: z.number(),
    }),
  },
  'scan.close': { params: z.object({ sessionId: z.number().int() }), result: z.object({}) },
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
export type ComputeRequest = z.infer<typeof computeRequestSchema>;

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
