import { z } from 'zod';

export const idSchema = z.number().int().positive();

/** How a folder is read. `folder`: every image, no labels. `mvtec`: MVTec AD's class/split/defect tree with `ground_truth`. */
export const datasetLayoutSchema = z.enum(['folder', 'mvtec']);
export type DatasetLayout = z.infer<typeof datasetLayoutSchema>;

/** What the data set says of an image; null where it says nothing. */
export const labelSchema = z.enum(['good', 'anomalous']);
export type Label = z.infer<typeof labelSchema>;

export const splitSchema = z.enum(['train', 'test']);
export type Split = z.infer<typeof splitSchema>;

export const classCountsSchema = z
  .object({
    name: z.string(),
    good: z.number().int().nonnegative(),
    anomalous: z.number().int().nonnegative(),
    unlabelled: z.number().int().nonnegative(),
    masks: z.number().int().nonnegative(),
  })
  .readonly();
export type ClassCounts = z.infer<typeof classCountsSchema>;

/** Something about a data set's files that a user should know. Problems are listed; they never stop an import. */
export const problemCodeSchema = z.enum([
  'unreadable-image',
  'unsupported-format',
  'image-too-large',
  'mask-missing',
  'mask-without-image',
  'mask-size-differs',
  'unreadable-mask',
  'unreadable-folder',
  'link-skipped',
  /** A note rather than a fault: a class without a ground_truth folder has labels but no masks. */
  'no-ground-truth',
  /** An image or folder at a place that the layout has no meaning for; the message says what becomes of it. */
  'outside-layout',
  /** There is more than is read in one go. */
  'too-many-files',
]);
export type ProblemCode = z.infer<typeof problemCodeSchema>;

export const problemSchema = z
  .object({
    /** Relative to the data set's root, with forward slashes. */
    path: z.string(),
    code: problemCodeSchema,
    message: z.string(),
  })
  .readonly();
export type Problem = z.infer<typeof problemSchema>;

export const datasetSchema = z
  .object({
    id: idSchema,
    name: z.string().min(1),
    /** Absolute folder on this machine. */
    root: z.string().min(1),
    layout: datasetLayoutSchema,
    /** `importing` until every file was looked at; such a set can be opened, what is known so far is shown. */
    state: z.enum(['importing', 'ready']),
    createdAtMs: z.number().int(),
    imageCount: z.number().int().nonnegative(),
    problemCount: z.number().int().nonnegative(),
    classes: z.array(classCountsSchema).readonly(),
  })
  .readonly();
export type Dataset = z.infer<typeof datasetSchema>;

export const datasetImageSchema = z
  .object({
    id: idSchema,
    datasetId: idSchema,
    /** Relative to the data set's root, with forward slashes. */
    path: z.string().min(1),
    /** MVTec's class folder; for a plain folder the data set's name. */
    className: z.string(),
    split: splitSchema.nullable(),
    /** MVTec's defect folder (`good`, `crack`, …), null in a plain folder. */
    defect: z.string().nullable(),
    label: labelSchema.nullable(),
    widthPx: z.number().int().positive(),
    heightPx: z.number().int().positive(),
    /** Relative to the root, null where there is none. */
    maskPath: z.string().nullable(),
    sizeBytes: z.number().int().nonnegative(),
    modifiedAtMs: z.number(),
  })
  .readonly();
export type DatasetImage = z.infer<typeof datasetImageSchema>;

/** What an import would store, shown before anything is stored. */
export const importPreviewSchema = z
  .object({
    root: z.string(),
    name: z.string(),
    layout: datasetLayoutSchema,
    imageCount: z.number().int().nonnegative(),
    classes: z.array(classCountsSchema).readonly(),
    problems: z.array(problemSchema).readonly(),
    problemCount: z.number().int().nonnegative(),
    /** A few image paths, relative to the root, for thumbnails. */
    samples: z.array(z.string()).readonly(),
  })
  .readonly();
export type ImportPreview = z.infer<typeof importPreviewSchema>;
