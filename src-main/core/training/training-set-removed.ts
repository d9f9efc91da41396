import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Training } from '../../../src-shared/domain/training.ts';

/** Why a training cannot go on, and what is left of it. */
export function trainingSetRemoved({ datasetName, epochsDone }: Training): WorkbenchError {
  const left =
    epochsDone === 0
      ? 'To learn from it, import it again and start a new training.'
      : 'The checkpoints that there are can be kept; to go on, import it again and start a new training.';
  return new WorkbenchError('not-found', `The data set «${datasetName}» was removed. ${left}`);
}
