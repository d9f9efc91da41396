import type { TrainingSettings } from '../../../src-shared/domain/training.ts';

/** What learned words stand before, where a file says it; null: as in the method's paper. */
export interface PromptWording {
  /** Prompts name the class instead of «object». */
  readonly objectAware: boolean | null;
  /** What an abnormal object is called. */
  readonly stateWord: string | null;
}

export const paperWording: PromptWording = { objectAware: null, stateWord: null };

const keys = { objectAware: 'object_aware', stateWord: 'state_word' } as const;

/** As it stands in the metadata of a prompt file: prompts are read with the words that they were learned with. */
export function wordingMetadata({
  objectAware,
  stateWord,
}: Pick<TrainingSettings, keyof PromptWording> | PromptWording): Record<string, string> {
  return {
    ...(objectAware === null ? {} : { [keys.objectAware]: `${objectAware}` }),
    ...(stateWord === null ? {} : { [keys.stateWord]: stateWord }),
  };
}

export function wordingOf(metadata: ReadonlyMap<string, string>): PromptWording {
  const aware = metadata.get(keys.objectAware);
  const stateWord = metadata.get(keys.stateWord)?.trim() ?? '';
  return {
    objectAware: aware === 'true' || aware === 'false' ? aware === 'true' : null,
    // Files come from anywhere: a sentence is no word.
    stateWord: stateWord === '' || stateWord.length > 60 ? null : stateWord,
  };
}
