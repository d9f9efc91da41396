import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import type { FolderState } from '../../../src-shared/domain/dataset.ts';
import type { DatasetCore } from '../db/datasets-repository.ts';
import { fromSystemError } from '../error-report.ts';

/** A network drive that is gone can keep a question waiting for a minute. */
const answerMs = 2000;

/** Whether a data set's folder is there and may be read. */
export async function folderState({ id, root }: DatasetCore): Promise<FolderState> {
  const silent = new AbortController();
  try {
    return await Promise.race([
      look(id, root),
      setTimeout(answerMs, missing(id, `${root} does not answer.`), { signal: silent.signal }),
    ]);
  } finally {
    silent.abort();
  }
}

async function look(datasetId: number, root: string): Promise<FolderState> {
  try {
    if (!(await stat(root)).isDirectory()) return missing(datasetId, `${root} is no folder any more.`);
    await access(root, constants.R_OK | constants.X_OK);
    return { datasetId, state: 'there', message: '' };
  } catch (thrown) {
    const { code, message } = toErrorShape(fromSystemError(thrown, root));
    return code === 'forbidden' ? { datasetId, state: 'forbidden', message } : missing(datasetId, message);
  }
}

function missing(datasetId: number, what: string): FolderState {
  return {
    datasetId,
    state: 'missing',
    message: `${what} Connect its drive, or say where the folder is now.`,
  };
}

/** How many of these files (relative paths) lie in a folder. */
export async function countPresent(root: string, paths: readonly string[]): Promise<number> {
  const found = await Promise.all(
    paths.map((path) =>
      stat(join(root, path)).then(
        (facts) => facts.isFile(),
        () => false,
      ),
    ),
  );
  return found.filter(Boolean).length;
}
