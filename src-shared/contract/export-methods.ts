import { z } from 'zod';
import { idSchema } from '../domain/dataset.ts';
import {
  exportPlanSchema,
  exportSummarySchema,
  exportTargetSchema,
  exportWishSchema,
} from '../domain/export.ts';
import { jobSchema } from '../domain/job.ts';
import { filePath } from './method-parts.ts';

/** What is written for others: reports and exports; a part of `contractMethods`. */
export const exportMethods = {
  /**
   * Writes an HTML report of runs over one data set: figures side by side with the papers' own, what the runs disagree
   * on, of each class the images that score highest under every run's map, and what each run was made with. An existing
   * file is replaced.
   */
  'reports.write': {
    params: z
      .object({
        runIds: z.array(idSchema).min(1).max(8),
        /** Methods to list as not run, with the reason. */
        notRun: z.array(z.object({ name: z.string().max(200), reason: z.string().max(2000) })).max(32),
        file: filePath,
        imagesPerClass: z.number().int().min(1).max(100),
      })
      .strict(),
    result: z.object({ file: z.string(), sizeBytes: z.number().int().nonnegative() }),
  },
  /**
   * Writes what runs say into files below a folder (`ExportWish` says which), and a report of them, as a job. The folder
   * must be empty or not there, unless `overwrite` is set; then files of the same names are replaced and others are left
   * alone. `export.json` in the folder of a run says what was written, and how thresholds were chosen.
   */
  'exports.create': {
    params: exportWishSchema.extend({ folder: filePath, overwrite: z.boolean() }),
    result: z.object({ folder: z.string(), job: jobSchema }),
  },
  /** What `exports.create` would write, and about how much; makes files of a few images for trial and stores nothing. */
  'exports.plan': { params: exportWishSchema, result: exportPlanSchema },
  /** A folder that an export of this data set could go to; makes and changes nothing. */
  'exports.inspectFolder': {
    params: z.object({ folder: filePath, datasetId: idSchema }).strict(),
    result: exportTargetSchema,
  },
  /** What an export job has written so far. */
  'exports.written': {
    params: z.object({ jobId: idSchema }).strict(),
    result: z.object({
      folder: z.string(),
      /** The report's name in the folder; null: none was asked for, or it is not there. */
      report: z.string().nullable(),
      /** Whether anything lies in the folder still. */
      isThere: z.boolean(),
      /** `export.json` of each run. */
      runs: z.array(exportSummarySchema),
    }),
  },
} as const;
