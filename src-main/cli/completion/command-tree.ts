import type { Command } from 'commander';

/** What may stand in a place of the command line. */
export interface Value {
  /** Empty: anything. */
  readonly choices: readonly string[];
  /** Whether names of files and folders are to be offered. */
  readonly isPath: boolean;
}

export interface OptionWords {
  /** `-V` and `--version`, as many as there are. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** Null for one that takes no value. */
  readonly value: Value | null;
}

export interface CommandWords {
  /** Names from the program on, without the program's own: `['models', 'import']`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  /** Its own and those of the commands above it. */
  readonly options: readonly OptionWords[];
  readonly positionals: readonly Value[];
}

const pathName = /^<?(file|folder|dir|path)\b|\|?(file|folder)\b/;

function valueOf(name: string, choices: readonly string[] | undefined): Value {
  return { choices: choices ?? [], isPath: choices === undefined && pathName.test(name) };
}

function ownOptions(command: Command): OptionWords[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
      summary: option.description,
      value:
        option.required || option.optional
          ? valueOf(/<([^>]*)>|\[([^\]]*)\]/.exec(option.flags)?.[1] ?? '', option.argChoices)
          : null,
    }));
}

/** Every command of a program with all that may follow it, the program itself first. */
export function describeCommands(program: Command): CommandWords[] {
  const found: CommandWords[] = [];
  const visit = (command: Command, path: readonly string[], above: readonly OptionWords[]) => {
    const options = [
      ...ownOptions(command),
      ...above.filter(({ flags }) => !flags.includes('--help') && !flags.includes('--version')),
    ];
    const children = command
      .createHelp()
      .visibleCommands(command)
      .filter((child) => child.name() !== 'help');
    found.push({
      path,
      summary: command.description(),
      subcommands: children.map((child) => ({ name: child.name(), summary: child.description() })),
      options,
      positionals: command.registeredArguments.map((argument) =>
        valueOf(argument.name(), argument.argChoices),
      ),
    });
    for (const child of children) visit(child, [...path, child.name()], options);
  };
  visit(program, [], []);
  return found;
}
