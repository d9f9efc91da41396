import { z } from 'zod';
import { catalogueIdSchema, catalogueItemSchema } from '../domain/catalogue.ts';
import { idSchema } from '../domain/dataset.ts';
import { jobSchema } from '../domain/job.ts';
import { methodInfoSchema } from '../domain/method.ts';
import {
  modelAnswersSchema,
  modelIdSchema,
  modelPreviewSchema,
  modelSchema,
  promptSetSchema,
} from '../domain/model.ts';
import {
  promptMeasureParamsSchema,
  promptMeasureSchema,
  promptTextNameSchema,
  promptTextSchema,
  savedPromptTextSchema,
} from '../domain/prompt-text.ts';
import { filePath, none, ok, sizeBytes } from './method-parts.ts';

/** Models, prompts, the texts of prompts, and the methods that use them; a part of `contractMethods`. */
export const modelMethods = {
  'models.list': { params: none, result: z.object({ models: z.array(modelSchema) }) },
  'models.inspect': {
    params: z.object({ path: filePath, answers: modelAnswersSchema.optional() }).strict(),
    result: modelPreviewSchema,
  },
  'models.import': {
    params: z
      .object({
        path: filePath,
        name: z.string().min(1).max(80).optional(),
        answers: modelAnswersSchema.optional(),
      })
      .strict(),
    result: z.object({ modelId: modelIdSchema, job: jobSchema }),
  },
  'models.rename': {
    params: z.object({ modelId: modelIdSchema, name: z.string().trim().min(1).max(80) }).strict(),
    result: modelSchema,
  },
  /** Public checkpoints with what there is of each on this machine. Asks nobody. */
  'models.catalogue': { params: none, result: z.object({ items: z.array(catalogueItemSchema) }) },
  /**
   * Fetches one of them from its publisher as a job, then imports it (a model by a job of its own, which has the same
   * `modelId`). The only method that reaches beyond this machine.
   */
  'models.download': {
    params: z.object({ entryId: catalogueIdSchema, keepFile: z.boolean().default(false) }).strict(),
    result: z.object({ modelId: modelIdSchema.nullable(), job: jobSchema }),
  },
  /** Deletes what was fetched of one of them and not imported, or kept. */
  'models.discard': { params: z.object({ entryId: catalogueIdSchema }).strict(), result: ok },
  /** What models, prompts and downloads take on the disk. */
  'models.diskUse': {
    params: none,
    result: z.object({
      models: z.array(z.object({ modelId: modelIdSchema, sizeBytes })),
      promptSets: z.array(z.object({ promptSetId: idSchema, sizeBytes })),
      downloadsBytes: sizeBytes,
      totalBytes: sizeBytes,
    }),
  },
  'models.remove': { params: z.object({ modelId: modelIdSchema }).strict(), result: ok },
  'prompts.list': { params: none, result: z.object({ promptSets: z.array(promptSetSchema) }) },
  'prompts.import': {
    params: z.object({ path: filePath, name: z.string().min(1).max(80).optional() }).strict(),
    result: promptSetSchema,
  },
  'prompts.rename': {
    params: z.object({ promptSetId: idSchema, name: z.string().trim().min(1).max(80) }).strict(),
    result: promptSetSchema,
  },
  'prompts.remove': { params: z.object({ promptSetId: idSchema }).strict(), result: ok },
  /** Texts of hand-written prompts that were saved, by name. */
  'promptTexts.list': { params: none, result: z.object({ promptTexts: z.array(savedPromptTextSchema) }) },
  /** One that has the name gets the new text; runs keep the text that they were made with. */
  'promptTexts.save': {
    params: z.object({ name: promptTextNameSchema, text: promptTextSchema }).strict(),
    result: savedPromptTextSchema,
  },
  'promptTexts.remove': { params: z.object({ promptTextId: idSchema }).strict(), result: ok },
  /** How a model's tokenizer reads the sentences of a text about objects. */
  'promptTexts.measure': { params: promptMeasureParamsSchema, result: promptMeasureSchema },
  'methods.list': {
    params: z.object({ modelId: modelIdSchema.nullable() }).strict(),
    result: z.object({ methods: z.array(methodInfoSchema) }),
  },
} as const;
