import type { Run } from '../../../src-shared/domain/run.ts';
import type { EvaluationSubject } from '../db/evaluations-repository.ts';
import { regionOf } from '../db/image-region.ts';
import type { Repositories } from '../db/repositories.ts';
import type { MeasuredImage, PixelProblem } from './pixel-worker-protocol.ts';

/** What of a run, or of what stands for one, metrics are made of. */
export type EvaluatedRun = Pick<
  Run,
  'id' | 'datasetId' | 'className' | 'rendering' | 'references' | 'settings'
>;

/** Where images, scores and maps come from. */
export interface EvaluationSources {
  readonly images: Pick<Repositories['images'], 'classNames' | 'drawnMask'>;
  readonly results: Pick<Repositories['results'], 'patchMap'>;
  readonly evaluations: Pick<Repositories['evaluations'], 'subjects'>;
}

export interface ClassImagesOptions {
  readonly repositories: EvaluationSources;
  readonly run: EvaluatedRun;
  /** Lets other work of the process have its turn; throws when what is done is to stop. */
  readonly pause: () => Promise<void>;
}

export interface ScoredImage extends EvaluationSubject {
  readonly score: number;
}

/** The images of a class that its metrics are made of. */
export interface ClassPart {
  readonly className: string;
  /** Without references. */
  readonly subjects: readonly EvaluationSubject[];
  readonly scored: readonly ScoredImage[];
  readonly referenceCount: number;
}

/** Labelled images outside the train split, without those that a few-shot method was shown. */
export function readClass(
  { repositories, run }: Pick<ClassImagesOptions, 'repositories' | 'run'>,
  className: string,
): ClassPart {
  // Of classes that the run does not look through there is nothing to say.
  if (run.className !== undefined && run.className !== className)
    return { className, subjects: [], scored: [], referenceCount: 0 };
  const all = repositories.evaluations.subjects(run.id, run.datasetId, className);
  const shown = new Set(run.references.flatMap(({ paths }) => paths));
  const subjects = all.filter(({ path }) => !shown.has(path));
  const scored = subjects.flatMap((subject) =>
    subject.score === null ? [] : [{ ...subject, score: subject.score }],
  );
  return { className, subjects, scored, referenceCount: all.length - subjects.length };
}

/** Images as workers take them; the database is read a little at a time. */
export async function* readMaps(
  { repositories, run, pause }: ClassImagesOptions,
  images: readonly ScoredImage[],
): AsyncGenerator<MeasuredImage | PixelProblem, undefined> {
  for (const { imageId, path, label, maskPath, crop, drawnRuns } of images) {
    await pause();
    const patchMap = repositories.results.patchMap(run.id, imageId);
    if (patchMap === null) {
      yield { imageId, message: `${path} has no map: no pixel metrics. Run the method again.` };
      return;
    }
    const isGood = label === 'good';
    yield {
      id: imageId,
      path,
      patchMap,
      maskPath: isGood ? null : maskPath,
      drawnMask: isGood || drawnRuns === null ? null : repositories.images.drawnMask(imageId),
      ...regionOf(null, crop),
    };
  }
}
