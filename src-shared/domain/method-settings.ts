import { countOf } from '../text/count-of.ts';
import { methodCatalogue } from './method-catalogue.ts';
import type { MethodId, MethodSettings } from './method.ts';

export type MethodSettingName = keyof MethodSettings;

/** The settings that each method reads. */
const readBy: Readonly<Record<MethodId | 'winclip' | 'faprompt', readonly MethodSettingName[]>> = {
  baseline: ['sigmaPx'],
  clip: ['imageSizePx', 'objectName', 'sigmaPx'],
  'clip-ac': ['imageSizePx', 'objectName', 'sigmaPx'],
  winclip: ['imageSizePx', 'objectName', 'sigmaPx', 'winclipAveraging', 'shots', 'referenceSeed'],
  anomalyclip: ['imageSizePx', 'dpam', 'dpamBlocks', 'layers', 'sigmaPx'],
  faprompt: ['imageSizePx', 'dpam', 'dpamBlocks', 'faPromptSelection', 'sigmaPx'],
};

export function isSettingRead(methodId: MethodId, setting: MethodSettingName): boolean {
  return readBy[methodId].includes(setting);
}

/**
 * Only what the method reads, so that a run says truly what it was made with and equal runs have equal settings. No shots
 * are the same as none named, and without shots there is nothing to draw.
 */
export function settingsRead(methodId: MethodId, settings: MethodSettings): MethodSettings {
  const { shots = 0, referenceSeed, ...others } = settings;
  const fewShot = shots === 0 ? {} : { shots, ...(referenceSeed === undefined ? {} : { referenceSeed }) };
  return Object.fromEntries(
    Object.entries({ ...others, ...fewShot }).filter(
      ([name, value]) => value !== undefined && readBy[methodId].includes(name as MethodSettingName),
    ),
  );
}

/** Tells the methods of one evaluation apart: `winclip`, with four references `winclip+4`. */
export function methodKey(methodId: MethodId, { shots = 0 }: MethodSettings): string {
  return shots === 0 ? methodId : `${methodId}+${shots}`;
}

/** The same for people: `WinCLIP`, `WinCLIP with 4 references`. */
export function methodTitle(methodId: MethodId, { shots = 0 }: MethodSettings): string {
  const { name } = methodCatalogue[methodId];
  return shots === 0 ? name : `${name} with ${countOf(shots, 'reference')}`;
}
