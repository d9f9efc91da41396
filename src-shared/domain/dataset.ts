import { z } from 'zod';

export const idSchema = z.number().int().positive();

/**
 * How a folder is read.
 * - `folder`: every image, no labels.
 * - `mvtec`: MVTec AD's class/split/defect tree with `ground_truth`; MPDD, BTAD (`ok`, `ko`) and DTD-Synthetic are alike.
 * - `visa`: VisA with its tables of splits (`split_csv/1cls.csv`).
 * - `anomalyclip`: the `meta.json` of AnomalyCLIP's code.
 * - `images-masks`: folders of images beside folders of masks (Kvasir, ClinicDB, ISIC, TN3K).
 * - `elpv`: ELPV's `labels.csv` of defect probabilities.
 * - `sdd`: KolektorSDD, label images beside the images, each cut into a top and a bottom half.
 * - `good-bad`: folders whose names say it (`normal` and `anomaly`, `ok` and `ng`, `no` and `yes`).
 * - `list`: a table of paths, labels, classes and masks.
 * - `coco`: COCO annotations with polygons or run lengths.
 */
export const datasetLayoutSchema = z.enum([
  'folder',
  'mvtec',
  'visa',
  'anomalyclip',
  'images-masks',
  'elpv',
  'sdd',
  'good-bad',
  'list',
  'coco',
]);
export type DatasetLayout = z.infer<typeof datasetLayoutSchema>;

/** What some layouts let the user choose; kept with the data set and used again at every import. */
export const layoutOptionsSchema = z
  .object({
    /** `elpv`: this defect probability and higher ones are anomalous, above 0 and at most 1. Absent: 0.5. */
    elpvCut: z.number().gt(0).max(1).optional(),
    /** `sdd`: false reads each picture whole. Absent: in two halves, as the papers do. */
    sddHalves: z.boolean().optional(),
    /** `visa`, `anomalyclip`, `list`, `coco`, `elpv`: the table to read, relative to the root. Absent: the one that is there. */
    table: z.string().min(1).max(4096).optional(),
  })
  .strict()
  .readonly();
export type LayoutOptions = z.infer<typeof layoutOptionsSchema>;

/** A part of an image in pixels of the image as it is shown (EXIF orientation applied). */
export const imageCropSchema = z
  .object({
    x: z.number().int().nonnegative(),
    y: z.number().int().nonnegative(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
  })
  .readonly();
export type ImageCrop = z.infer<typeof imageCropSchema>;

/**
 * Whether a folder is looked at for changes. `missing`: it is, but the folder is gone at the moment; `elsewhere`: it is to
 * be, but not by the process that answers.
 */
export const watchStateSchema = z.enum(['watching', 'missing', 'elsewhere']);
export type WatchState = z.infer<typeof watchStateSchema>;

/** What the data set says of an image; null where it says nothing. */
export const labelSchema = z.enum(['good', 'anomalous']);
export type Label = z.infer<typeof labelSchema>;

export const splitSchema = z.enum(['train', 'test']);
export type Split = z.infer<typeof splitSchema>;

const classCounts = z.object({
  name: z.string(),
  good: z.number().int().nonnegative(),
  anomalous: z.number().int().nonnegative(),
  unlabelled: z.number().int().nonnegative(),
  /** Masks that are used: one that is empty, unreadable or of another size is not. */
  masks: z.number().int().nonnegative(),
});
export const classCountsSchema = classCounts.readonly();
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
  /** The mask of an anomalous image marks nothing; it is not used. */
  'mask-empty',
  /** A mask marks every pixel: it may be upside down. It is used. */
  'mask-full',
  /** The mask of a good image marks something. */
  'mask-of-good',
  /** A file of several pages or frames; the first one is the image. */
  'several-pages',
  /** Two files with the same content. */
  'duplicate',
  /** A row of a table or an annotation that cannot be used. */
  'bad-row',
  /** A table names a file that is not there. */
  'file-missing',
  /** A table names a file outside the data set's folder; it is not read. */
  'outside-root',
  /** Names that agree only when case or the form of accents is overlooked. */
  'name-differs',
  /** A table, or an annotation file, that cannot be read. */
  'unreadable-table',
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

/** What reading a data set's folder brought: images that were new, had another content than before, or were gone. */
export const lookSummarySchema = z
  .object({
    atMs: z.number().int(),
    added: z.number().int().nonnegative(),
    changed: z.number().int().nonnegative(),
    removed: z.number().int().nonnegative(),
  })
  .readonly();
export type LookSummary = z.infer<typeof lookSummarySchema>;

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
    layoutOptions: layoutOptionsSchema.optional(),
    /** Absent: the folder is not watched. */
    watch: z.object({ state: watchStateSchema, message: z.string() }).readonly().optional(),
    /** A few images from everywhere in it, for its card. */
    coverImageIds: z.array(idSchema).readonly().optional(),
    /** Absent: never opened in a window. */
    lastOpenedAtMs: z.number().int().optional(),
    /** Absent until the folder was read to its end once. */
    lastLook: lookSummarySchema.optional(),
  })
  .readonly();
export type Dataset = z.infer<typeof datasetSchema>;

export const datasetImageSchema = z
  .object({
    id: idSchema,
    datasetId: idSchema,
    /** Relative to the data set's root, with forward slashes; the image's name everywhere, `part.jpg#top` for a part. */
    path: z.string().min(1),
    /** The file that the image is a part of; absent: `path` names it. */
    filePath: z.string().min(1).optional(),
    /** Which part of the file; absent: all of it. Width and height are the part's. */
    crop: imageCropSchema.optional(),
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

/** The file that an image lies in, relative to its data set's root. */
export function fileOf(image: { readonly path: string; readonly filePath?: string | undefined }): string {
  return image.filePath ?? image.path;
}

/** Whether a data set's folder is where it was. */
export const folderStateSchema = z
  .object({
    datasetId: idSchema,
    state: z.enum(['there', 'missing', 'forbidden']),
    /** What happened and what to do; empty where it is there. */
    message: z.string(),
  })
  .readonly();
export type FolderState = z.infer<typeof folderStateSchema>;

/** An image of a preview; `assetPaths.preview` shows it. */
export const previewSampleSchema = z
  .object({
    path: z.string(),
    className: z.string(),
    label: labelSchema.nullable(),
    hasMask: z.boolean(),
  })
  .readonly();
export type PreviewSample = z.infer<typeof previewSampleSchema>;

/** What an import would store of a class; of files that were not opened nothing is held against their masks. */
export const previewClassSchema = classCounts
  .extend({
    /** Masks that were found for its images, those among them that would not be used too. */
    masksFound: z.number().int().nonnegative(),
  })
  .readonly();
export type PreviewClass = z.infer<typeof previewClassSchema>;

/** What an import would store, shown before anything is stored. */
export const importPreviewSchema = z
  .object({
    root: z.string(),
    name: z.string(),
    layout: datasetLayoutSchema,
    layoutOptions: layoutOptionsSchema.optional(),
    imageCount: z.number().int().nonnegative(),
    classes: z.array(previewClassSchema).readonly(),
    problems: z.array(problemSchema).readonly(),
    problemCount: z.number().int().nonnegative(),
    /** How many problems there are of each kind; `problems` holds at most 200 of a kind. */
    problemKinds: z
      .array(z.object({ code: problemCodeSchema, count: z.number().int().positive() }))
      .readonly(),
    /** A few image paths, relative to the root. */
    samples: z.array(z.string()).readonly(),
    /** Images of every split; `none`: in no split. */
    splits: z.object({
      train: z.number().int().nonnegative(),
      test: z.number().int().nonnegative(),
      none: z.number().int().nonnegative(),
    }),
    /** Tables that the folder could be read by, relative to the root. */
    tables: z.array(z.string()).readonly(),
    /** How many files were opened; null: none was to be. */
    openedCount: z.number().int().nonnegative().nullable(),
    /** Under which `pictures` can be had; null where no file was opened. */
    previewId: z.string().nullable(),
    /** A few images of every class and label. */
    pictures: z.array(previewSampleSchema).readonly(),
  })
  .readonly();
export type ImportPreview = z.infer<typeof importPreviewSchema>;
