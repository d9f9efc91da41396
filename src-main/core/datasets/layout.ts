import type { DatasetLayout, Label, Split } from '../../../src-shared/domain/dataset.ts';
import type { TreeReader } from './read-folder.ts';

/** An image as a layout understands it, before anything of it was read. */
export interface LayoutEntry {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly className: string;
  readonly split: Split | null;
  readonly defect: string | null;
  readonly label: Label | null;
  readonly maskPath: string | null;
}

/** One way of laying out a data set in folders. Adding a layout is one file and its row in `layouts.ts`. */
export interface LayoutImporter {
  readonly layout: DatasetLayout;
  /** Whether the folder looks like this layout, from a few directory listings. */
  matches(tree: TreeReader): Promise<boolean>;
  /** Every image in order; problems go to `tree.problems`. Reads directories only, no file. */
  entries(tree: TreeReader, datasetName: string): AsyncGenerator<LayoutEntry>;
}
