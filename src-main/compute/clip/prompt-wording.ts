import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PromptMethodId } from '../../../src-shared/domain/model.ts';
import type { TrainingSettings } from '../../../src-shared/domain/training.ts';

/** How learned words are read: with what they were learned, where a file says it; null: as in the method's paper. */
export interface PromptWording {
  /** Prompts name the class instead of «object». */
  readonly objectAware: boolean | null;
  /** What an abnormal object is called. */
  readonly stateWord: string | null;
  /** FAPrompt: how similarities to its abnormality prompts become one. */
  readonly fusion: TrainingSettings['fusion'] | null;
  /** FAPrompt: what its prior is made of. */
  readonly priorFrom: TrainingSettings['priorFrom'] | null;
  /** FAPrompt: which patches, where it is made of patches; a run may choose otherwise. */
  readonly selection: TrainingSettings['selection'] | null;
}

/** A released file, or one of others, says nothing of it. */
export const paperWording: PromptWording = {
  objectAware: null,
  stateWord: null,
  fusion: null,
  priorFrom: null,
  selection: null,
};

const keys = {
  objectAware: 'object_aware',
  stateWord: 'state_word',
  fusion: 'fusion',
  priorFrom: 'prior_from',
  selection: 'selection',
} as const;
const fusions = ['mean', 'best', 'weighted'] as const;
const priorSources = ['patches', 'class'] as const;
const selections = ['paper', 'released'] as const;
/** As long as the setting may be. */
const maxStateWordLength = 60;

/** As it stands in the metadata of a prompt file: prompts are read as they were learned. */
export function wordingMetadata(
  methodId: PromptMethodId,
  {
    objectAware,
    stateWord,
    fusion,
    priorFrom,
    selection,
  }: Pick<TrainingSettings, keyof PromptWording> | PromptWording,
): Record<string, string> {
  const isFaPrompt = methodId === 'faprompt';
  return {
    ...(objectAware === null ? {} : { [keys.objectAware]: `${objectAware}` }),
    ...(stateWord === null ? {} : { [keys.stateWord]: stateWord }),
    ...(isFaPrompt && fusion !== null ? { [keys.fusion]: fusion } : {}),
    ...(isFaPrompt && priorFrom !== null ? { [keys.priorFrom]: priorFrom } : {}),
    ...(isFaPrompt && selection !== null ? { [keys.selection]: selection } : {}),
  };
}

/**
 * Files come from anywhere, and prompts that are read otherwise than they were learned give wrong numbers without a sign of it:
 * throws `corrupt-file`, naming `file`, for what no training writes.
 */
export function wordingOf(metadata: ReadonlyMap<string, string>, file: string): PromptWording {
  const one = <T extends string>(key: string, known: readonly T[]): T | null => {
    const text = metadata.get(key);
    if (text === undefined) return null;
    const found = known.find((value) => value === text);
    if (found === undefined) throw unreadable(file, key, text, `one of ${known.join(', ')}`);
    return found;
  };
  const aware = one(keys.objectAware, ['true', 'false']);
  const stateWord = metadata.get(keys.stateWord)?.trim();
  if (stateWord !== undefined && (stateWord === '' || stateWord.length > maxStateWordLength))
    throw unreadable(file, keys.stateWord, stateWord, `a word of at most ${maxStateWordLength} letters`);
  return {
    objectAware: aware === null ? null : aware === 'true',
    stateWord: stateWord ?? null,
    fusion: one(keys.fusion, fusions),
    priorFrom: one(keys.priorFrom, priorSources),
    selection: one(keys.selection, selections),
  };
}

function unreadable(file: string, key: string, text: string, needed: string): WorkbenchError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return new WorkbenchError(
    'corrupt-file',
    `${file}: it says of its prompts ${key} = «${shown}» where ${needed} is needed. Export the prompts again with the program that learned them.`,
  );
}
