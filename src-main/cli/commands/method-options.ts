import { InvalidArgumentError, Option, type Command } from 'commander';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodCatalogue, methodMetadata } from '../../../src-shared/domain/method-catalogue.ts';
import {
  isSettingRead,
  methodKey,
  settingsRead,
  type MethodSettingName,
} from '../../../src-shared/domain/method-settings.ts';
import {
  dpamVariantSchema,
  methodIdSchema,
  methodSettingsSchema,
  type MethodId,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import type { PromptFile } from '../../../src-shared/domain/prompt-text.ts';
import { promptSettings } from './prompt-words.ts';
import { withFolderOptions } from './folder-options.ts';
import { layerList, numberUpTo, wholeNumber, wordsUpTo } from '../options.ts';

/** A method as `--methods` names it: `winclip+4` says its shots with it. */
export interface NamedMethod {
  readonly methodId: MethodId;
  readonly shots: number | null;
}

/** What `--methods` says; `all`: everything that can run. */
export type MethodChoice = readonly NamedMethod[] | 'all';

/** How methods are run; what is absent is the method's own. */
export interface MethodOptions {
  readonly model?: string;
  readonly prompts?: readonly string[];
  readonly shots?: readonly number[];
  readonly referenceSeed?: number;
  readonly imageSize?: number;
  readonly objectName?: string;
  readonly promptsFile?: string;
  readonly normal?: readonly string[];
  readonly anomalous?: readonly string[];
  readonly dpam?: string;
  readonly layers?: readonly number[];
  readonly averaging?: string;
  readonly selection?: string;
  readonly sigma?: number;
}

/** A method with the settings that it reads, and what tells it from the others of one pass. */
export interface MethodWish {
  readonly key: string;
  readonly methodId: MethodId;
  readonly settings: MethodSettings;
}

const mostShots = 64;

/** `baseline,winclip+4` or `all`. */
export function methodChoice(text: string): MethodChoice {
  if (text.trim() === 'all') return 'all';
  return text.split(',').map((part) => {
    const [id, shots, ...rest] = part.trim().split('+');
    const methodId = methodIdSchema.safeParse(id);
    if (!methodId.success || rest.length > 0)
      throw new InvalidArgumentError(
        `There is no method «${part.trim()}». Choose from all, ${methodIdSchema.options.join(', ')}.`,
      );
    if (shots === undefined) return { methodId: methodId.data, shots: null };
    if (!isSettingRead(methodId.data, 'shots'))
      throw new InvalidArgumentError(`${methodCatalogue[methodId.data].name} takes no references.`);
    return { methodId: methodId.data, shots: wholeNumber(0, mostShots)(shots) };
  });
}

function shotsList(text: string): number[] {
  return text.split(',').map((part) => wholeNumber(0, mostShots)(part.trim()));
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The options of every command that runs methods on a folder or a data set. */
export function withMethodOptions(command: Command): Command {
  const reading = command
    .option(
      '--model <id>',
      'the model (default: the only one imported, else the one that comes with the program)',
    )
    .option(
      '--prompts <file|id|name>',
      'learned prompts; once for each method that needs some (default: the only ones that fit the model)',
      collect,
    );
  return withFolderOptions(reading)
    .option(
      '--shots <list>',
      'normal reference images of each class for winclip, such as 4, or 0,1,2,4 to compare (default: 0)',
      shotsList,
    )
    .option(
      '--reference-seed <number>',
      'draw the references instead of taking the first by path',
      wholeNumber(0, 0xffff_ffff),
    )
    .option(
      '--image-size <px>',
      'side of the square that the model sees, 16 to 2048 (default: 1.54 times what it was trained at, at most 518, unless it says another; winclip: what it was trained at)',
      wholeNumber(16, 2048),
    )
    .option(
      '--object-name <words>',
      "words for the object in prompts (default: the class's name)",
      wordsUpTo(200),
    )
    .option(
      '--prompts-file <file>',
      'the words of hand-written prompts as JSON, {"normal": ["flawless {}"], "abnormal": ["damaged {}"], "templates": [...], "objects": {class: words}}; what it leaves out is the method\'s own',
    )
    .option(
      '--normal <phrase>',
      'a normal object in hand-written prompts, such as "flawless {}"; once for each phrase (for clip the whole sentence)',
      collect,
    )
    .option('--anomalous <phrase>', 'the same for an anomalous object, such as "{} with a crack"', collect)
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
    .addOption(
      new Option(
        '--averaging <kind>',
        "winclip's sentences: raw embeddings or normalised ones (default: raw)",
      ).choices(['raw', 'normalised']),
    )
    .addOption(
      new Option(
        '--selection <kind>',
        "faprompt's patches: the most abnormal, as in the paper, or the first, as in the released code (default: released, as the published prompts were trained)",
      ).choices(['paper', 'released']),
    )
    .option(
      '--sigma <px>',
      'smoothing of the map, 0 to 64 (default: 4 for anomalyclip and 10 for faprompt at 518 px, in the same ratio at other sizes; else 0)',
      numberUpTo(64),
    );
}

/** For the end of a command's help. */
export function describeMethods(): string {
  const rows = methodMetadata.map(({ id, summary, needsModel, needsLearnedPrompts }) => [
    `  ${id}`,
    summary + (needsLearnedPrompts ? ' Needs a model and prompts.' : needsModel ? ' Needs a model.' : ''),
  ]);
  return rows.map(([id = '', summary = '']) => `${id.padEnd(15)}${summary}\n`).join('');
}

type FlagName = Exclude<keyof MethodOptions, 'model' | 'prompts'>;

const flagSettings: Readonly<
  Record<FlagName, { readonly flag: string; readonly setting: MethodSettingName }>
> = {
  shots: { flag: '--shots', setting: 'shots' },
  referenceSeed: { flag: '--reference-seed', setting: 'referenceSeed' },
  imageSize: { flag: '--image-size', setting: 'imageSizePx' },
  objectName: { flag: '--object-name', setting: 'objectName' },
  promptsFile: { flag: '--prompts-file', setting: 'promptText' },
  normal: { flag: '--normal', setting: 'promptText' },
  anomalous: { flag: '--anomalous', setting: 'promptText' },
  dpam: { flag: '--dpam', setting: 'dpam' },
  layers: { flag: '--layers', setting: 'layers' },
  averaging: { flag: '--averaging', setting: 'winclipAveraging' },
  selection: { flag: '--selection', setting: 'faPromptSelection' },
  sigma: { flag: '--sigma', setting: 'sigmaPx' },
};

/** Says which options mean nothing to any of the chosen methods; null where all do. */
export function uselessOptions(options: MethodOptions, choice: MethodChoice): string | null {
  if (choice === 'all') return null;
  const methodIds = [...new Set(choice.map(({ methodId }) => methodId))];
  const flags = [
    {
      flag: '--model',
      key: 'model' as const,
      isRead: methodIds.some((id) => methodCatalogue[id].needsModel),
    },
    {
      flag: '--prompts',
      key: 'prompts' as const,
      isRead: methodIds.some((id) => methodCatalogue[id].needsLearnedPrompts),
    },
    ...Object.entries(flagSettings).map(([key, { flag, setting }]) => ({
      flag,
      key: key as FlagName,
      isRead: methodIds.some((id) => isSettingRead(id, setting)),
    })),
  ];
  const useless = flags.filter(({ key, isRead }) => options[key] !== undefined && !isRead);
  if (useless.length === 0) return null;
  const names = methodIds.map((id) => methodCatalogue[id].name).join(' and ');
  const useful = flags.filter(({ isRead }) => isRead).map(({ flag }) => flag);
  return `${useless.map(({ flag }) => flag).join(' and ')} would do nothing: ${names} ${methodIds.length === 1 ? 'reads' : 'read'} only ${useful.join(', ')}.`;
}

/**
 * What is asked for, method by method, each once; `words` of hand-written prompts go to the methods that write some. Throws
 * `bad-request` for a setting out of range.
 */
export function methodWishes(
  choice: MethodChoice,
  options: MethodOptions,
  words: PromptFile | null = null,
): MethodWish[] {
  const named: readonly NamedMethod[] =
    choice === 'all' ? methodMetadata.map(({ id }) => ({ methodId: id, shots: null })) : choice;
  const wishes = named.flatMap(({ methodId, shots }) => {
    const takesShots = isSettingRead(methodId, 'shots');
    const wanted = shots !== null ? [shots] : takesShots ? (options.shots ?? [0]) : [0];
    return wanted.map((count): MethodWish => {
      const settings = settingsRead(methodId, {
        ...givenSettings({ ...options, shots: [count] }),
        ...promptSettings(methodId, words),
      });
      return { key: methodKey(methodId, settings), methodId, settings };
    });
  });
  return [...new Map(wishes.map((wish) => [wish.key, wish])).values()];
}

function givenSettings(options: MethodOptions): MethodSettings {
  const given = {
    imageSizePx: options.imageSize,
    objectName: options.objectName,
    dpam: options.dpam,
    layers: options.layers,
    sigmaPx: options.sigma,
    winclipAveraging: options.averaging,
    faPromptSelection: options.selection,
    shots: options.shots?.[0],
    referenceSeed: options.referenceSeed,
  } satisfies Partial<Record<MethodSettingName, unknown>>;
  const settings = methodSettingsSchema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  throw new WorkbenchError(
    'bad-request',
    `The setting ${issue?.path.join('.') ?? ''} does not fit: ${issue?.message ?? 'unknown reason'}.`,
  );
}
