import type { MethodMetadata } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';

/**
 * Why a method cannot run with what is installed and what to do about it, null where it can. With `model` the question is
 * about that model, without it about any.
 */
export function whyUnavailable(
  method: MethodMetadata,
  installed: { models: readonly Model[]; promptSets: readonly PromptSet[] },
  model: Model | null,
): string | null {
  if (!method.needsModel) return null;
  const models = model === null ? installed.models : [model];
  if (models.length === 0) {
    return `${method.name} needs a CLIP model and none is installed. Import one under «Models».`;
  }
  if (!method.needsLearnedPrompts) return null;
  const prompts = installed.promptSets.filter((set) => set.methodId === method.id);
  if (prompts.length === 0) {
    const others =
      installed.promptSets.length === 0 ? 'none are installed' : 'those installed are of other methods';
    return `${method.name} needs learned prompts and ${others}. Learn some under «Training», or import a prompt checkpoint of ${method.name} under «Models».`;
  }
  const widths = new Set(models.map((candidate) => candidate.config.text.width));
  if (prompts.some((set) => widths.has(set.textWidth))) return null;
  const needed = [...widths].join(', ');
  const present = [...new Set(prompts.map((set) => set.textWidth))].join(', ');
  const subject = model === null ? 'the installed models need' : `the model «${model.name}» needs`;
  return `The learned prompts of ${method.name} that are installed are for text width ${present}, ${subject} ${needed}. Import prompts that were trained with this model.`;
}
