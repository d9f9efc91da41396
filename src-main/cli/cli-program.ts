import { Argument, Command, Option } from 'commander';
import { datasetLayoutSchema } from '../../src-shared/domain/dataset.ts';
import { dpamVariantSchema, methodIdSchema } from '../../src-shared/domain/method.ts';
import { activationSchema } from '../../src-shared/domain/model.ts';
import type { CliSession } from './cli-session.ts';
import { conformanceCommand, doctorCommand } from './commands/check-commands.ts';
import { demoCommand, type DemoOptions } from './commands/demo-command.ts';
import { importCommand, listDatasets, removeDataset, type ImportOptions } from './commands/import-command.ts';
import { importModel, inspectModel, listModels, removeModel } from './commands/models-command.ts';
import { importPrompts, listPrompts, removePrompts } from './commands/prompts-command.ts';
import { scanCommand, type ScanOptions } from './commands/scan-command.ts';
import {
  layerList,
  modelAnswers,
  nonNegativeNumber,
  wholeNumber,
  type ModelAnswerOptions,
} from './options.ts';

/** How the program's actions get what they work with. */
export interface CliActions {
  /** Opens the core for one command and closes it afterwards. */
  withSession(work: (session: CliSession) => Promise<void>): Promise<void>;
  /** The same, on a data folder that is gone afterwards unless the user named one with `--data`. */
  withPassingSession(work: (session: CliSession) => Promise<void>): Promise<void>;
  serve(options: { readonly port?: number }): Promise<void>;
}

type NamedAnswers = ModelAnswerOptions & { readonly name?: string };

/** Every command with its arguments. Commander checks usage; the actions do the work. */
export function createProgram(version: string, actions: CliActions): Command {
  const { withSession, withPassingSession } = actions;
  const program = new Command('anomaly-workbench')
    .description('Zero-shot visual anomaly detection, offline.')
    .version(version)
    .option('--data <dir>', "data folder (default: the system's place for application data)")
    .option('--json', 'print one JSON document')
    .showHelpAfterError('(add --help for all options)');

  program
    .command('import')
    .description('make a data set of a folder of images')
    .argument('<folder>')
    .addOption(layoutOption())
    .option('--name <name>', "the data set's name (default: the folder's)")
    .action((folder: string, options: ImportOptions) =>
      withSession((session) => importCommand(session, folder, options)),
    );

  const datasets = program.command('datasets').description('list and remove data sets');
  datasets.command('list').action(() => withSession(listDatasets));
  datasets
    .command('remove')
    .addArgument(idArgument())
    .action((id: number) => withSession((session) => removeDataset(session, id)));

  program
    .command('scan')
    .description('score every image of a folder or a data set')
    .argument('<folder|dataset>', "a folder, or a data set's id or name")
    .addOption(
      new Option('--method <id>', 'how to score').choices(methodIdSchema.options).makeOptionMandatory(),
    )
    .option('--model <id>', 'the model (default: the only one)')
    .option('--prompts <file|id>', 'learned prompts (default: the only ones)')
    .addOption(layoutOption())
    .option('--name <name>', 'name of the data set if the folder is not one yet')
    .option('--image-size <px>', 'side of the square that the model sees', wholeNumber(1))
    .option('--object-name <words>', "words for the object in prompts (default: the class's name)")
    .addOption(
      new Option('--dpam <variant>', 'attention of the second path').choices(dpamVariantSchema.options),
    )
    .option('--layers <list>', 'blocks whose features make the map, such as 6,12,18,24', layerList)
    .option('--sigma <px>', 'smoothing of the map', nonNegativeNumber)
    .addOption(new Option('--resume', 'go on with an unfinished run, or fail').conflicts('new'))
    .option('--new', 'begin anew although there is an unfinished run')
    .action((wanted: string, options: ScanOptions) =>
      withSession((session) => scanCommand(session, wanted, options)),
    );

  const models = program.command('models').description('list, inspect, import and remove models');
  models.command('list').action(() => withSession(listModels));
  withAnswers(models.command('inspect').argument('<file>')).action(
    (file: string, options: ModelAnswerOptions) =>
      withSession((session) => inspectModel(session, file, modelAnswers(options))),
  );
  withAnswers(models.command('import').argument('<file>'))
    .option('--name <name>')
    .action((file: string, options: NamedAnswers) =>
      withSession((session) => importModel(session, file, options.name, modelAnswers(options))),
    );
  models
    .command('remove')
    .argument('<id>')
    .action((id: string) => withSession((session) => removeModel(session, id)));

  const prompts = program.command('prompts').description('list, import and remove learned prompts');
  prompts.command('list').action(() => withSession(listPrompts));
  prompts
    .command('import')
    .argument('<file>')
    .option('--name <name>')
    .action((file: string, options: { readonly name?: string }) =>
      withSession((session) => importPrompts(session, file, options.name)),
    );
  prompts
    .command('remove')
    .addArgument(idArgument())
    .action((id: number) => withSession((session) => removePrompts(session, id)));

  program
    .command('demo')
    .description('work through the sample images with every method that can run, and write a report')
    .option('--report <file>', 'the HTML report', 'out/demo/report.html')
    .action((options: DemoOptions) => withPassingSession((session) => demoCommand(session, options)));
  program
    .command('conformance')
    .description('hold this build against a folder of reference numbers')
    .argument('<folder>')
    .action((folder: string) => withSession((session) => conformanceCommand(session, folder)));
  program
    .command('doctor')
    .description('versions, execution providers, data folder, free space')
    .action(() => withSession(doctorCommand));
  program
    .command('serve')
    .description('serve the window to a browser on this machine')
    .option('--port <number>', 'default: any free one', wholeNumber(0))
    .action((options: { readonly port?: number }) => actions.serve(options));
  return program;
}

function layoutOption(): Option {
  return new Option('--layout <layout>', 'how the folder is read (default: found out)').choices(
    datasetLayoutSchema.options,
  );
}

function idArgument(): Argument {
  return new Argument('<id>').argParser(wholeNumber(1));
}

function withAnswers(command: Command): Command {
  return command
    .addOption(new Option('--activation <kind>').choices(activationSchema.options))
    .option('--vision-heads <number>', 'attention heads of the vision transformer', wholeNumber(1))
    .option('--text-heads <number>', 'attention heads of the text transformer', wholeNumber(1));
}
