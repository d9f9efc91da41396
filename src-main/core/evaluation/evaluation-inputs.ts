import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { EvaluationSubject } from '../db/evaluations-repository.ts';
import type { Repositories } from '../db/repositories.ts';

/** Goes up when figures come out otherwise from the same inputs. */
const evaluationVersion = 1;
const filesAtOnce = 32;

export interface InputsOptions {
  readonly repositories: Pick<Repositories, 'images' | 'evaluations'>;
  readonly run: Run;
  /** The data set's folder. */
  readonly root: string;
  readonly pause: () => Promise<void>;
}

/**
 * A hash over everything that a run's metrics depend on: images, labels, scores (a new map comes with a new score or at
 * least another duration), masks by size and time of change as they are on disk now, references, rendering.
 */
export async function hashEvaluationInputs({
  repositories: { images, evaluations },
  run,
  root,
  pause,
}: InputsOptions): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([evaluationVersion, run.rendering, run.references]));
  for (const className of images.classNames(run.datasetId)) {
    const subjects = evaluations.subjects(run.id, run.datasetId, className);
    hash.update(JSON.stringify([className, subjects.length]));
    for (let at = 0; at < subjects.length; at += filesAtOnce) {
      const some = subjects.slice(at, at + filesAtOnce);
      const files = await Promise.all(some.map((subject) => describeMask(root, subject)));
      for (const [i, { drawnRuns, ...rest }] of some.entries()) {
        hash.update(JSON.stringify([Object.values(rest), files[i]]));
        if (drawnRuns !== null) hash.update(drawnRuns);
      }
      await pause();
    }
  }
  return hash.digest('hex');
}

async function describeMask(root: string, { label, maskPath, drawnRuns }: EvaluationSubject) {
  if (label === 'good' || maskPath === null || drawnRuns !== null) return null;
  try {
    const { size, mtimeMs } = await stat(join(root, maskPath));
    return [size, mtimeMs];
  } catch {
    return 'gone';
  }
}
