import { Option, type Command } from 'commander';
import { datasetLayoutSchema } from '../../../src-shared/domain/dataset.ts';
import type { CliActions } from '../cli-actions.ts';
import { shareOfOne } from '../options.ts';
import { importCommand, inspectCommand, type ImportCommandOptions } from './import-command.ts';

type Options = ImportCommandOptions & { readonly dryRun?: boolean };

/** `import FOLDER`. */
export function defineImportCommand(program: Command, { withSession, withPassingSession }: CliActions): void {
  program
    .command('import')
    .description('make a data set of a folder of images, or read its changes')
    .argument('<folder>')
    .addOption(
      new Option('--layout <layout>', 'how the folder is read (default: found out)').choices(
        datasetLayoutSchema.options,
      ),
    )
    .option('--name <name>', "the data set's name (default: the folder's)")
    .option(
      '--cut <probability>',
      'elpv: this defect probability and higher ones are anomalous (default: 0.5)',
      shareOfOne,
    )
    .option('--whole', 'sdd: keep the pictures whole (default: cut in a top and a bottom half)')
    .option('--table <file>', 'the table or annotation file to read, from the folder on (default: found out)')
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
