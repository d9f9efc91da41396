import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { exportKindSchema, exportSummarySchema } from '../../../src-shared/domain/export.ts';
import { isWithin } from '../is-inside.ts';
import { TargetFolder } from './target-folder.ts';

/** What an export leaves in its folder about itself. */
export const summaryName = 'export.json';

export interface FolderWish {
  /** Absolute. */
  readonly folder: string;
  readonly overwrite: boolean;
  /** The data set's folder. */
  readonly root: string;
  readonly dataFolder: string;
  /** Of the export that is about to write; null before there is one. */
  readonly jobId: number | null;
}

/**
 * Looks whether an export may write to a folder: it is empty, not there, to be overwritten, or this job's own from
 * before a crash. Resolves with the time at which that job began, else null. Throws `already-exists` for a folder with
 * something in it, `forbidden` for one among the images or inside the workbench's own.
 */
export async function requireFreeFolder({
  folder,
  overwrite,
  root,
  dataFolder,
  jobId,
}: FolderWish): Promise<number | null> {
  const real = await realPathOf(folder);
  const [realRoot, realData] = [await realPathOf(root), await realPathOf(dataFolder)];
  const writtenTo = exportKindSchema.options.map((kind) => join(real, kind));
  if (isWithin(realRoot, real) || writtenTo.some((one) => isWithin(one, realRoot))) {
    throw new WorkbenchError(
      'forbidden',
      `${folder} lies among the images of the data set. Choose a folder outside ${root}.`,
    );
  }
  if (isWithin(realData, real)) {
    throw new WorkbenchError(
      'forbidden',
      `${folder} is inside the workbench's own data folder. Choose another one.`,
    );
  }
  const names = await TargetFolder.list(folder);
  if (names.length === 0) return null;
  const begun = jobId === null || !names.includes(summaryName) ? null : await begunBy(folder, jobId);
  if (begun !== null || overwrite) return begun;
  throw new WorkbenchError(
    'already-exists',
    `${folder} is not empty. Choose an empty folder, or say that files of the same names are to be replaced.`,
  );
}

async function begunBy(folder: string, jobId: number): Promise<number | null> {
  const text = await TargetFolder.open(folder).read(summaryName);
  try {
    const summary = exportSummarySchema.safeParse(JSON.parse(text ?? 'null'));
    return summary.success && summary.data.jobId === jobId && summary.data.state === 'unfinished'
      ? summary.data.startedAtMs
      : null;
  } catch {
    // Not JSON: somebody else's file.
    return null;
  }
}

/** Where a path really lies, links resolved as far as it exists. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realPathOf(above), path.slice(above.length));
  }
}
