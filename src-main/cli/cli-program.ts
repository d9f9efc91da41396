import { Argument, Command, Option } from 'commander';
import { datasetLayoutSchema } from '../../src-shared/domain/dataset.ts';
import { dpamVariantSchema, methodIdSchema } from '../../src-shared/domain/method.ts';
import { methodMetadata } from '../../src-shared/domain/method-catalogue.ts';
import { activationSchema } from '../../src-shared/domain/model.ts';
import type { CliSession } from './cli-session.ts';
import { conformanceCommand, doctorCommand } from './commands/check-commands.ts';
import { demoCommand, type DemoOptions } from './commands/demo-command.ts';
import { defineExportCommand, defineReportCommand } from './commands/export-command.ts';
import { importCommand, listDatasets, removeDataset, type ImportOptions } from './commands/import-command.ts';
import { importModel, inspectModel, listModels, removeModel } from './commands/models-command.ts';
import { importPrompts, listPrompts, removePrompts } from './commands/prompts-command.ts';
import { scanCommand, type ScanOptions } from './commands/scan-command.ts';
import {
  layerList,
  modelAnswers,
  numberUpTo,
  uselessSettings,
  wholeNumber,
  wordsUpTo,
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
  datasets
    .command('list')
    .description('every data set with its id, name and folder')
    .action(() => withSession(listDatasets));
  datasets
    .command('remove')
    .description('forget a data set and its runs; the images are not touched')
    .addArgument(idArgument())
    .action((id: number) => withSession((session) => removeDataset(session, id)));

  program
    .command('scan')
    .description('score every image of a folder or a data set')
    .argument('<folder|dataset>', "a folder, or a data set's id or name")
    .addOption(
      new Option('--method <id>', 'how to score').choices(methodIdSchema.options).makeOptionMandatory(),
    )
    .option(
      '--model <id>',
      'the model (default: the only one imported, else the one that comes with the program)',
    )
    .option('--prompts <file|id>', 'learned prompts (default: the only ones that fit the model)')
    .addOption(layoutOption())
    .option('--name <name>', 'name of the data set if the folder is not one yet')
    .option(
      '--image-size <px>',
      'side of the square that the model sees, 16 to 2048 (default: 1.54 times what it was trained at, at most 518, unless it says another)',
      wholeNumber(16, 2048),
    )
    .option(
      '--object-name <words>',
      "words for the object in prompts (default: the class's name)",
      wordsUpTo(200),
    )
    .addOption(
      new Option(
        '--dpam <variant>',
        'attention of the second path: values, queries or keys (default: vv)',
      ).choices(dpamVariantSchema.options),
    )
    .option(
      '--layers <list>',
      'blocks whose features make the map, counted from 1, such as 6,12,18,24 (default: the last)',
      layerList,
    )
    .option(
      '--sigma <px>',
      'smoothing of the map, 0 to 64 (default: 4 for anomalyclip, else 0)',
      numberUpTo(64),
    )
    .addOption(new Option('--resume', 'go on with an unfinished run, or fail').conflicts('new'))
    .option('--new', 'begin anew although there is an unfinished run')
    .addHelpText('after', `\nMethods:\n${describeMethods()}`)
    .action((wanted: string, options: ScanOptions, command: Command) => {
      const useless = uselessSettings(options);
      if (useless !== null) command.error(`error: ${useless}`);
      return withSession((session) => scanCommand(session, wanted, options));
    });

  const models = program.command('models').description('list, inspect, import and remove models');
  models
    .command('list')
    .description('every model with its id and size')
    .action(() => withSession(listModels));
  withAnswers(
    models
      .command('inspect')
      .description('what is understood of a checkpoint, and what it leaves open; stores nothing')
      .argument('<file>', checkpointHelp),
  ).action((file: string, options: ModelAnswerOptions) =>
    withSession((session) => inspectModel(session, file, modelAnswers(options))),
  );
  withAnswers(
    models
      .command('import')
      .description('add a CLIP checkpoint to the library')
      .argument('<file>', checkpointHelp),
  )
    .option('--name <name>', "the model's name (default: the file's)")
    .action((file: string, options: NamedAnswers) =>
      withSession((session) => importModel(session, file, options.name, modelAnswers(options))),
    );
  models
    .command('remove')
    .description('delete a model; results of runs made with it stay')
    .argument('<id>', 'as «models list» shows it')
    .action((id: string) => withSession((session) => removeModel(session, id)));

  const prompts = program.command('prompts').description('list, import and remove learned prompts');
  prompts
    .command('list')
    .description('every set of learned prompts with its id')
    .action(() => withSession(listPrompts));
  prompts
    .command('import')
    .description('add learned prompts to the library')
    .argument('<file>', 'a released AnomalyCLIP .pth, or safetensors with the same names')
    .option('--name <name>', "the set's name (default: the file's)")
    .action((file: string, options: { readonly name?: string }) =>
      withSession((session) => importPrompts(session, file, options.name)),
    );
  prompts
    .command('remove')
    .description('delete learned prompts; results of runs made with them stay')
    .addArgument(idArgument())
    .action((id: number) => withSession((session) => removePrompts(session, id)));

  defineExportCommand(program, actions);
  defineReportCommand(program, actions);
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
    .option('--port <number>', '0 to 65535 (default: any free one)', wholeNumber(0, 65_535))
    .action((options: { readonly port?: number }) => actions.serve(options));
  return program;
}

const checkpointHelp = 'a checkpoint, or a folder with model.safetensors and config.json';

function describeMethods(): string {
  const rows = methodMetadata.map(({ id, summary, needsModel, needsLearnedPrompts }) => [
    `  ${id}`,
    summary + (needsLearnedPrompts ? ' Needs a model and prompts.' : needsModel ? ' Needs a model.' : ''),
  ]);
  return rows.map(([id = '', summary = '']) => `${id.padEnd(15)}${summary}\n`).join('');
}

function layoutOption(): Option {
  return new Option('--layout <layout>', 'how the folder is read (default: found out)').choices(
    datasetLayoutSchema.options,
  );
}

function idArgument(): Argument {
  return new Argument('<id>', 'its number, as «list» shows it').argParser(wholeNumber(1));
}

function withAnswers(command: Command): Command {
  return command
    .addOption(
      new Option('--activation <kind>', 'of the MLPs, where the checkpoint does not say').choices(
        activationSchema.options,
      ),
    )
    .option('--vision-heads <number>', 'attention heads of the vision transformer', wholeNumber(1))
    .option('--text-heads <number>', 'attention heads of the text transformer', wholeNumber(1));
}
