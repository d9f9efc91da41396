import { Option, type Command } from 'commander';
import type { CliActions } from '../cli-actions.ts';
import { withFolderOptions } from './folder-options.ts';
import { importCommand, inspectCommand, type ImportCommandOptions } from './import-command.ts';

type Options = ImportCommandOptions & { readonly dryRun?: boolean };

/** `import FOLDER`. */
export function defineImportCommand(program: Command, { withSession, withPassingSession }: CliActions): void {
  withFolderOptions(
    program
      .command('import')
      .description('make a data set of a folder of images, or read its changes')
      .argument('<folder>'),
  )
    .addOption(
      new Option('--dry-run', 'show what would be imported, and store nothing').conflicts(['watch', 'name']),
    )
    .option('--watch', 'go on reading what changes in the folder until Ctrl+C')
    .action((folder: string, { dryRun, ...options }: Options) =>
      dryRun === true
        ? withPassingSession((session) => inspectCommand(session, folder, options))
        : withSession((session) => importCommand(session, folder, options)),
    );
}
