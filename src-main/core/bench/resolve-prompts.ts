import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { ownPromptText } from '../../../src-shared/domain/hand-written-prompts.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { BenchPrompts, BenchWish } from '../../../src-shared/domain/prompt-bench.ts';
import type { ComputeParams } from '../../compute/protocol.ts';
import type { Repositories } from '../db/repositories.ts';
import type { LibraryFolders } from '../library/library-folders.ts';
import { requireInputs } from '../scans/run-inputs.ts';

/** Learned prompts of one epoch of a training, as a safetensors file. */
export interface CheckpointPrompts {
  readonly methodId: string;
  readonly textWidth: number;
  readonly file: string;
}

export type CheckpointPromptsOf = (trainingId: number, epoch: number) => CheckpointPrompts | null;

export type ResolvedPrompts = Pick<ComputeParams<'bench.score'>, 'text' | 'promptFile'>;

/** The model of a bench. Throws `unsupported` for a method without prompts and for references, `not-found` for an unknown model. */
export function requireBenchMethod(
  { models }: Pick<Repositories, 'models'>,
  { methodId, modelId, settings }: BenchWish,
): Model {
  const { name, needsModel } = methodCatalogue[methodId];
  if (!needsModel)
    throw new WorkbenchError('unsupported', `${name} reads no prompts. Choose another method.`);
  if (settings.shots)
    throw new WorkbenchError(
      'unsupported',
      'A bench for prompts shows no reference images. Choose 0 references.',
    );
  const model = models.get(modelId);
  if (model === null) throw new WorkbenchError('not-found', `There is no model «${modelId}».`);
  return model;
}

export interface ResolveOptions {
  readonly repositories: Repositories;
  readonly folders: LibraryFolders;
  readonly wish: BenchWish;
  readonly model: Model;
  readonly checkpointPrompts: CheckpointPromptsOf;
}

/** What the compute process has to read. Throws `incompatible`, `needs-choice` or `not-found` where the method cannot use it. */
export function resolvePrompts(options: ResolveOptions, prompts: BenchPrompts): ResolvedPrompts {
  const { repositories, folders, wish, model } = options;
  const { methodId, modelId } = wish;
  const { name, needsLearnedPrompts } = methodCatalogue[methodId];
  if (prompts !== null && 'trainingId' in prompts) return ofCheckpoint(options, prompts);
  if (prompts !== null && 'text' in prompts) {
    if (ownPromptText(methodId) === null)
      throw new WorkbenchError('incompatible', `${name} reads learned prompts, not words. Choose a set.`);
    return { text: prompts.text, promptFile: null };
  }
  if (prompts !== null && !needsLearnedPrompts)
    throw new WorkbenchError('incompatible', `${name} reads words, not learned prompts. Write some.`);
  const promptSetId = prompts?.promptSetId ?? null;
  const inputs = requireInputs(repositories, { methodId, modelId, promptSetId });
  if (inputs.model?.sha256 !== model.sha256)
    throw new WorkbenchError(
      'incompatible',
      `Another model is «${modelId}» now than when this bench was opened. Open it again.`,
    );
  const file = inputs.prompts?.storedFile;
  return { text: null, promptFile: file === undefined ? null : folders.promptFile(file) };
}

function ofCheckpoint(
  { wish, model, checkpointPrompts }: ResolveOptions,
  { trainingId, epoch }: { readonly trainingId: number; readonly epoch: number },
): ResolvedPrompts {
  const { name } = methodCatalogue[wish.methodId];
  const found = checkpointPrompts(trainingId, epoch);
  if (found === null)
    throw new WorkbenchError('not-found', `The training ${trainingId} has no prompts of epoch ${epoch}.`);
  if (found.methodId !== wish.methodId)
    throw new WorkbenchError(
      'incompatible',
      `This training made prompts of another method than ${name}. Open the bench with that method.`,
    );
  if (found.textWidth !== model.config.text.width)
    throw new WorkbenchError(
      'incompatible',
      `The prompts of this training are for text width ${found.textWidth}, the model «${model.name}» has ${model.config.text.width}. Choose the model that they were trained with.`,
    );
  return { text: null, promptFile: found.file };
}
