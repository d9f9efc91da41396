import type { MethodParams } from '../../src-shared/contract/methods.ts';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { defaultImageSizePx, methodImageSizePx } from '../../src-shared/domain/image-size.ts';
import type { MethodId, MethodInfo, MethodSettings } from '../../src-shared/domain/method.ts';
import { settingsRead } from '../../src-shared/domain/method-settings.ts';
import type { Model, PromptSet } from '../../src-shared/domain/model.ts';

export type RunWish = MethodParams<'runs.createMany'>['runs'][number];

/**
 * The methods that a start would run, in the catalogue's order: those wished for that can run, or before anything was
 * wished for the strongest that can (the catalogue goes from simple to strong).
 */
export function chooseMethods(
  methods: readonly MethodInfo[],
  wanted: readonly MethodId[] | null,
): MethodInfo[] {
  const able = methods.filter(({ unavailable }) => unavailable === null);
  return wanted === null ? able.slice(-1) : able.filter(({ id }) => wanted.includes(id));
}

/** Prompts that a method can use with a model. */
export function fittingPrompts(
  methodId: MethodId,
  promptSets: readonly PromptSet[],
  model: Model | null,
): PromptSet[] {
  return promptSets.filter(
    (set) => set.methodId === methodId && (model === null || set.textWidth === model.config.text.width),
  );
}

interface RunPlan {
  readonly methods: readonly MethodInfo[];
  readonly model: Model | null;
  readonly promptSets: readonly PromptSet[];
  /** Prompts picked for a method; the first that fit where none were. */
  readonly pickedPrompts: Readonly<Partial<Record<MethodId, number>>>;
  readonly settings: MethodSettings;
}

export function runWishes({ methods, model, promptSets, pickedPrompts, settings }: RunPlan): RunWish[] {
  return methods.map(({ id, needsLearnedPrompts }) => {
    const fitting = fittingPrompts(id, promptSets, model);
    const prompts = fitting.find((set) => set.id === pickedPrompts[id]) ?? fitting[0];
    return {
      methodId: id,
      promptSetId: needsLearnedPrompts ? (prompts?.id ?? null) : null,
      settings: settingsRead(id, settings),
    };
  });
}

/** Sides of the image that the methods see where none is set, without doubles, smallest first. */
export function ownSizesPx(methods: readonly MethodInfo[], model: Model): number[] {
  const sizes = methods
    .filter(({ needsModel }) => needsModel)
    .map(({ id }) => methodImageSizePx(id, model.config) ?? defaultImageSizePx(model.config));
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** Why a few-shot method would find no references in a data set; null where each class has a good image. */
export function whyNoReferences({ classes }: Pick<Dataset, 'classes'>): string | null {
  const without = classes.filter(({ good }) => good === 0).map(({ name }) => `«${name}»`);
  if (without.length === 0) return null;
  const named = without.slice(0, 3).join(', ');
  const more = without.length > 3 ? ` and ${without.length - 3} more` : '';
  return `References are images labelled good, and ${named}${more} ${without.length === 1 ? 'has' : 'have'} none.`;
}
