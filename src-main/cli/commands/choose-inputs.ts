import { stat } from 'node:fs/promises';
import path from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MethodId } from '../../../src-shared/domain/method.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import type { CliSession } from '../cli-session.ts';

export interface InputOptions {
  readonly method: MethodId;
  readonly model?: string;
  readonly prompts?: string;
}

/** The named model; the only one that was imported, else the program's own; null for a method that needs none. */
export async function chooseModel(session: CliSession, options: InputOptions): Promise<Model | null> {
  const method = methodCatalogue[options.method];
  if (!method.needsModel) return null;
  const { models } = await session.call('models.list', {});
  const imported = models.filter((one) => one.bundled !== true);
  const [only, second] = imported.length > 0 ? imported : models;
  const names = models.map((one) => one.id).join(', ');
  if (options.model === undefined && second !== undefined)
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs a model; choose one with --model: ${names}`,
    );
  const chosen = options.model === undefined ? only : models.find((one) => one.id === options.model);
  if (chosen === undefined)
    throw only === undefined
      ? new WorkbenchError(
          'needs-choice',
          `${method.name} needs a model and there is none. Add one with: anomaly-workbench models import FILE`,
        )
      : new WorkbenchError('not-found', `There is no model «${options.model ?? ''}». There are: ${names}`);
  if (chosen.note !== undefined) session.note(`${chosen.id}: ${chosen.note}`);
  return chosen;
}

/**
 * A file is imported; a number is an id; anything else a name; without a wish the only set that fits the model. Null for a
 * method without learned prompts. A file that does not fit the model is not kept.
 */
export async function choosePrompts(
  session: CliSession,
  options: InputOptions,
  model: Model | null,
): Promise<number | null> {
  const method = methodCatalogue[options.method];
  if (!method.needsLearnedPrompts || model === null) return null;
  const { promptSets } = await session.call('prompts.list', {});
  const wanted = options.prompts;
  if (wanted === undefined) {
    const fitting = promptSets.filter((one) => fits(one, model));
    const [only, second] = fitting;
    if (only !== undefined && second === undefined) return only.id;
    throw new WorkbenchError(
      'needs-choice',
      only === undefined
        ? `${method.name} needs learned prompts, and none that are here fit the model «${model.id}» (text width ${model.config.text.width}). Name a file with --prompts.`
        : `${method.name} needs learned prompts; choose with --prompts: ${fitting.map((one) => `${one.id} (${one.name})`).join(', ')}`,
    );
  }
  const known = promptSets.find((one) => String(one.id) === wanted || one.name === wanted);
  if (known !== undefined) return requireFit(known, model).id;
  const file = path.resolve(wanted);
  if (!(await isFile(file)))
    throw new WorkbenchError('not-found', `${wanted} is neither a file nor one of the imported prompt sets.`);
  // The same file scanned with twice is one prompt set: that is what lets a broken-off scan be gone on with.
  const before = promptSets.findLast((one) => one.sourceFile === file);
  if (before !== undefined) return requireFit(before, model).id;
  const imported = await session.call('prompts.import', { path: file });
  if (!fits(imported, model)) await session.call('prompts.remove', { promptSetId: imported.id });
  return requireFit(imported, model).id;
}

function fits(prompts: PromptSet, model: Model): boolean {
  return prompts.textWidth === model.config.text.width;
}

function requireFit(prompts: PromptSet, model: Model): PromptSet {
  if (fits(prompts, model)) return prompts;
  throw new WorkbenchError(
    'incompatible',
    `The prompts ${prompts.sourceFile} are for text width ${prompts.textWidth}, the model «${model.id}» has ${model.config.text.width}. Choose prompts that were trained with this model.`,
  );
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
