import { z } from 'zod';
import { computeOfferSchema, computeSettingsSchema, providerIdSchema } from '../domain/compute-settings.ts';

const none = z.object({}).strict();
const sizeBytes = z.number().int().nonnegative();
const folderPath = z.string().min(1).max(4096);

const diskUseSchema = z.object({
  /** By kind, largest first. */
  parts: z.array(z.object({ kind: z.string(), sizeBytes })),
  freeBytes: sizeBytes,
  thumbnailLimitBytes: sizeBytes,
});

const dataFolderSchema = z.object({
  folder: z.string(),
  /** Why it is this one: `--data`, an environment variable, the choice in the settings, or the usual place. */
  origin: z.enum(['option', 'environment', 'chosen', 'usual']),
  usualFolder: z.string(),
  /** Where the next start looks that is not told another; equal to `folder` where nothing changes. */
  nextFolder: z.string(),
});

/** Of the program itself and its data folder; a part of `contractMethods`. */
export const appMethods = {
  'app.diskUse': { params: none, result: diskUseSchema },
  /** Deletes all thumbnails, which are made again when they are looked at. */
  'app.clearThumbnails': { params: none, result: diskUseSchema },
  /** From now on the thumbnails that were not looked at for longest go when there are more; some go at once if need be. */
  'app.limitThumbnails': {
    params: z.object({ limitBytes: sizeBytes.min(50_000_000) }).strict(),
    result: diskUseSchema,
  },
  'app.dataFolder': { params: none, result: dataFolderSchema },
  /**
   * The next start opens this folder, which is made if it is not there; null: the usual one. Throws `bad-request` for a
   * folder of other things, `forbidden` where it cannot be written, `unavailable` in hosts that keep no choice.
   */
  'app.chooseDataFolder': {
    params: z.object({ folder: folderPath.nullable() }).strict(),
    result: dataFolderSchema,
  },
  /** What can compute here, and what was chosen. */
  'app.compute': {
    params: none,
    result: z.object({ offer: computeOfferSchema, settings: computeSettingsSchema }),
  },
  /** Has a provider compute something small. Throws `unavailable` with what ONNX Runtime said. */
  'app.tryProvider': {
    params: z.object({ provider: providerIdSchema }).strict(),
    result: z.object({ durationMs: z.number() }),
  },
  /** What someone who helps has to know, as text: versions, health, the end of the log. Nothing is sent anywhere. */
  'app.report': { params: none, result: z.object({ text: z.string() }) },
} as const;
