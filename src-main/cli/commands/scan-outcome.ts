import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Dataset, Problem } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { CliSession } from '../cli-session.ts';
import { describeProblems, unreadableFiles } from './import-command.ts';
import type { UnavailableMethod } from './run-methods.ts';

/**
 * Tells which files of a data set could not be read, and resolves with them. Throws `not-found` where no image is left; a
 * data set that was made just now is removed then: nobody asked for one of nothing.
 */
export async function requireImages(
  session: CliSession,
  { dataset, isNew }: { readonly dataset: Dataset; readonly isNew: boolean },
): Promise<Problem[]> {
  const unreadable = await unreadableFiles(session, dataset.id);
  if (unreadable.length > 0)
    session.note(
      `${countOf(unreadable.length, 'file')} could not be read:\n${describeProblems(unreadable)}`.trimEnd(),
    );
  if (dataset.imageCount > 0) return unreadable;
  if (isNew) await session.call('datasets.remove', { datasetId: dataset.id });
  throw new WorkbenchError(
    'not-found',
    `${dataset.root} holds no image that can be read (PNG, JPEG, TIFF, BMP or WebP).`,
  );
}

/** Throws the reasons where nothing that was asked for can run. */
export function requireAny(planned: readonly unknown[], unavailable: readonly UnavailableMethod[]): void {
  if (planned.length > 0) return;
  throw new WorkbenchError('unavailable', unavailable.map(({ reason }) => reason).join('\n'));
}

/** Throws where images or methods were left out, after everything was printed. */
export function throwWhereNotDone(
  scanned: readonly { readonly run: Run }[],
  unavailable: readonly UnavailableMethod[],
): void {
  if (unavailable.length > 0)
    throw new WorkbenchError(
      'unavailable',
      `Not everything was done: ${unavailable.map(({ key }) => key).join(', ')} could not run.`,
    );
  const failed = Math.max(0, ...scanned.map(({ run }) => run.failedCount));
  const [first] = scanned;
  if (failed > 0 && first !== undefined)
    throw new WorkbenchError(
      'unreadable',
      `${failed} of ${first.run.imageCount} images could not be scored.`,
    );
}
