import { resolve } from 'node:path';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { MethodResult } from '../../src-shared/contract/methods.ts';
import { lookAtDataFolder } from './copy-data-folder.ts';
import type { DataFolderChoice } from './core.ts';
import { makeFolder } from './make-folder.ts';

/** Where the data folder is and where the next start looks for it. */
export function describeDataFolder(
  folder: string,
  choice: DataFolderChoice | undefined,
): MethodResult<'app.dataFolder'> {
  if (choice === undefined) return { folder, origin: 'option', usualFolder: folder, nextFolder: folder };
  const { origin, usualFolder } = choice;
  return { folder, origin, usualFolder, nextFolder: choice.next() ?? usualFolder };
}

/**
 * Keeps which folder the next start opens. Throws `unavailable`, `bad-request` for a folder that holds other things or lies
 * in the present one, `forbidden` or `disk-full`.
 */
export function chooseNextDataFolder(
  present: string,
  choice: DataFolderChoice | undefined,
  wanted: string | null,
): void {
  if (choice === undefined)
    throw new WorkbenchError(
      'unavailable',
      'This program was started in a way that keeps no choice of a data folder.',
    );
  if (wanted === null) {
    choice.choose(null);
    return;
  }
  const folder = resolve(wanted);
  if (folder !== present) lookAtDataFolder(present, folder);
  makeFolder(folder, 'the data folder');
  choice.choose(folder);
}
