import { countOf } from '../text/count-of.ts';
import { ownPromptText } from './hand-written-prompts.ts';
import { methodCatalogue } from './method-catalogue.ts';
import type { MethodId, MethodSettings } from './method.ts';
import { isSameText, textMark } from './prompt-text.ts';

export type MethodSettingName = keyof MethodSettings;

const wordsOfPrompts = ['objectName', 'objectNames', 'promptText'] as const;

/** The settings that each method reads. */
const readBy: Readonly<Record<MethodId | 'winclip' | 'faprompt', readonly MethodSettingName[]>> = {
  baseline: ['sigmaPx'],
  clip: ['imageSizePx', ...wordsOfPrompts, 'sigmaPx'],
  'clip-ac': ['imageSizePx', ...wordsOfPrompts, 'sigmaPx'],
  winclip: ['imageSizePx', ...wordsOfPrompts, 'sigmaPx', 'winclipAveraging', 'shots', 'referenceSeed'],
  anomalyclip: ['imageSizePx', 'dpam', 'dpamBlocks', 'layers', 'sigmaPx'],
  faprompt: ['imageSizePx', 'dpam', 'dpamBlocks', 'faPromptSelection', 'sigmaPx'],
  coop: ['imageSizePx', 'objectName', 'objectNames', 'sigmaPx'],
};

export function isSettingRead(methodId: MethodId, setting: MethodSettingName): boolean {
  return readBy[methodId].includes(setting);
}

/**
 * Only what the method reads, so that a run says truly what it was made with and equal runs have equal settings. No shots
 * are the same as none named, and without shots there is nothing to draw; a prompt text that is the method's own is none, and
 * neither are names of no class.
 */
export function settingsRead(methodId: MethodId, settings: MethodSettings): MethodSettings {
  const { shots = 0, referenceSeed, objectNames = {}, promptText, ...others } = settings;
  const own = ownPromptText(methodId);
  const words = {
    ...(Object.keys(objectNames).length === 0 ? {} : { objectNames }),
    ...(promptText === undefined || own === null || isSameText(promptText, own) ? {} : { promptText }),
  };
  const fewShot = shots === 0 ? {} : { shots, ...(referenceSeed === undefined ? {} : { referenceSeed }) };
  return Object.fromEntries(
    Object.entries({ ...others, ...words, ...fewShot }).filter(
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

/** What a run's own prompt text is called in a line: its name, or a mark that tells it from other texts; null: the method's own. */
export function promptTextTitle({ promptText }: Pick<MethodSettings, 'promptText'>): string | null {
  if (promptText === undefined) return null;
  return promptText.name === undefined ? `own prompts ${textMark(promptText)}` : `«${promptText.name}»`;
}
