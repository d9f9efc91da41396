import { z } from 'zod';
import { computeOfferSchema, computeSettingsSchema, providerIdSchema } from '../domain/compute-settings.ts';
import { conformanceItemSchema } from '../domain/conformance.ts';
import { filePath, none, ok, sizeBytes } from './method-parts.ts';

const diskUseSchema = z.object({
  /** By kind, largest first. */
  parts: z.array(z.object({ kind: z.string(), sizeBytes })),
  freeBytes: sizeBytes,
  thumbnailLimitBytes: sizeBytes,
  featureLimitBytes: sizeBytes,
});

const dataFolderSchema = z.object({
  folder: z.string(),
  /** Why it is this one: `--data`, an environment variable, the choice in the settings, or the usual place. */
  origin: z.enum(['option', 'environment', 'chosen', 'usual']),
  usualFolder: z.string(),
  /** Where the next start looks that is not told another; equal to `folder` where nothing changes. */
  nextFolder: z.string(),
});

const doctorCheckSchema = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  /** What was found, and where it is not ok, what to do. */
  detail: z.string(),
});

/** Of the program itself and its data folder, settings, and folders of this machine; a part of `contractMethods`. */
export const appMethods = {
  'app.info': {
    params: none,
    result: z.object({
      version: z.string(),
      dataFolder: z.string(),
      host: z.enum(['electron', 'web', 'cli']),
      homeFolder: z.string(),
    }),
  },
  /** Holds this build against a folder of reference numbers (minutes); the compute process answers it. */
  'app.conformance': {
    params: z.object({ folder: filePath }).strict(),
    result: z.object({ items: z.array(conformanceItemSchema) }),
  },
  'app.doctor': { params: none, result: z.object({ checks: z.array(doctorCheckSchema) }) },
  'settings.get': { params: none, result: z.object({ values: z.record(z.string(), z.json()) }) },
  'settings.set': {
    params: z.object({ key: z.string().min(1).max(100), value: z.json() }).strict(),
    result: ok,
  },
  /** Folders and files below a folder, for choosing one where the host has no native dialog. */
  'folders.list': {
    params: z.object({ path: filePath }).strict(),
    result: z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(
        z.object({ name: z.string(), kind: z.enum(['folder', 'file']), sizeBytes: z.number().nullable() }),
      ),
      truncated: z.boolean(),
    }),
  },
  /**
   * Folders of a name that hold entries of these names, at the usual places of this machine: for what was dropped on a
   * browser, which tells no path. Looks for a second at most; best match first.
   */
  'folders.find': {
    params: z
      .object({ name: z.string().min(1).max(255), entries: z.array(z.string().min(1).max(255)).max(50) })
      .strict(),
    result: z.object({ paths: z.array(z.string()) }),
  },
  'app.diskUse': { params: none, result: diskUseSchema },
  /** Deletes all thumbnails, which are made again when they are looked at. */
  'app.clearThumbnails': { params: none, result: diskUseSchema },
  /** From now on the thumbnails that were not looked at for longest go when there are more; some go at once if need be. */
  'app.limitThumbnails': {
    params: z.object({ limitBytes: sizeBytes.min(50_000_000) }).strict(),
    result: diskUseSchema,
  },
  /** Deletes all kept features of images, which are made again when they are needed. */
  'app.clearFeatures': { params: none, result: diskUseSchema },
  /** From now on the features that were not used for longest go when there are more; some go at once if need be. */
  'app.limitFeatures': {
    params: z.object({ limitBytes: sizeBytes.min(50_000_000) }).strict(),
    result: diskUseSchema,
  },
  'app.dataFolder': { params: none, result: dataFolderSchema },
  /**
   * The next start opens this folder, which is made if it is not there; null: the usual one. Throws `bad-request` for a
   * folder of other things, `forbidden` where it cannot be written, `unavailable` in hosts that keep no choice.
   */
  'app.chooseDataFolder': {
    params: z.object({ folder: filePath.nullable() }).strict(),
    result: dataFolderSchema,
  },
  /**
   * What a folder that is to be the next data folder holds, and what a copy of the present one would take there. Throws
   * `bad-request` for a folder of other things, or one inside the present one; nothing is made.
   */
  'app.inspectDataFolder': {
    params: z.object({ folder: filePath }).strict(),
    result: z.object({ content: z.enum(['empty', 'data']), neededBytes: sizeBytes, freeBytes: sizeBytes }),
  },
  /**
   * Copies the present data folder to where there is nothing yet, all of it or nothing, and has the next start open the copy.
   * The present one stays. Throws `busy` while jobs are under way, `disk-full`, `bad-request`, `cancelled`, `unavailable`.
   */
  'app.copyDataFolder': { params: z.object({ folder: filePath }).strict(), result: dataFolderSchema },
  /** Stops a copy that is under way; it leaves nothing behind. */
  'app.stopCopyingDataFolder': { params: none, result: z.object({ ok: z.literal(true) }) },
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
