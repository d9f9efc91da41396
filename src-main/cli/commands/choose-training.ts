import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodIdSchema } from '../../../src-shared/domain/method.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import {
  trainableMethodNames,
  type ImageScope,
  type TrainableMethodId,
} from '../../../src-shared/domain/training.ts';
import type { CliSession } from '../cli-session.ts';
import { chooseModel } from './choose-inputs.ts';
import { findDataset } from './find-dataset.ts';

/** The set that is named, or some of its classes. Throws as `findDataset` does. */
export async function findScope(
  session: CliSession,
  wanted: string,
  classNames: readonly string[] | undefined,
): Promise<ImageScope> {
  const { dataset } = await findDataset(session, wanted, {}, { looksAgain: false });
  return { datasetId: dataset.id, classNames: classNames ?? null };
}

/** The model to learn with. Throws as `chooseModel` does, and `needs-choice` where there is none. */
export async function chooseModelOf(
  session: CliSession,
  methodId: TrainableMethodId,
  wanted: string | undefined,
): Promise<Model> {
  // Any method that needs a model: which one it is only matters to the words of an error.
  const model = await chooseModel(session, [methodIdSchema.catch('anomalyclip').parse(methodId)], wanted);
  if (model === null)
    throw new WorkbenchError(
      'needs-choice',
      `${trainableMethodNames[methodId]} needs a model. Add one with: anomaly-workbench models import FILE`,
    );
  return model;
}
