import type { TrainableMethodId } from '../../../src-shared/domain/training.ts';
import { anomalyClipTraining } from './anomalyclip-training.ts';
import { coopTraining } from './coop-training.ts';
import { faPromptTraining } from './faprompt-training.ts';
import type { TrainableMethod } from './trainable-method.ts';

/** Every method whose prompts can be learned. Total: a new id does not compile until it has its method here. */
export const trainableMethods: Readonly<Record<TrainableMethodId, TrainableMethod>> = {
  anomalyclip: anomalyClipTraining,
  faprompt: faPromptTraining,
  coop: coopTraining,
};
