import { pseudoTag, toPseudo } from './pseudo-language.ts';

/** A language of the window: how numbers and dates are written, and what an English sentence is in it. */
export interface Language {
  /** BCP 47 tag that `Intl` knows. */
  readonly tag: string;
  translate(sentence: string): string;
}

const english: Language = { tag: 'en-GB', translate: (sentence) => sentence };

let current = english;

export function currentLanguage(): Language {
  return current;
}

/**
 * Chooses the language by its tag. It must be chosen before any view is loaded: some sentences are read at load time.
 * A tag without a catalogue leaves English; a sentence that the catalogue lacks stays English.
 */
export async function chooseLanguage(tag: unknown): Promise<void> {
  current = await loadLanguage(tag);
}

async function loadLanguage(tag: unknown): Promise<Language> {
  // For those who translate and for the tests: a sentence that escapes `say` is the one that stays readable.
  if (tag === pseudoTag) return { tag: english.tag, translate: toPseudo };
  if (typeof tag !== 'string') return english;
  // Only the window's bundle has the catalogues; scripts and tests that import a view's words stay English.
  const { catalogues } = await import('./catalogues.ts');
  const catalogue = await catalogues[`./languages/${tag}.json`]?.();
  if (!catalogue) return english;
  const sentences = new Map(Object.entries(catalogue));
  return { tag, translate: (sentence) => sentences.get(sentence) || sentence };
}
