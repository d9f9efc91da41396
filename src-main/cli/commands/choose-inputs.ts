import { stat } from 'node:fs/promises';
import path from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MethodId } from '../../../src-shared/domain/method.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import type { CliSession } from '../cli-session.ts';

/**
 * The named model; the only one that was imported, else the program's own; null where there is none or no method needs
 * one. Throws `needs-choice` where several could be meant, `not-found` for a name that none has.
 */
export async function chooseModel(
  session: CliSession,
  methodIds: readonly MethodId[],
  wanted: string | undefined,
): Promise<Model | null> {
  const needing = methodIds.find((id) => methodCatalogue[id].needsModel);
  if (needing === undefined) return null;
  const { models } = await session.call('models.list', {});
  const imported = models.filter((one) => one.bundled !== true);
  const [only, second] = imported.length > 0 ? imported : models;
  const names = models.map((one) => one.id).join(', ');
  if (wanted === undefined && second !== undefined)
    throw new WorkbenchError(
      'needs-choice',
      `${methodCatalogue[needing].name} needs a model; choose one with --model: ${names}`,
    );
  const chosen = wanted === undefined ? only : models.find((one) => one.id === wanted);
  if (chosen === undefined && wanted !== undefined)
    throw new WorkbenchError(
      'not-found',
      `There is no model «${wanted}». ${names === '' ? 'Add one with: anomaly-workbench models import FILE' : `There are: ${names}`}`,
    );
  if (chosen?.note !== undefined) session.note(`${chosen.id}: ${chosen.note}`);
  return chosen ?? null;
}

/**
 * The prompt sets that `--prompts` names: a file, which is imported unless it was already, a number as an id, or a name. A
 * file that does not fit the model is not kept. Throws `not-found`, `incompatible`, and `needs-choice` for a name that several
 * sets have.
 */
export async function namedPrompts(
  session: CliSession,
  wanted: readonly string[],
  model: Model | null,
): Promise<PromptSet[]> {
  const named: PromptSet[] = [];
  for (const one of wanted) named.push(await namedPromptSet(session, one, model));
  return named;
}

async function namedPromptSet(session: CliSession, wanted: string, model: Model | null): Promise<PromptSet> {
  const { promptSets } = await session.call('prompts.list', {});
  const known = promptSets.find((one) => String(one.id) === wanted);
  if (known !== undefined) return requireFit(known, model);
  const [called, ...others] = promptSets.filter((one) => one.name === wanted);
  if (called !== undefined && others.length > 0)
    throw new WorkbenchError(
      'needs-choice',
      `${others.length + 1} sets of prompts are called «${wanted}»; name one by its number: ${[called, ...others].map(({ id, methodId }) => `${id} (${methodId})`).join(', ')}`,
    );
  if (called !== undefined) return requireFit(called, model);
  const file = path.resolve(wanted);
  if (!(await isFile(file)))
    throw new WorkbenchError('not-found', `${wanted} is neither a file nor one of the imported prompt sets.`);
  // The same file scanned with twice is one prompt set: that is what lets a broken-off scan be gone on with.
  const before = promptSets.findLast((one) => one.sourceFile === file);
  if (before !== undefined) return requireFit(before, model);
  const imported = await session.call('prompts.import', { path: file });
  if (!fits(imported, model)) await session.call('prompts.remove', { promptSetId: imported.id });
  return requireFit(imported, model);
}

/** The prompts of a method, or why there are none and what to do. */
export type PromptChoice =
  | { readonly promptSetId: number | null; readonly reason: null }
  | { readonly promptSetId: null; readonly reason: string };

/**
 * The set named for the method; without one the only one of the user's own that fits the model, else the program's. Null for a method without learned prompts.
 * Throws `needs-choice` where several fit.
 */
export function choosePrompts(
  methodId: MethodId,
  model: Model,
  named: readonly PromptSet[],
  promptSets: readonly PromptSet[],
): PromptChoice {
  const method = methodCatalogue[methodId];
  if (!method.needsLearnedPrompts) return { promptSetId: null, reason: null };
  const ofMethod = (one: PromptSet) => one.methodId === methodId && fits(one, model);
  const namedOnes = named.filter(ofMethod);
  const every = promptSets.filter(ofMethod);
  const own = every.filter((one) => one.bundled !== true);
  const fitting = namedOnes.length > 0 ? namedOnes : own.length > 0 ? own : every;
  const [only, second] = fitting;
  if (second !== undefined)
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs learned prompts; choose with --prompts: ${fitting.map((one) => `${one.id} (${one.name})`).join(', ')}`,
    );
  if (only !== undefined) return { promptSetId: only.id, reason: null };
  return {
    promptSetId: null,
    reason: `${method.name} needs learned prompts, and none that are here fit the model «${model.id}» (text width ${model.config.text.width}). Name a file with --prompts.`,
  };
}

function fits(prompts: PromptSet, model: Model | null): boolean {
  return model === null || prompts.textWidth === model.config.text.width;
}

function requireFit(prompts: PromptSet, model: Model | null): PromptSet {
  if (model === null || fits(prompts, model)) return prompts;
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
