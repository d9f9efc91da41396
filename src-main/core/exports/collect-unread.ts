import type { Run } from '../../../src-shared/domain/run.ts';
import type { Repositories } from '../db/repositories.ts';

export interface UnreadFile {
  readonly path: string;
  readonly message: string;
}

/** Files that a report says nothing of, with the reason. */
export interface UnreadFiles {
  readonly files: readonly UnreadFile[];
  /** All of them, those not listed included. */
  readonly count: number;
}

/** More than so many are counted and not listed. */
const mostFiles = 500;
const filesAtOnce = 1000;
const unreadCodes: ReadonlySet<string> = new Set([
  'unreadable-image',
  'unsupported-format',
  'image-too-large',
  'file-missing',
]);

/** What the import could not read, then what a run could not score; each path once. */
export function collectUnread(
  { datasets, results }: Pick<Repositories, 'datasets' | 'results'>,
  datasetId: number,
  runs: readonly Run[],
): UnreadFiles {
  const files = new Map<string, string>();
  for (let offset = 0; ; offset += filesAtOnce) {
    const problems = datasets.problems(datasetId, offset, filesAtOnce);
    for (const { path, code, message } of problems) if (unreadCodes.has(code)) files.set(path, message);
    if (problems.length < filesAtOnce) break;
  }
  for (const { id } of runs) {
    for (let offset = 0; ; offset += filesAtOnce) {
      const failures = results.failures(id, offset, filesAtOnce);
      for (const { path, message } of failures) if (!files.has(path)) files.set(path, message);
      if (failures.length < filesAtOnce) break;
    }
  }
  const listed = [...files].slice(0, mostFiles).map(([path, message]) => ({ path, message }));
  return { files: listed, count: files.size };
}
