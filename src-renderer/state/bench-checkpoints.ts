import type { Model } from '../../src-shared/domain/model.ts';
import type { Training } from '../../src-shared/domain/training.ts';
import type { MethodId } from '../../src-shared/domain/method.ts';

/** One epoch of a training, whose prompts are tried without being kept. */
export interface TriedCheckpoint {
  readonly trainingId: number;
  readonly epoch: number;
}

/** As the address has it: `3-2`, the second epoch of the third training. */
export function checkpointToken({ trainingId, epoch }: TriedCheckpoint): string {
  return `${trainingId}-${epoch}`;
}

/** What `checkpointToken` wrote; the address takes no other. */
export function parseCheckpointToken(token: string): TriedCheckpoint {
  const [trainingId = 0, epoch = 0] = token.split('-', 2).map(Number);
  return { trainingId, epoch };
}

/** Trainings with an epoch that a model can be shown images by: of this method, learned at the width of the model's texts. */
export function fittingTrainings(
  methodId: MethodId,
  trainings: readonly Training[],
  models: readonly Model[],
  model: Model | null,
): Training[] {
  return trainings.filter((training) => {
    const learnedWith = models.find(({ sha256 }) => sha256 === training.modelSha256);
    return (
      training.methodId === methodId &&
      training.epochsDone > 0 &&
      model !== null &&
      learnedWith?.config.text.width === model.config.text.width
    );
  });
}

/** The epoch that the address names, where it is there; where no set of prompts is, the newest of the newest training. */
export function triedCheckpoint(
  learning: readonly Training[],
  wanted: TriedCheckpoint | null,
  lacksSets: boolean,
): TriedCheckpoint | null {
  const found = learning.find(({ id }) => id === wanted?.trainingId) ?? (lacksSets ? learning[0] : undefined);
  if (found === undefined) return null;
  const epoch = found.id === wanted?.trainingId ? wanted.epoch : found.epochsDone;
  return { trainingId: found.id, epoch: Math.min(epoch, found.epochsDone) };
}
