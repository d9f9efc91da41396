import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { MethodId, MethodSettings } from '../../../src-shared/domain/method.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { runSettingsOf } from '../../../src-shared/domain/training.ts';
import type { ComputeParams } from '../../compute/protocol.ts';
import type { Repositories } from '../db/repositories.ts';
import type { StoredPromptSet } from '../db/prompt-sets-repository.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import { storeReferences } from './run-references.ts';

/** What of the library a run wants. */
export interface InputWish {
  readonly methodId: MethodId;
  readonly modelId: string | null;
  readonly promptSetId: number | null;
}

export interface RunInputs {
  readonly model: Model | null;
  readonly prompts: StoredPromptSet | null;
}

/**
 * Model and prompts of a run; what its method does not need is null. Throws `needs-choice`, `not-found` or
 * `incompatible` where the method cannot work with what was chosen.
 */
export function requireInputs(
  { models, promptSets }: Pick<Repositories, 'models' | 'promptSets'>,
  { methodId, modelId, promptSetId }: InputWish,
): RunInputs {
  const method = methodCatalogue[methodId];
  if (!method.needsModel) return { model: null, prompts: null };
  if (modelId === null) {
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs a model. Choose one, or import one first.`,
    );
  }
  const model = models.get(modelId);
  if (model === null) throw new WorkbenchError('not-found', `There is no model «${modelId}».`);
  if (!method.needsLearnedPrompts) return { model, prompts: null };
  if (promptSetId === null) {
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs learned prompts. Choose a set, or import one first.`,
    );
  }
  const prompts = promptSets.get(promptSetId);
  if (prompts === null) {
    throw new WorkbenchError('not-found', `There are no learned prompts ${promptSetId}.`);
  }
  const { textWidth, name } = prompts.promptSet;
  if (prompts.promptSet.methodId !== methodId) {
    throw new WorkbenchError(
      'incompatible',
      `The prompts «${name}» are of ${methodCatalogue[prompts.promptSet.methodId].name}; ${method.name} cannot use them. Choose prompts that were trained with it.`,
    );
  }
  if (textWidth !== model.config.text.width) {
    throw new WorkbenchError(
      'incompatible',
      `The prompts «${name}» are for text width ${textWidth}, the model «${model.name}» has ${model.config.text.width}. Choose prompts that were trained with this model.`,
    );
  }
  return { model, prompts };
}

type OpenParams = ComputeParams<'scan.open'>;

export interface PreparedRun {
  readonly model: OpenParams['model'];
  readonly method: OpenParams['methods'][number];
}

export interface RunInputsOptions {
  readonly repositories: Repositories;
  readonly folders: LibraryFolders;
  /** The data set's folder. */
  readonly root: string;
}

/**
 * What the compute process needs for a run; chooses the references that a few-shot run has none of yet, so call it inside
 * a transaction. Throws what `requireInputs` throws, `not-found` where model or prompts were removed since the run was
 * made, `incompatible` where another model has taken the id, and `unavailable` where a class has too few good images.
 */
export function prepareRun(options: RunInputsOptions, run: Run): PreparedRun {
  const { repositories, folders, root } = options;
  requireStillThere(repositories, run);
  const { model, prompts } = requireInputs(repositories, run);
  requireSameWeights(repositories, run, model);
  const references = storeReferences(repositories, run);
  const regions = repositories.runReferences.regions(
    run.datasetId,
    references.flatMap(({ paths }) => paths),
  );
  return {
    model: model === null ? null : { folder: folders.model(model.id), config: model.config },
    method: {
      methodId: run.methodId,
      promptFile: prompts === null ? null : folders.promptFile(prompts.storedFile),
      settings: { ...trainedSettings(model, prompts), ...run.settings },
      references: references.map(({ className, paths }) => ({
        className,
        images: paths.map((path) => {
          const { filePath = path, crop } = regions.get(path) ?? {};
          return { imagePath: join(root, filePath), ...(crop === undefined ? {} : { crop }) };
        }),
      })),
    },
  };
}

/** How prompts that were learned on this model saw images: the default of runs with them. */
export function trainedSettings(
  model: Pick<Model, 'sha256'> | null,
  prompts: { readonly promptSet: Pick<PromptSet, 'provenance'> } | null,
): MethodSettings {
  const provenance = prompts?.promptSet.provenance;
  if (provenance === undefined || provenance.modelSha256 !== model?.sha256) return {};
  return runSettingsOf(provenance.methodId, provenance.settings);
}

function requireStillThere({ models, promptSets }: Repositories, run: Run): void {
  if (run.modelId !== null && models.get(run.modelId) === null) {
    throw new WorkbenchError(
      'not-found',
      `The model «${run.modelId}» of this run was removed. Import it again under the same name, then resume.`,
    );
  }
  if (run.promptSetId !== null && promptSets.get(run.promptSetId) === null) {
    throw new WorkbenchError(
      'not-found',
      'The learned prompts of this run were removed. Import them again and start a new run.',
    );
  }
}

/** Results of two models in one run would compare what cannot be compared. */
function requireSameWeights({ runs }: Repositories, run: Run, model: Model | null): void {
  const sha256 = model?.sha256 ?? null;
  if (run.modelSha256 === sha256) return;
  const isBegun = run.scoredCount + run.failedCount > 0;
  if (isBegun && run.modelSha256 !== null) {
    throw new WorkbenchError(
      'incompatible',
      `Another model is «${run.modelId ?? ''}» now than the one this run began with. Start a new run.`,
    );
  }
  if (!isBegun) runs.setModelHash(run.id, sha256);
}
