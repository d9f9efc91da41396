import type { MethodParams } from '../../src-shared/contract/methods.ts';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import type { ClipConfig, Model } from '../../src-shared/domain/model.ts';
import {
  defaultTrainingSettings,
  trainableMethodNames,
  trainingSettingsRead,
  trainingWishesSchema,
  type ImageScope,
  type TrainableMethodId,
  type TrainingSettingName,
  type TrainingSettings,
  type TrainingWishes,
} from '../../src-shared/domain/training.ts';
import { attentionNames, optimiserNames } from '../texts/names.ts';
import { say } from '../texts/say.ts';
import { parseLayers } from './parse-layers.ts';

/** What was chosen for a training, as it is typed. */
export interface TrainingChoice {
  readonly methodId: TrainableMethodId;
  /** Null: the first. */
  readonly modelId: string | null;
  /** Null: all. */
  readonly classNames: readonly string[] | null;
  /** Empty: as it is called by itself. */
  readonly name: string;
  readonly drafts: SettingDrafts;
  readonly validation: ImageScope | null;
}

/** Settings that differ from the method's own, as text; of switches `on` or `off`. */
export type SettingDrafts = Readonly<Partial<Record<TrainingSettingName, string>>>;

export const nothingChosenYet: TrainingChoice = {
  methodId: 'anomalyclip',
  modelId: null,
  classNames: null,
  name: '',
  drafts: {},
  validation: null,
};

/** How a setting is asked for. */
export type SettingKind =
  | { readonly kind: 'whole' | 'number' }
  | { readonly kind: 'layers' | 'words' | 'switch' }
  | {
      readonly kind: 'choice';
      readonly options: readonly { readonly value: string; readonly name: string }[];
    };

const whole = { kind: 'whole' } as const;
const number = { kind: 'number' } as const;
const onOff = { kind: 'switch' } as const;

export const settingKinds: Readonly<Record<TrainingSettingName, SettingKind>> = {
  imageSizePx: whole,
  epochs: whole,
  batchSize: whole,
  learningRate: number,
  optimiser: {
    kind: 'choice',
    options: [
      { value: 'adam', name: optimiserNames.adam },
      { value: 'sgd', name: optimiserNames.sgd },
    ],
  },
  schedule: {
    kind: 'choice',
    options: [
      { value: 'constant', name: say('Constant') },
      { value: 'cosine', name: say('Falling as a cosine') },
    ],
  },
  seed: whole,
  contextLength: whole,
  deepBlocks: whole,
  deepLength: whole,
  layers: { kind: 'layers' },
  dpam: {
    kind: 'choice',
    options: [
      { value: 'vv', name: say('V-V (paper)') },
      { value: 'qq', name: attentionNames.qq },
      { value: 'kk', name: attentionNames.kk },
      { value: 'ensemble', name: attentionNames.ensemble },
      { value: 'off', name: say('Off') },
    ],
  },
  dpamBlocks: whole,
  objectAware: onOff,
  stateWord: { kind: 'words' },
  sharedWords: onOff,
  globalLoss: onOff,
  localLoss: onOff,
  focal: onOff,
  dice: onOff,
  localWeight: number,
  abnormalPrompts: whole,
  abnormalWords: whole,
  priorPatches: whole,
  selection: {
    kind: 'choice',
    options: [
      { value: 'paper', name: say('As in the paper') },
      { value: 'released', name: say('As in the released code') },
    ],
  },
  cap: onOff,
  dap: onOff,
  orthogonalWeight: number,
  priorWeight: number,
  priorFrom: {
    kind: 'choice',
    options: [
      { value: 'patches', name: say('Most anomalous patches') },
      { value: 'class', name: say('Class token') },
    ],
  },
  fusion: {
    kind: 'choice',
    options: [
      { value: 'mean', name: say('Mean') },
      { value: 'best', name: say('Greatest') },
      { value: 'weighted', name: say('Weighted') },
    ],
  },
};

/** What is always in sight; the others are folded away. */
export const mainSettings = ['epochs', 'batchSize', 'learningRate', 'seed'] as const;

/** The settings of a method that are folded away, in their order. */
export function foldedSettings(methodId: TrainableMethodId): readonly TrainingSettingName[] {
  return trainingSettingsRead[methodId].filter((name) => !mainSettings.some((main) => main === name));
}

/** A setting as text, as it is typed. */
export function textOfSetting(value: TrainingSettings[TrainingSettingName]): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function valueOf(name: TrainingSettingName, text: string, config: ClipConfig): unknown {
  const { kind } = settingKinds[name];
  switch (kind) {
    case 'switch':
      return text === 'on';
    case 'layers':
      return parseLayers(text, config.vision.layers);
    case 'whole':
    case 'number':
      return text.trim() === '' ? Number.NaN : Number(text);
    case 'words':
    case 'choice':
      return text;
  }
}

/** Whether a model can have what was typed; the core would refuse it, with the same bounds (`plan-training.ts`). */
function fitsModel({ imageSizePx, deepBlocks, dpamBlocks }: TrainingWishes, config: ClipConfig): boolean {
  const { vision, text } = config;
  return (
    (imageSizePx === undefined || imageSizePx % vision.patchSize === 0) &&
    (deepBlocks === undefined || deepBlocks < text.layers) &&
    (dpamBlocks === undefined || dpamBlocks <= vision.layers)
  );
}

/** The settings that were typed, and those of them that are none. */
export interface ParsedSettings {
  readonly wishes: TrainingWishes;
  readonly wrong: readonly TrainingSettingName[];
}

/** Reads what was typed for a method; what only another method reads, and what is as by default, is left out. */
export function parseSettings(
  methodId: TrainableMethodId,
  drafts: SettingDrafts,
  config: ClipConfig,
): ParsedSettings {
  const own = defaultTrainingSettings(methodId, config);
  const wrong: TrainingSettingName[] = [];
  let wishes: TrainingWishes = {};
  for (const name of trainingSettingsRead[methodId]) {
    const text = drafts[name];
    if (text === undefined || text.trim() === textOfSetting(own[name])) continue;
    const parsed = trainingWishesSchema.safeParse({ [name]: valueOf(name, text, config) });
    if (parsed.success && fitsModel(parsed.data, config)) wishes = { ...wishes, ...parsed.data };
    else wrong.push(name);
  }
  return { wishes, wrong };
}

/** What is asked of the core; null where something cannot be used as it stands. */
export function orderOf(
  choice: TrainingChoice,
  dataset: Dataset,
  model: Model | null,
): MethodParams<'trainings.plan'> | null {
  if (model === null || choice.classNames?.length === 0 || choice.validation?.classNames?.length === 0)
    return null;
  const { wishes, wrong } = parseSettings(choice.methodId, choice.drafts, model.config);
  if (wrong.length > 0) return null;
  return {
    methodId: choice.methodId,
    modelId: model.id,
    datasetId: dataset.id,
    classNames: choice.classNames === null ? null : [...choice.classNames],
    settings: wishes,
    validation: choice.validation,
  };
}

/** What a training is called where nobody names it. */
export function usualName(methodId: TrainableMethodId, dataset: Dataset): string {
  return say('{method} learns from {dataset}', {
    method: trainableMethodNames[methodId],
    dataset: dataset.name,
  });
}

/** The classes of a data set that are not among those learned from; `learned` null: all are. */
export function classesLeft(
  { classes }: Pick<Dataset, 'classes'>,
  learned: readonly string[] | null,
): readonly string[] {
  if (learned === null) return [];
  return classes.map(({ name }) => name).filter((name) => !learned.includes(name));
}

/** Labelled images of a data set, or of some classes of it. */
export function labelledIn(
  { classes }: Pick<Dataset, 'classes'>,
  classNames: readonly string[] | null,
): number {
  return classes
    .filter(({ name }) => classNames === null || classNames.includes(name))
    .reduce((sum, { good, anomalous }) => sum + good + anomalous, 0);
}
