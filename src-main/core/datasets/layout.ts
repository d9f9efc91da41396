import type { DatasetLayout, Label, LayoutOptions, Split } from '../../../src-shared/domain/dataset.ts';
import type { RunLengthMask } from '../../../src-shared/mask/run-length.ts';
import type { TreeReader } from './read-folder.ts';

/** An image as a layout understands it, before anything of it was read. */
export interface LayoutEntry {
  /** The image's name: relative to the root, with forward slashes; `part.jpg#top` for a part of a file. */
  readonly path: string;
  readonly className: string;
  readonly split: Split | null;
  readonly defect: string | null;
  readonly label: Label | null;
  /** A mask file, or, with `drawn`, where the mask comes from (`annotations.json#17`). */
  readonly maskPath: string | null;
  /** The file, and which half of it, where the image is not a whole file. The mask file is cut as the image is. */
  readonly part?: { readonly filePath: string; readonly half: 'top' | 'bottom' };
  /** A mask that no file holds. */
  readonly drawn?: DrawnMask;
  /**
   * What a mask that marks nothing means. `fault`: an anomalous image without a mask, a problem; `good`: the mask decides
   * the label; `unknown`: a problem, and the image has no label. Absent: `fault`.
   */
  readonly emptyMask?: 'fault' | 'good' | 'unknown';
}

/** A mask as an annotation has it. */
export interface DrawnMask {
  /** The annotation file, relative to the root: when it changes the mask is drawn again. */
  readonly source: string;
  /**
   * The mask for an image of this size; null where the annotation marks regions without an outline. Throws
   * `WorkbenchError`, `incompatible` for an image of another size than the annotation's.
   */
  draw(widthPx: number, heightPx: number): RunLengthMask | null;
}

export interface ReadingOptions {
  /** The class of images that the layout gives none. */
  readonly datasetName: string;
  readonly layoutOptions: LayoutOptions;
}

/** One way of laying out a data set in folders. Adding a layout is one file and its row in `layouts.ts`. */
export interface LayoutImporter {
  readonly layout: DatasetLayout;
  /** Whether the folder looks like this layout, from a few directory listings and the beginning of a table. */
  matches(tree: TreeReader): Promise<boolean>;
  /**
   * Every image in order; problems go to `tree.problems`. Reads directories and tables, no image.
   * Throws `WorkbenchError` where the layout's own table is not there or cannot be read.
   */
  entries(tree: TreeReader, options: ReadingOptions): AsyncGenerator<LayoutEntry>;
}
