import type { CommandWords, Value } from './command-tree.ts';
import { shellWord } from './shell-cases.ts';

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function offer(value: Value | null): string {
  if (value === null) return '';
  if (value.choices.length > 0) return ` -r -f -a '${value.choices.map(shellWord).join(' ')}'`;
  return value.isPath ? ' -r -F' : ' -r -f';
}

export function fishCompletion(name: string, commands: readonly CommandWords[]): string {
  const helper = `__${name.replaceAll('-', '_')}_at`;
  const at = ({ path }: CommandWords) => `"${helper} '${path.map(shellWord).join(' ')}'"`;
  const withValue = [
    ...new Set(
      commands.flatMap(({ options }) => options.flatMap(({ flags, value }) => (value === null ? [] : flags))),
    ),
  ];
  const lines = commands.flatMap((one) => [
    ...one.subcommands.map(
      (child) =>
        `complete -c ${name} -f -n ${at(one)} -a ${shellWord(child.name)} -d ${quoted(child.summary)}`,
    ),
    ...one.options.map(({ flags, summary, value }) => {
      const names = flags.map((flag) =>
        flag.startsWith('--') ? `-l ${shellWord(flag.slice(2))}` : `-s ${shellWord(flag.slice(1))}`,
      );
      return `complete -c ${name} -n ${at(one)} ${names.join(' ')}${offer(value)} -d ${quoted(summary)}`;
    }),
    ...(one.positionals.some(({ isPath }) => isPath) ? [`complete -c ${name} -n ${at(one)} -F`] : []),
    ...one.positionals
      .filter(({ choices }) => choices.length > 0)
      .map(({ choices }) => `complete -c ${name} -f -n ${at(one)} -a '${choices.map(shellWord).join(' ')}'`),
  ]);
  const known = commands.map(({ path }) => `'${path.join(' ')}'`).join(' ');
  return `# Completion of ${name} for fish. To use it: ${name} completion fish | source
function ${helper} --description 'Whether the command line is at this command'
    set -l words (commandline -opc)
    set -l path ''
    set -l skip 0
    for word in $words[2..]
        if test $skip -eq 1
            set skip 0
            continue
        end
        if string match -q -- '-*' $word
            contains -- $word ${withValue.map(shellWord).join(' ')}; and set skip 1
            continue
        end
        set -l longer (string trim -- "$path $word")
        contains -- $longer ${known}; and set path $longer
    end
    test "$path" = "$argv[1]"
end
complete -c ${name} -f
${lines.join('\n')}
`;
}
