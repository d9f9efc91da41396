import { z } from 'zod';

/** What can run a graph, by ONNX Runtime's names. The processor is always there and always the last resort. */
export const providerIdSchema = z.enum(['cuda', 'tensorrt', 'dml', 'coreml', 'webgpu', 'cpu']);
export type ProviderId = z.infer<typeof providerIdSchema>;

/** The key of the setting that holds `ComputeSettings`. */
export const computeSettingKey = 'compute';

/** How scans are computed; what a run began with it keeps to its end. */
export const computeSettingsSchema = z
  .object({
    /** Tried in this order; the processor comes after them without being named. */
    providers: z
      .array(providerIdSchema.exclude(['cpu']))
      .max(5)
      .readonly()
      .catch([]),
    /** Threads inside one operator on the processor; 0: one for each core. */
    threads: z.number().int().min(0).max(256).catch(0),
  })
  .readonly();
export type ComputeSettings = z.infer<typeof computeSettingsSchema>;

export const defaultComputeSettings: ComputeSettings = { providers: [], threads: 0 };

/** What really computed. */
export const computeUseSchema = z
  .object({
    /** Of the image encoder; what a provider has no operator for runs on the processor. */
    provider: providerIdSchema,
    threads: z.number().int().positive(),
    /** Providers that were wanted and could not be used, with what ONNX Runtime said. */
    failures: z.array(z.object({ provider: providerIdSchema, message: z.string() }).readonly()).readonly(),
  })
  .readonly();
export type ComputeUse = z.infer<typeof computeUseSchema>;

/** What a machine offers. */
export const computeOfferSchema = z
  .object({
    onnxRuntimeVersion: z.string(),
    providers: z
      .array(
        z
          .object({
            id: providerIdSchema,
            /** It comes with the program; others need an install step of their own. */
            bundled: z.boolean(),
          })
          .readonly(),
      )
      .readonly(),
    physicalCores: z.number().int().positive(),
  })
  .readonly();
export type ComputeOffer = z.infer<typeof computeOfferSchema>;
