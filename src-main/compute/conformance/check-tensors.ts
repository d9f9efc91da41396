import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ConformanceItem } from '../../../src-shared/domain/conformance.ts';
import { notAvailable, type Expected } from './compare.ts';
import type { GoldenFile } from './golden-folder.ts';

/** Which check a tensor's name calls for; `Subject` is what a kind of golden file was made into. The first that fits counts. */
export type TensorChecks<Subject> = readonly (readonly [
  RegExp,
  (subject: Subject, key: string, expected: Expected) => Promise<ConformanceItem>,
])[];

/**
 * One item a tensor of the file but its inputs, which yield none. What no check fits, and histories of training where
 * `checkHistory` is not given, are of systems that are not built yet and are listed as not available.
 */
export async function* checkTensors<Subject>(
  golden: GoldenFile,
  checks: TensorChecks<Subject>,
  subject: Subject,
  isInput: (key: string) => boolean,
  checkHistory?: (subject: Subject, key: string) => Promise<ConformanceItem>,
): AsyncGenerator<ConformanceItem> {
  for (const [key, expected] of golden.tensors) {
    if (isInput(key)) continue;
    const item = `${golden.stem}/${key}`;
    const [, run] = checks.find(([pattern]) => pattern.test(key)) ?? [];
    yield run ? await guarded(item, () => run(subject, key, expected)) : notAvailable(item, systemOf(key));
  }
  for (const key of Object.keys(golden.json))
    if (key.endsWith('train.history')) {
      const item = `${golden.stem}/${key}`;
      yield checkHistory
        ? await guarded(item, () => checkHistory(subject, key))
        : notAvailable(item, systemOf(key));
    }
}

function systemOf(key: string): string {
  return key.includes('.train.') ? 'training' : `the system of ${key}`;
}

/** A check that cannot be carried through is a failed item, not the end of the run. */
export async function guarded(item: string, run: () => Promise<ConformanceItem>): Promise<ConformanceItem> {
  try {
    return { ...(await run()), item };
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'corrupt-file') throw error;
    const detail = error instanceof Error ? error.message : String(error);
    return { item, state: 'fail', error: null, tolerance: 'none', detail };
  }
}
