/** Tag of the made-up language; chosen with the setting `window.language`. */
export const pseudoTag = 'en-XA';

const accents = new Map(
  [...'aeiounyAEIOUNY'].map((letter, place) => [letter, [...'áéíóúñýÁÉÍÓÚÑÝ'][place] ?? letter]),
);

/**
 * The sentence with accents, between brackets: what is shown without brackets was never given to `say`. ICU
 * placeholders (`{count, plural, one {# image} other {# images}}`) keep their names; only texts at the outside and in
 * the branches of plurals change.
 */
export function toPseudo(sentence: string): string {
  return `⟦${accented(sentence)}⟧`;
}

function accented(sentence: string): string {
  let depth = 0;
  let result = '';
  for (const character of sentence) {
    if (character === '{') depth++;
    // Odd depths are the insides of an argument, even depths are texts: the outside and the branches.
    if (depth % 2 === 0 && character !== '{' && character !== '}')
      result += accents.get(character) ?? character;
    else result += character;
    if (character === '}') depth--;
  }
  return result;
}
