import { Command } from 'commander';
import type { CliActions } from './cli-actions.ts';
import { defineAblateCommand } from './commands/ablate-command.ts';
import { defineCacheCommands } from './commands/cache-command.ts';
import { defineCompletionCommand } from './commands/completion-command.ts';
import { conformanceCommand, doctorCommand } from './commands/check-commands.ts';
import { demoCommand, type DemoOptions } from './commands/demo-command.ts';
import { defineEvaluateCommand } from './commands/evaluate-command.ts';
import { defineExportCommand, defineReportCommand } from './commands/export-command.ts';
import { defineModelCommands, definePromptCommands } from './commands/define-model-commands.ts';
import { defineImportCommand } from './commands/define-import.ts';
import { listDatasets, removeDataset } from './commands/import-command.ts';
import { defineVerdictCommands } from './commands/verdicts-command.ts';
import { defineScanCommand } from './commands/scan-command.ts';
import { defineTrainCommand } from './commands/train-command.ts';
import { providerOption, threadsOption } from './compute-options.ts';
import { addExamples } from './examples.ts';
import { idArgument, someFolder, wholeNumber } from './options.ts';

/** Every command with its arguments. Commander checks usage; the actions do the work. */
export function createProgram(version: string, actions: CliActions): Command {
  const { withSession, withPassingSession } = actions;
  const program = new Command('anomaly-workbench')
    .description('Zero-shot visual anomaly detection, offline.')
    .version(version)
    .option('--data <dir>', "data folder (default: the system's place for application data)", someFolder)
    .option('--json', 'print one JSON document')
    .addOption(threadsOption())
    .addOption(providerOption())
    .showHelpAfterError('(add --help for all options)');

  defineImportCommand(program, actions);

  const datasets = program.command('datasets').description('list and remove data sets');
  datasets
    .command('list')
    .description('every data set with its id, name and folder')
    .action(() => withSession(listDatasets));
  datasets
    .command('remove')
    .description('forget a data set and its runs; the images are not touched')
    .addArgument(idArgument())
    .option('--cancel-jobs', 'cancel what works on it or waits to, also in other processes (default: refuse)')
    .action((id: number, { cancelJobs = false }: { readonly cancelJobs?: boolean }) =>
      withSession((session) => removeDataset(session, id, cancelJobs)),
    );

  defineScanCommand(program, actions);
  defineEvaluateCommand(program, actions);
  defineTrainCommand(program, actions);
  defineAblateCommand(program, actions);
  defineModelCommands(program, actions);
  definePromptCommands(program, actions);
  defineExportCommand(program, actions);
  defineReportCommand(program, actions);
  defineVerdictCommands(program, actions);
  defineCacheCommands(program, actions);
  program
    .command('demo')
    .description('work through the sample images with every method that can run, and write a report')
    .option('--report <file>', 'the HTML report', 'out/demo/report.html')
    .action((options: DemoOptions) => withPassingSession((session) => demoCommand(session, options)));
  program
    .command('conformance')
    .description('hold this build against a folder of reference numbers')
    .argument('<folder>', 'golden numbers, as a folder of JSON and binary files')
    .action((folder: string) => withSession((session) => conformanceCommand(session, folder)));
  program
    .command('doctor')
    .description('versions, execution providers, data folder, free space')
    .action(() => withSession(doctorCommand));
  program
    .command('serve')
    .description('serve the window to a browser on this machine')
    .option(
      '--port <number>',
      '0 to 65535 (default: one that belongs to the data folder, where it is free)',
      wholeNumber(0, 65_535),
    )
    .action((options: { readonly port?: number }) => actions.serve(options));
  defineCompletionCommand(program, (script) => {
    actions.print({ script }, script);
  });
  addExamples(program);
  return program;
}
