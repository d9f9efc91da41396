import { InvalidArgumentError, Option, type Command } from 'commander';
import { dpamVariantSchema } from '../../../src-shared/domain/method.ts';
import {
  trainableMethodNames,
  trainingSettingsRead,
  trainingWishesSchema,
  type TrainableMethodId,
  type TrainingSettingName,
  type TrainingWishes,
} from '../../../src-shared/domain/training.ts';
import { layerList, numberUpTo, wholeNumber, wordsUpTo } from '../options.ts';

/** Every setting as Commander hands it over: what was not said is absent, or true where only its absence can be said. */
export type SettingOptions = Readonly<Record<string, unknown>>;

interface SettingOption {
  readonly setting: TrainingSettingName;
  readonly option: Option;
}

function above0(text: string): number {
  const value = numberUpTo(10)(text);
  if (value === 0) throw new InvalidArgumentError('It must be above 0.');
  return value;
}

function valued(
  setting: TrainingSettingName,
  flags: string,
  description: string,
  read: (text: string) => unknown,
): SettingOption {
  return { setting, option: new Option(flags, description).argParser(read) };
}

function chosen(
  setting: TrainingSettingName,
  flags: string,
  description: string,
  choices: readonly string[],
): SettingOption {
  return { setting, option: new Option(flags, description).choices(choices) };
}

function switched(setting: TrainingSettingName, flags: string, description: string): SettingOption {
  return { setting, option: new Option(flags, description) };
}

const weight = numberUpTo(1000);

/** The defaults that the texts name are the papers', for ViT-L/14@336; other models get the same proportions. */
const settingOptions: readonly SettingOption[] = [
  valued(
    'epochs',
    '--epochs <number>',
    'times every image is seen (default: 15; faprompt 10, coop 50)',
    wholeNumber(1, 1000),
  ),
  valued(
    'batchSize',
    '--batch <number>',
    'images of a step, 1 to 64 (default: 8; coop 32)',
    wholeNumber(1, 64),
  ),
  valued('learningRate', '--lr <rate>', 'learning rate (default: 0.001; coop 0.002)', above0),
  chosen('optimiser', '--optimiser <name>', 'default: adam; coop sgd', ['adam', 'sgd']),
  chosen('schedule', '--schedule <name>', 'of the learning rate (default: constant; coop cosine)', [
    'constant',
    'cosine',
  ]),
  valued(
    'seed',
    '--seed <number>',
    'draws first values and order (default: 111)',
    wholeNumber(0, 0xffff_ffff),
  ),
  valued(
    'imageSizePx',
    '--image-size <px>',
    'side of the square that the model sees, 16 to 2048',
    wholeNumber(16, 2048),
  ),
  valued(
    'contextLength',
    '--context-length <number>',
    'learnable words of a prompt (default: 12; faprompt 5, coop 16)',
    wholeNumber(1, 64),
  ),
  valued(
    'deepBlocks',
    '--deep-blocks <number>',
    'text blocks with learnable tokens of their own, 0: none (default: 8 of 12)',
    wholeNumber(0, 64),
  ),
  valued('deepLength', '--deep-length <number>', 'tokens of such a block (default: 4)', wholeNumber(1, 32)),
  valued(
    'layers',
    '--layers <list>',
    'blocks whose patches are learned from, such as 6,12,18,24 (anomalyclip; faprompt reads the last)',
    layerList,
  ),
  chosen('dpam', '--dpam <variant>', 'attention of the second path (default: vv)', [
    ...dpamVariantSchema.options,
    'off',
  ]),
  valued(
    'dpamBlocks',
    '--dpam-blocks <number>',
    'blocks, from the last, that have it (default: 19 of 24)',
    wholeNumber(1, 256),
  ),
  switched('objectAware', '--object-aware', 'prompts name the class'),
  switched(
    'objectAware',
    '--no-object-aware',
    'prompts say «object» for every class (default; coop names the class)',
  ),
  valued(
    'stateWord',
    '--state-word <word>',
    'of abnormal prompts (default: damaged; coop anomalous)',
    wordsUpTo(60),
  ),
  switched(
    'sharedWords',
    '--shared-words',
    'normal and abnormal prompt learn the same words (default of coop)',
  ),
  switched(
    'sharedWords',
    '--no-shared-words',
    'each prompt learns words of its own (default of anomalyclip)',
  ),
  switched('globalLoss', '--no-global-loss', 'learn without the image loss'),
  switched('localLoss', '--no-local-loss', 'learn without the pixel losses'),
  switched('focal', '--no-focal', 'pixel losses without the focal one'),
  switched('dice', '--no-dice', 'pixel losses without the Dice one'),
  valued(
    'localWeight',
    '--local-weight <number>',
    'weight of the pixel losses (default: 4; faprompt 1)',
    weight,
  ),
  valued('abnormalPrompts', '--abnormal-prompts <number>', 'K of faprompt (default: 10)', wholeNumber(1, 64)),
  valued(
    'abnormalWords',
    '--abnormal-words <number>',
    'words that each of them has for itself (default: 2)',
    wholeNumber(1, 32),
  ),
  valued(
    'priorPatches',
    '--prior-patches <number>',
    'k of faprompt: patches that its prior is made of (default: 10)',
    wholeNumber(1, 64),
  ),
  chosen(
    'selection',
    '--selection <kind>',
    'those patches: the most abnormal, or the first as in the released code (default: paper)',
    ['paper', 'released'],
  ),
  switched('cap', '--no-cap', 'faprompt without its compound abnormality prompts'),
  switched('dap', '--no-dap', 'faprompt without its prior'),
  valued('orthogonalWeight', '--orthogonal-weight <number>', 'default: 0.1', weight),
  valued('priorWeight', '--prior-weight <number>', 'default: 1', weight),
  chosen('priorFrom', '--prior-from <kind>', 'patches or the class token (default: patches)', [
    'patches',
    'class',
  ]),
  chosen('fusion', '--fusion <kind>', 'how abnormal prompts become one (default: mean)', [
    'mean',
    'best',
    'weighted',
  ]),
];

/** The options of all settings of a training. */
export function withTrainingSettings(command: Command): Command {
  for (const { option } of settingOptions) command.addOption(option);
  return command;
}

function given(options: SettingOptions): SettingOption[] {
  return settingOptions.filter(({ option }) => {
    const value = options[option.attributeName()];
    return option.negate ? value === false : value !== undefined && value !== false;
  });
}

/** Says which options mean nothing to the method; null where all do. */
export function uselessSettings(methodId: TrainableMethodId, options: SettingOptions): string | null {
  const useless = given(options).filter(({ setting }) => !trainingSettingsRead[methodId].includes(setting));
  if (useless.length === 0) return null;
  return `${useless.map(({ option }) => option.long ?? '').join(' and ')} would do nothing: ${trainableMethodNames[methodId]} has no use for ${useless.length === 1 ? 'it' : 'them'}.`;
}

/** What was said of settings. Throws a zod error for what no parser caught. */
export function wishesOf(options: SettingOptions): TrainingWishes {
  return trainingWishesSchema.parse(
    Object.fromEntries(
      given(options).map(({ setting, option }) => [setting, options[option.attributeName()]]),
    ),
  );
}
