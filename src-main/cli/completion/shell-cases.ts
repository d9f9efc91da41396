import type { CommandWords, Value } from './command-tree.ts';

/** A word for a shell's single quotes; what a program's own names and choices never hold is refused. */
export function shellWord(word: string): string {
  if (!/^[\w.,:/@%+-]+$/.test(word)) throw new Error(`«${word}» cannot be completed by a shell.`);
  return word;
}

/** The words that lead to a command, as the shells' functions put them together. */
export function pathWords({ path }: CommandWords): string {
  return path.join(' ');
}

/**
 * Branches of a `case` that bash and zsh read alike: for «command --flag» what its value may be, for «command place» what
 * stands there. `offer` says in the shell's own words what is to be offered.
 */
export function completionCases(
  commands: readonly CommandWords[],
  offer: (value: Value) => string,
): { readonly valueCases: readonly string[]; readonly positionalCases: readonly string[] } {
  const valueCases = commands.flatMap((one) =>
    one.options.flatMap(({ flags, value }) =>
      value === null
        ? []
        : [
            `    ${flags.map((flag) => `'${pathWords(one)} ${flag}'`).join('|')}) takes=1; ${offer(value)} ;;`,
          ],
    ),
  );
  const positionalCases = commands.flatMap((one) =>
    one.positionals.map((value, place) => `    '${pathWords(one)} ${place}') ${offer(value)} ;;`),
  );
  return { valueCases, positionalCases };
}
