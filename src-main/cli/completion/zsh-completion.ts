import type { CommandWords, Value } from './command-tree.ts';
import { completionCases, pathWords, shellWord } from './shell-cases.ts';

/** A word and what it is for, as `_describe` takes them. */
function described(word: string, summary: string): string {
  // «:» parts word and summary, quotes end the string, a backslash escapes.
  return `'${shellWord(word)}:${summary.replaceAll(/['\\:`$]/g, ' ').replaceAll(/\s+/g, ' ')}'`;
}

function offer({ choices, isPath }: Value): string {
  if (choices.length > 0) return `values=(${choices.map((choice) => `'${shellWord(choice)}'`).join(' ')})`;
  return isPath ? 'files=1' : ':';
}

/** Needs `compinit`, which nearly every zsh set-up has run. */
export function zshCompletion(name: string, commands: readonly CommandWords[]): string {
  const helper = `_${name.replaceAll('-', '_')}`;
  const subcommandCases = commands
    .filter(({ subcommands }) => subcommands.length > 0)
    .map(
      (one) =>
        `    '${pathWords(one)}') subcommands=(${one.subcommands.map((child) => described(child.name, child.summary)).join(' ')}) ;;`,
    );
  const optionCases = commands.map(
    (one) =>
      `    '${pathWords(one)}') options=(${one.options.flatMap(({ flags, summary }) => flags.map((flag) => described(flag, summary))).join(' ')}) ;;`,
  );
  const { valueCases, positionalCases } = completionCases(commands, offer);
  return `#compdef ${name}
# Completion of ${name} for zsh. To use it: source <(${name} completion zsh)
${helper}_value() {
  takes='' values=() files=''
  case "$1 $2" in
${valueCases.join('\n')}
  esac
}
${helper}_subcommands() {
  subcommands=()
  case "$1" in
${subcommandCases.join('\n')}
  esac
}
${helper}() {
  local path_='' word takes files
  local -i place=0 k
  local -a subcommands options values
  for ((k = 2; k < CURRENT; k++)); do
    word=\${words[k]}
    if [[ $word == -* ]]; then
      ${helper}_value "$path_" "$word"
      if [[ -n $takes ]]; then
        k+=1
        if ((k == CURRENT)); then
          if [[ -n $files ]]; then _files; elif (( \${#values} )); then compadd -- "\${values[@]}"; fi
          return
        fi
      fi
      continue
    fi
    ${helper}_subcommands "$path_"
    if (( \${subcommands[(I)$word:*]} )); then
      path_="\${path_:+$path_ }$word"
      place=0
    else
      place+=1
    fi
  done
  if [[ \${words[CURRENT]} == -* ]]; then
    options=()
    case "$path_" in
${optionCases.join('\n')}
    esac
    _describe -o option options
    return
  fi
  ${helper}_subcommands "$path_"
  values=() files=''
  case "$path_ $place" in
${positionalCases.join('\n')}
  esac
  if (( \${#subcommands} )); then _describe command subcommands; fi
  if (( \${#values} )); then compadd -- "\${values[@]}"; fi
  if [[ -n $files ]]; then _files; fi
}
compdef ${helper} ${shellWord(name)}
`;
}
