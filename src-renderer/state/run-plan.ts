import type { MethodParams } from '../../src-shared/contract/methods.ts';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import {
  ownPromptText,
  writtenMethodIds,
  type WrittenMethodId,
} from '../../src-shared/domain/hand-written-prompts.ts';
import { defaultImageSizePx, methodImageSizePx } from '../../src-shared/domain/image-size.ts';
import { methodCatalogue } from '../../src-shared/domain/method-catalogue.ts';
import type { MethodId, MethodInfo, MethodSettings } from '../../src-shared/domain/method.ts';
import { settingsRead } from '../../src-shared/domain/method-settings.ts';
import type { Model, PromptSet } from '../../src-shared/domain/model.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { say } from '../texts/say.ts';
import { draftOf, parseDraft, type PromptDraft } from './prompt-drafts.ts';

export type RunWish = MethodParams<'runs.createMany'>['runs'][number];

/** What was chosen for a run, before it is known which methods it is for. */
export interface StartChoice {
  /** Null: the first. */
  readonly modelId: string | null;
  /** Learned prompts by method; the first that fit where none were picked. */
  readonly promptSetIds: Readonly<Partial<Record<MethodId, number>>>;
  /** Prompt texts that differ from the method's own, as they are typed. */
  readonly drafts: Readonly<Partial<Record<WrittenMethodId, PromptDraft>>>;
  /** Without the prompt text. */
  readonly settings: MethodSettings;
  /** The one class that is looked through; null: all. */
  readonly className: string | null;
}

export const nothingChosen: StartChoice = {
  modelId: null,
  promptSetIds: {},
  drafts: {},
  settings: {},
  className: null,
};

export function isWrittenMethod(id: MethodId): id is WrittenMethodId {
  return writtenMethodIds.some((written) => written === id);
}

/** What a run was made with, to be changed. */
export function choiceOf({ methodId, modelId, promptSetId, settings, className }: Run): StartChoice {
  const { promptText, ...others } = settings;
  return {
    modelId,
    promptSetIds: promptSetId === null ? {} : { [methodId]: promptSetId },
    drafts: promptText === undefined || !isWrittenMethod(methodId) ? {} : { [methodId]: draftOf(promptText) },
    settings: others,
    className: className ?? null,
  };
}

/** Learned prompts with the model that they were learned with, or another that can use them. Core sees to the settings. */
export function choiceOfPrompts(
  { id, methodId, textWidth, provenance }: PromptSet,
  models: readonly Model[],
): StartChoice {
  const own = models.find(({ sha256 }) => sha256 === provenance?.modelSha256);
  const model = own ?? models.find(({ config }) => config.text.width === textWidth);
  return {
    ...nothingChosen,
    modelId: model?.id ?? null,
    promptSetIds: { [methodId]: id },
  };
}

/** The draft of a method's prompt text: as it was typed, else its own. */
export function draftFor(methodId: WrittenMethodId, { drafts }: Pick<StartChoice, 'drafts'>): PromptDraft {
  return drafts[methodId] ?? draftOf(ownPromptText(methodId));
}

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
  readonly choice: Pick<StartChoice, 'promptSetIds' | 'drafts' | 'settings'>;
}

/** One wish a method; null where a prompt text cannot be used as it stands. */
export function runWishes({ methods, model, promptSets, choice }: RunPlan): RunWish[] | null {
  const wishes: RunWish[] = [];
  for (const { id, needsLearnedPrompts } of methods) {
    const draft = isWrittenMethod(id) ? choice.drafts[id] : undefined;
    const promptText = draft === undefined ? undefined : parseDraft(draft).text;
    if (promptText === null) return null;
    const fitting = fittingPrompts(id, promptSets, model);
    const prompts = fitting.find((set) => set.id === choice.promptSetIds[id]) ?? fitting[0];
    wishes.push({
      methodId: id,
      promptSetId: needsLearnedPrompts ? (prompts?.id ?? null) : null,
      settings: settingsRead(id, { ...choice.settings, ...(promptText ? { promptText } : {}) }),
    });
  }
  return wishes;
}

/** Whether a run was made with just what is wished for. */
export function isSameRun(
  run: Run,
  { methodId, promptSetId, settings }: RunWish,
  model: Model | null,
  className: string | null,
): boolean {
  const sha256 = methodCatalogue[methodId].needsModel ? (model?.sha256 ?? null) : null;
  return (
    run.methodId === methodId &&
    run.modelSha256 === sha256 &&
    run.promptSetId === promptSetId &&
    (run.className ?? null) === className &&
    sortedJson(run.settings) === sortedJson(settings)
  );
}

/** The same text for the same values, whatever the order of their fields. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Images that a finished run lacks: those that came after it. */
export function countNewImages(
  run: Pick<Run, 'state' | 'imageCount' | 'scoredCount' | 'failedCount'>,
): number {
  return run.state === 'succeeded' ? Math.max(0, run.imageCount - run.scoredCount - run.failedCount) : 0;
}

/** Images of a data set, or of one class of it. */
export function imagesIn({ classes, imageCount }: Dataset, className: string | null): number {
  if (className === null) return imageCount;
  const counts = classes.find(({ name }) => name === className);
  return counts === undefined ? 0 : counts.good + counts.anomalous + counts.unlabelled;
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
  const names = without.slice(0, 3).join(', ');
  const more = without.length - 3;
  if (without.length === 0) return null;
  if (without.length === 1)
    return say('References are images labelled good, and {names} has none.', { names });
  return more > 0
    ? say('References are images labelled good, and {names} and {more, number} more have none.', {
        names,
        more,
      })
    : say('References are images labelled good, and {names} have none.', { names });
}
