import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import { systemErrorCode } from '../error-report.ts';
import type { LibraryFolders } from '../library/library-folders.ts';

/** Deletes the files of a training that is no more; what cannot be deleted now is swept at the next start. */
export async function discardTraining(folders: LibraryFolders, trainingId: number, log: Log): Promise<void> {
  await discard(folders.training(trainingId), log);
}

/** Deletes what trainings left behind that were removed while they still wrote. */
export async function sweepTrainings(
  folders: LibraryFolders,
  { trainings }: Pick<Repositories, 'trainings'>,
  log: Log,
): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folders.trainings);
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'ENOENT') log('warn', `${folders.trainings}: ${String(thrown)}`);
    return;
  }
  const ownNames = names.filter((name) => /^[1-9]\d{0,14}$/.test(name));
  const left = ownNames.filter((name) => trainings.get(Number(name)) === null);
  for (const name of left) await discard(join(folders.trainings, name), log);
}

async function discard(folder: string, log: Log): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((thrown: unknown) => {
    log('warn', `${folder} could not be deleted: ${String(thrown)}`);
  });
}
