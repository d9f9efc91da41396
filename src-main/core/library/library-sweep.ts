import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import { systemErrorCode } from '../error-report.ts';
import type { LibraryFolders } from './library-folders.ts';

const removedName = /^(.+)\.removed-[0-9a-f-]{36}$/;

/** Where a model's folder is moved to before its files are deleted. */
export function removedModelFolder(folder: string): string {
  return `${folder}.removed-${randomUUID()}`;
}

/**
 * Ends what a removal of a model began that was killed: a folder that was moved aside goes back where its model is still
 * listed, and is deleted where it is not. What cannot be done now is logged and tried again at the next start.
 */
export async function sweepLibrary(
  folders: LibraryFolders,
  { models }: Pick<Repositories, 'models'>,
  log: Log,
): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folders.models);
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'ENOENT')
      log('warn', `${folders.models}: ${toErrorShape(thrown).message}`);
    return;
  }
  for (const name of names) {
    const modelId = removedName.exec(name)?.[1];
    if (modelId === undefined) continue;
    const trash = join(folders.models, name);
    try {
      const isMissed = models.get(modelId) !== null && !existsSync(folders.model(modelId));
      if (isMissed) await rename(trash, folders.model(modelId));
      else await rm(trash, { recursive: true, force: true });
    } catch (thrown) {
      log('warn', `${trash} could not be put away: ${toErrorShape(thrown).message}`);
    }
  }
}
