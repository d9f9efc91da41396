import { Argument, Option, type Command } from 'commander';
import { activationSchema } from '../../../src-shared/domain/model.ts';
import type { CliActions } from '../cli-actions.ts';
import { idArgument, modelAnswers, wholeNumber, wordsUpTo, type ModelAnswerOptions } from '../options.ts';
import { discardCommand, downloadCommand, listCatalogue } from './download-command.ts';
import {
  importModel,
  inspectModel,
  listModels,
  removeModel,
  renameModel,
  showModel,
} from './models-command.ts';
import {
  exportPrompts,
  importPrompts,
  listPrompts,
  removePrompts,
  renamePrompts,
  type PromptExportOptions,
} from './prompts-command.ts';

type NamedAnswers = ModelAnswerOptions & { readonly name?: string };

const checkpointHelp = 'a checkpoint, or a folder with model.safetensors and config.json';

/** `models …`: what is in the library, and what can be had. */
export function defineModelCommands(program: Command, { withSession }: CliActions): void {
  const models = program
    .command('models')
    .description('list, show, fetch, inspect, import, rename and remove models');
  models
    .command('list')
    .description('every model with its id and what it takes on the disk')
    .action(() => withSession(listModels));
  models
    .command('show')
    .description('all that is known of a model')
    .addArgument(modelArgument())
    .action((id: string) => withSession((session) => showModel(session, id)));
  models
    .command('catalogue')
    .description('public checkpoints that can be fetched, with size, licence and what they are good for')
    .action(() => withSession(listCatalogue));
  models
    .command('download')
    .description('fetch a public checkpoint or prompts from the publisher, check and import them')
    .argument('<name>', 'as «models catalogue» shows it')
    .option('--keep', 'keep the file in the data folder after the import')
    .addHelpText(
      'after',
      '\nThe only command that uses a network. Broken off, the same command goes on where it stopped. HTTPS_PROXY and NO_PROXY are heeded.\n',
    )
    .action((name: string, options: { readonly keep?: boolean }) =>
      withSession((session) => downloadCommand(session, name, options)),
    );
  models
    .command('discard')
    .description('delete what was fetched and not imported, or kept')
    .argument('<name>', 'as «models catalogue» shows it')
    .action((name: string) => withSession((session) => discardCommand(session, name)));
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
    .command('rename')
    .description('give a model another name; its id and its runs stay')
    .addArgument(modelArgument())
    .argument('<name>', '1 to 80 characters', wordsUpTo(80))
    .action((id: string, name: string) => withSession((session) => renameModel(session, id, name)));
  models
    .command('remove')
    .description('delete a model; results of runs made with it stay')
    .addArgument(modelArgument())
    .action((id: string) => withSession((session) => removeModel(session, id)));
}

/** `prompts …`: learned prompts. */
export function definePromptCommands(program: Command, { withSession }: CliActions): void {
  const prompts = program
    .command('prompts')
    .description('list, import, export, rename and remove learned prompts');
  prompts
    .command('list')
    .description('every set of learned prompts with its id')
    .action(() => withSession(listPrompts));
  prompts
    .command('import')
    .description('add learned prompts to the library')
    .argument('<file>', 'a released .pth, or safetensors with the same names')
    .option('--name <name>', "the set's name (default: the file's)")
    .action((file: string, options: { readonly name?: string }) =>
      withSession((session) => importPrompts(session, file, options.name)),
    );
  prompts
    .command('export')
    .description('write learned prompts to a file for other programs')
    .addArgument(idArgument())
    .argument('<file>', 'where to')
    .addOption(
      new Option('--format <format>', 'torch is what the released code reads')
        .choices(['safetensors', 'torch'])
        .default('safetensors'),
    )
    .option('--overwrite', 'replace the file where it is there')
    .action((id: number, file: string, options: PromptExportOptions) =>
      withSession((session) => exportPrompts(session, id, file, options)),
    );
  prompts
    .command('rename')
    .description('give learned prompts another name; their number and their runs stay')
    .addArgument(idArgument())
    .argument('<name>', '1 to 80 characters', wordsUpTo(80))
    .action((id: number, name: string) => withSession((session) => renamePrompts(session, id, name)));
  prompts
    .command('remove')
    .description('delete learned prompts; results of runs made with them stay')
    .addArgument(idArgument())
    .action((id: number) => withSession((session) => removePrompts(session, id)));
}

function modelArgument(): Argument {
  return new Argument('<id>', 'as «models list» shows it');
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
