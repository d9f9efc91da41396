import { z } from 'zod';
import { paperLayers } from './attention-defaults.ts';
import type { ClipConfig } from './model.ts';
import {
  trainableMethodNames,
  trainingSettingsRead,
  type TrainableMethodId,
  type TrainingSettingName,
  type TrainingSettings,
  type TrainingWishes,
} from './training.ts';

/** Rows that answer one question belong together. */
export const ablationGroupIdSchema = z.enum([
  'losses',
  'prompts',
  'layers',
  'dpam',
  'state-word',
  'faprompt',
]);
export type AblationGroupId = z.infer<typeof ablationGroupIdSchema>;

/** A row of a table of ablations: what it has otherwise than the base row, and whose question it is. */
export interface AblationRow {
  readonly group: AblationGroupId;
  readonly name: string;
  readonly wishes: TrainingWishes;
  /** The paper that reports it, by methods.md §9. */
  readonly from: string;
}

const anomalyClip = 'AnomalyCLIP (ICLR 2024), methods.md §9';
const faPrompt = 'FAPrompt (ICCV 2025), methods.md §9';

type NamedWishes = readonly [name: string, wishes: TrainingWishes];

function rows(group: AblationGroupId, from: string, named: readonly NamedWishes[]): AblationRow[] {
  return named.map(([name, wishes]) => ({ group, name, wishes, from }));
}

function each<T>(values: readonly T[], row: (value: T) => NamedWishes): NamedWishes[] {
  return values.map(row);
}

/** The last of the paper's layers alone, then more of them, then all; counted in the model's own blocks. */
function layerRows(config: ClipConfig): NamedWishes[] {
  const all = paperLayers(config);
  const last = (count: number): TrainingWishes => ({ layers: all.slice(-count) });
  const more = [
    ['last two layers', last(2)],
    ['last three layers', last(3)],
  ] as const;
  return [
    ['last layer alone', last(1)],
    ...more.filter(([, { layers = [] }]) => layers.length < all.length && layers.length > 1),
    ['all layers', { layers: all }],
  ];
}

/** Every ablation of methods.md §9 that is a setting of a training, in the order of the tables. */
export function ablationRows(config: ClipConfig): readonly AblationRow[] {
  return [
    ...rows('losses', anomalyClip, [
      ['global loss off', { globalLoss: false }],
      ['local loss off', { localLoss: false }],
      ['focal off', { focal: false }],
      ['Dice off', { dice: false }],
    ]),
    ...rows('prompts', anomalyClip, [
      ['object-aware', { objectAware: true }],
      ['«object» for every class', { objectAware: false }],
      ['deep tokens off', { deepBlocks: 0 }],
      ['shared words', { sharedWords: true }],
      ['words of their own', { sharedWords: false }],
      ...each([10, 11, 12, 13, 14, 15, 16], (contextLength) => [`E ${contextLength}`, { contextLength }]),
      // The paper counts the text block with the learned words too: depth 9 is eight blocks with tokens of their own.
      ...each([5, 6, 7, 8, 9, 10, 11], (depth) => [`depth ${depth}`, { deepBlocks: depth - 1 }]),
      ...each([2, 3, 4, 5, 6, 7, 8], (deepLength) => [`length ${deepLength}`, { deepLength }]),
    ]),
    ...rows('layers', anomalyClip, layerRows(config)),
    ...rows('dpam', anomalyClip, [
      ['DPAM off', { dpam: 'off' }],
      ['DPAM qq', { dpam: 'qq' }],
      ['DPAM kk', { dpam: 'kk' }],
      ['DPAM vv', { dpam: 'vv' }],
      ['DPAM qq+kk+vv', { dpam: 'ensemble' }],
    ]),
    ...rows(
      'state-word',
      anomalyClip,
      each(['damaged', 'anomalous', 'flawed', 'defective', 'blemished'], (stateWord) => [
        stateWord,
        { stateWord },
      ]),
    ),
    ...rows('faprompt', faPrompt, [
      ['without CAP', { cap: false }],
      ['without DAP', { dap: false }],
      ['without orthogonal loss', { orthogonalWeight: 0 }],
      ['without prior loss', { priorWeight: 0 }],
      ['prior from the class token', { priorFrom: 'class' }],
      ['best-matched prompt', { fusion: 'best' }],
      ['weighted prompts', { fusion: 'weighted' }],
      ['first patches, as released', { selection: 'released' }],
      ...each([1, 5, 15, 20], (abnormalPrompts) => [`K ${abnormalPrompts}`, { abnormalPrompts }]),
      ...each([1, 5, 15, 20], (priorPatches) => [`k ${priorPatches}`, { priorPatches }]),
    ]),
  ];
}

/** The groups that have a row for the method. */
export function ablationGroupsOf(methodId: TrainableMethodId): readonly AblationGroupId[] {
  const has: Readonly<Record<TrainableMethodId, readonly AblationGroupId[]>> = {
    anomalyclip: ['losses', 'prompts', 'layers', 'dpam', 'state-word'],
    faprompt: ['losses', 'prompts', 'dpam', 'state-word', 'faprompt'],
    coop: ['prompts', 'state-word'],
  };
  return has[methodId];
}

/** Why a row says nothing about the method, whatever the model is; null where it does. */
export function uselessRow(methodId: TrainableMethodId, { wishes }: AblationRow): string | null {
  const name = trainableMethodNames[methodId];
  const read = new Set<string>(trainingSettingsRead[methodId]);
  return Object.keys(wishes).every((setting) => read.has(setting)) ? null : `${name} has no such setting`;
}

/** Settings that do nothing because of others. */
function idleSettings(methodId: TrainableMethodId, settings: TrainingSettings): Set<TrainingSettingName> {
  const { deepBlocks, localLoss, dpam, dap, cap, priorFrom } = settings;
  const idle = new Set<TrainingSettingName>();
  if (deepBlocks === 0) idle.add('deepLength');
  if (!localLoss) idle.add('focal').add('dice').add('localWeight');
  if (dpam === 'off') idle.add('dpamBlocks');
  if (methodId !== 'faprompt') return idle;
  if (!cap) idle.add('abnormalPrompts').add('orthogonalWeight');
  if (!dap) idle.add('priorWeight').add('selection').add('priorFrom').add('priorPatches');
  if (priorFrom === 'class') idle.add('selection').add('priorPatches');
  return idle;
}

/** Whether two trainings on the same images with the same model would come to the same prompts. */
export function learnsTheSame(
  methodId: TrainableMethodId,
  one: TrainingSettings,
  other: TrainingSettings,
): boolean {
  const [idle, idleToo] = [idleSettings(methodId, one), idleSettings(methodId, other)];
  return trainingSettingsRead[methodId].every((name) => {
    if (idle.has(name) && idleToo.has(name)) return true;
    return JSON.stringify(one[name]) === JSON.stringify(other[name]);
  });
}
