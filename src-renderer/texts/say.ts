// What lives here: the way from an English sentence of the window to the sentence of the chosen language.
// What may not: sentences of one view (they stand where they are said), state, anything that draws.
import { IntlMessageFormat, type PrimitiveType } from 'intl-messageformat';
import { currentLanguage } from './language.ts';

/** What stands in a sentence's places: `{name}`, `{count, plural, …}`, `{share, number, percent}`. */
export type SentenceValues = Readonly<Record<string, PrimitiveType>>;

const formats = new Map<string, IntlMessageFormat>();

/**
 * An English sentence of the window in the chosen language. The sentence itself is the key of the catalogue and is
 * written in ICU MessageFormat, so that a translator has the whole sentence, with its plurals and the order of its
 * parts: `say('{count, plural, one {# image} other {# images}}', { count })`. It must be a literal: `npm run texts`
 * collects the literals for translators, and a test compares their places with the values given.
 *
 * @throws Error when a place of the sentence has no value (a mistake in the code, found by the test of the texts).
 */
export function say(sentence: string, values?: SentenceValues): string {
  return values ? String(formatOf(sentence).format(values)) : currentLanguage().translate(sentence);
}

/** A sentence that comes from a closed list outside the window (a method's summary), which `npm run texts` knows too. */
export function sayKnown(sentence: string): string {
  return currentLanguage().translate(sentence);
}

/** The parsed sentence in the chosen language; parsed once. */
export function formatOf(sentence: string): IntlMessageFormat {
  const known = formats.get(sentence);
  if (known) return known;
  const { tag, translate } = currentLanguage();
  // Tags stay plain text: a sentence may say «score < 3».
  const format = new IntlMessageFormat(translate(sentence), tag, undefined, { ignoreTag: true });
  formats.set(sentence, format);
  return format;
}
