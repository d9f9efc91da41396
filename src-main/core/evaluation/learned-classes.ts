import type { RunEvaluation } from '../../../src-shared/domain/evaluation.ts';
import type { PromptProvenance } from '../../../src-shared/domain/training.ts';
import type { Repositories } from '../db/repositories.ts';

export type LearnedFromRepositories = Pick<Repositories, 'datasets' | 'images' | 'promptSets' | 'trainings'>;

const note = 'The prompts of this run were learned from this class: its figures look better than they are.';

/** Classes of a data set that learned prompts were learned from; none where that is not known of them. */
export function learnedClasses(
  repositories: LearnedFromRepositories,
  promptSetId: number | null,
  datasetId: number,
): readonly string[] {
  const provenance =
    promptSetId === null ? undefined : repositories.promptSets.get(promptSetId)?.promptSet.provenance;
  if (provenance === undefined || !isLearnedFrom(repositories, provenance, datasetId)) return [];
  const present = repositories.images.classNames(datasetId);
  const { classNames } = provenance;
  return classNames === null ? present : present.filter((name) => classNames.includes(name));
}

/** The training's own data set, whatever it is called now; of prompts from elsewhere the name is all there is. */
function isLearnedFrom(
  { datasets, trainings }: LearnedFromRepositories,
  { trainingId, versionHash, datasetName }: PromptProvenance,
  datasetId: number,
): boolean {
  const training = trainingId === null ? null : trainings.get(trainingId);
  // Another machine's training may have the same number.
  if (training?.versionHash === versionHash && training.datasetId !== null)
    return training.datasetId === datasetId;
  return datasets.getCore(datasetId)?.name === datasetName;
}

/** The evaluation with a note where a class was learned from. */
export function withLearnedNotes(evaluation: RunEvaluation, learned: readonly string[]): RunEvaluation {
  if (learned.length === 0) return evaluation;
  return {
    ...evaluation,
    classes: evaluation.classes.map((one) =>
      learned.includes(one.className) && one.counts.good + one.counts.anomalous > 0
        ? { ...one, notes: [note, ...one.notes] }
        : one,
    ),
  };
}
