import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash-completion.ts';
import { describeCommands, type CommandWords } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish-completion.ts';
import { zshCompletion } from '../completion/zsh-completion.ts';

const shells = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Record<string, (name: string, commands: readonly CommandWords[]) => string>;
type Shell = keyof typeof shells;

/** `completion SHELL`: made of the program's own commands, so that it never lags behind them. Define it last. */
export function defineCompletionCommand(program: Command, write: (script: string) => void): void {
  program
    .command('completion')
    .description('print what teaches a shell to complete commands, options and their values')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
To use it at once, and in every shell to come:
  bash  source <(anomaly-workbench completion bash)       and that line into ~/.bashrc
  zsh   source <(anomaly-workbench completion zsh)        and that line into ~/.zshrc, after compinit
  fish  anomaly-workbench completion fish > ~/.config/fish/completions/anomaly-workbench.fish
`,
    )
    .action((shell: Shell) => {
      write(shells[shell](program.name(), describeCommands(program)));
    });
}
