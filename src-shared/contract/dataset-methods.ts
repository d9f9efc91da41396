import { z } from 'zod';
import {
  datasetLayoutSchema,
  datasetSchema,
  folderStateSchema,
  idSchema,
  importPreviewSchema,
  layoutOptionsSchema,
  problemSchema,
} from '../domain/dataset.ts';
import { jobSchema } from '../domain/job.ts';
import { imageColumnsSchema, imageRowSchema } from '../domain/run.ts';
import { filePath, none, ok, page } from './method-parts.ts';

/** Data sets, the sample images, and the images of a set; a part of `contractMethods`. */
export const datasetMethods = {
  'datasets.list': { params: none, result: z.object({ datasets: z.array(datasetSchema) }) },
  'datasets.get': { params: z.object({ datasetId: idSchema }).strict(), result: datasetSchema },
  'datasets.inspect': {
    params: z
      .object({
        path: filePath,
        layout: datasetLayoutSchema.optional(),
        layoutOptions: layoutOptionsSchema.optional(),
        /** Opens images for a few seconds too, for what only their content tells. */
        openFiles: z.boolean().optional(),
        /** Made up by who asks: `dataset.inspecting` tells under it how far it is, `datasets.stopInspecting` ends it. */
        inspectionId: z.string().min(1).max(64).optional(),
      })
      .strict(),
    result: importPreviewSchema,
  },
  /** The inspection rejects with `cancelled` at once; one that is over already is no error. */
  'datasets.stopInspecting': {
    params: z.object({ inspectionId: z.string().min(1).max(64) }).strict(),
    result: ok,
  },
  'datasets.import': {
    params: z
      .object({
        path: filePath,
        layout: datasetLayoutSchema.optional(),
        /** Absent: as the data set has them already. */
        layoutOptions: layoutOptionsSchema.optional(),
        name: z.string().min(1).max(200).optional(),
      })
      .strict(),
    result: z.object({ dataset: datasetSchema, job: jobSchema }),
  },
  /** Begins or ends looking for changes in a data set's folder; kept over restarts. */
  'datasets.watch': {
    params: z.object({ datasetId: idSchema, watch: z.boolean() }).strict(),
    result: datasetSchema,
  },
  /** Notes that it was opened now, for the order of recent ones. */
  'datasets.opened': { params: z.object({ datasetId: idSchema }).strict(), result: datasetSchema },
  'datasets.rename': {
    params: z.object({ datasetId: idSchema, name: z.string().trim().min(1).max(200) }).strict(),
    result: datasetSchema,
  },
  /**
   * Says where a data set's folder is now, and reads it. Throws `incompatible` where none of its images lies there,
   * `already-exists` for the folder of another data set, `busy` while a job works on it.
   */
  'datasets.relocate': {
    params: z.object({ datasetId: idSchema, path: filePath }).strict(),
    result: z.object({ dataset: datasetSchema, job: jobSchema }),
  },
  /** Whether the folders of all data sets are there; a drive that does not answer within two seconds is missing. */
  'datasets.folders': { params: none, result: z.object({ folders: z.array(folderStateSchema) }) },
  /**
   * Forgets it and its runs; no image is touched. Throws `in-use` while a job works on it or waits to, unless those are to be
   * cancelled with it.
   */
  'datasets.remove': {
    params: z.object({ datasetId: idSchema, cancelJobs: z.boolean().optional() }).strict(),
    result: ok,
  },
  'datasets.problems': {
    params: z.object({ datasetId: idSchema, ...page }).strict(),
    result: z.object({ total: z.number().int(), problems: z.array(problemSchema) }),
  },
  /** The sample images that came with the program: where they lie, and the data set made of them if there is one. */
  'samples.get': {
    params: none,
    result: z.object({ folder: z.string().nullable(), datasetId: idSchema.nullable() }),
  },
  'images.get': {
    params: z.object({ imageId: idSchema, runId: idSchema.nullable() }).strict(),
    result: imageRowSchema,
  },
  'images.list': {
    params: z
      .object({
        datasetId: idSchema,
        runId: idSchema.nullable(),
        className: z.string().nullable(),
        /** `score` puts the worst first when descending; images without a score come last either way. */
        sort: z.enum(['path', 'score']),
        descending: z.boolean(),
        ...page,
      })
      .strict(),
    result: z.object({ total: z.number().int(), rows: z.array(imageRowSchema) }),
  },
  /** Every image of a data set at once, in columns, by path: for sorting, filtering, searching and counting in a window. */
  'images.columns': {
    params: z.object({ datasetId: idSchema, runId: idSchema.nullable() }).strict(),
    result: imageColumnsSchema,
  },
} as const;
