import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { TreeReader } from './read-folder.ts';

/** Throws `not-found` for a layout whose own table is not in the folder. */
export function missingTable(tree: TreeReader, what: string): never {
  throw new WorkbenchError(
    'not-found',
    `${tree.root} has no ${what}. Choose another way to read the folder, or the folder that it lies in.`,
  );
}
