import type { CommandWords, Value } from './command-tree.ts';
import { completionCases, pathWords, shellWord } from './shell-cases.ts';

function words(list: readonly string[]): string {
  return `'${list.map(shellWord).join(' ')}'`;
}

/** What bash is to offer for a value: choices, `-f` for files, or nothing. */
function offer({ choices, isPath }: Value): string {
  if (choices.length > 0) return `values=${words(choices)}`;
  return isPath ? 'files=1' : ':';
}

/** Names of the functions' variables are local; nothing but bash itself is needed (no bash-completion package). */
export function bashCompletion(name: string, commands: readonly CommandWords[]): string {
  const subcommandCases = commands
    .filter(({ subcommands }) => subcommands.length > 0)
    .map(
      (one) => `    '${pathWords(one)}') subcommands=${words(one.subcommands.map((child) => child.name))} ;;`,
    );
  const optionCases = commands.map(
    (one) => `    '${pathWords(one)}') options=${words(one.options.flatMap(({ flags }) => flags))} ;;`,
  );
  const { valueCases, positionalCases } = completionCases(commands, offer);
  const helper = `_${name.replaceAll('-', '_')}`;
  return `# Completion of ${name} for bash. To use it: source <(${name} completion bash)
${helper}_value() {
  takes='' values='' files=''
  case "$1 $2" in
${valueCases.join('\n')}
  esac
}
${helper}() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' place=0 subcommands options takes values files word next
  local -i k
  for ((k = 1; k < COMP_CWORD; k++)); do
    word=\${COMP_WORDS[k]}
    if [[ $word == -* ]]; then
      ${helper}_value "$path" "$word"
      if [[ -n $takes ]]; then
        k+=1
        if ((k == COMP_CWORD)); then
          ${helper}_offer "$values" "$files"
          return
        fi
      fi
      continue
    fi
    subcommands=''
    case "$path" in
${subcommandCases.join('\n')}
    esac
    if [[ " $subcommands " == *" $word "* ]]; then
      path="\${path:+$path }$word"
      place=0
    else
      place=$((place + 1))
    fi
  done
  if [[ $current == -* ]]; then
    options=''
    case "$path" in
${optionCases.join('\n')}
    esac
    ${helper}_offer "$options" ''
    return
  fi
  subcommands='' values='' files=''
  case "$path" in
${subcommandCases.join('\n')}
  esac
  case "$path $place" in
${positionalCases.join('\n')}
  esac
  ${helper}_offer "$subcommands $values" "$files"
}
${helper}_offer() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$1" -- "$current")
  if [[ -n $2 ]]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F ${helper} ${shellWord(name)}
`;
}
