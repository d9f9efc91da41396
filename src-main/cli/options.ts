import { InvalidArgumentError } from 'commander';
import type { MethodId } from '../../src-shared/domain/method.ts';
import { methodCatalogue } from '../../src-shared/domain/method-catalogue.ts';
import { activationSchema } from '../../src-shared/domain/model.ts';
import type { ModelAnswers } from '../../src-shared/domain/model.ts';

/** A whole number of at least `least`, and at most `most` where there is an end; refuses everything else as wrong usage. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(
        most === Number.MAX_SAFE_INTEGER
          ? `It must be a whole number of at least ${least}.`
          : `It must be a whole number from ${least} to ${most}.`,
      );
    return value;
  };
}

/** A number from 0 to `most`. */
export function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= most))
      throw new InvalidArgumentError(`It must be a number from 0 to ${most}.`);
    return value;
  };
}

/** 1 to `most` characters. */
export function wordsUpTo(most: number): (text: string) => string {
  return (text) => {
    if (text.trim() === '' || text.length > most)
      throw new InvalidArgumentError(`It must be 1 to ${most} characters.`);
    return text;
  };
}

/** `6,12,18,24` as numbers. */
export function layerList(text: string): number[] {
  const layers = text.split(',').map((part) => wholeNumber(1)(part.trim()));
  if (layers.length > 64) throw new InvalidArgumentError('It must be at most 64 numbers.');
  return layers;
}

/** The settings of `scan` that each method reads; the others would do nothing, so naming them is wrong usage. */
const settingsOf = {
  baseline: ['sigma'],
  clip: ['model', 'imageSize', 'objectName', 'sigma'],
  'clip-ac': ['model', 'imageSize', 'objectName', 'sigma'],
  anomalyclip: ['model', 'prompts', 'imageSize', 'dpam', 'layers', 'sigma'],
} as const satisfies Record<MethodId, readonly string[]>;

const settingFlags = {
  model: '--model',
  prompts: '--prompts',
  imageSize: '--image-size',
  objectName: '--object-name',
  dpam: '--dpam',
  layers: '--layers',
  sigma: '--sigma',
};

/** Says which settings mean nothing to the chosen method; null where all do. */
export function uselessSettings(
  options: { readonly method: MethodId } & { readonly [K in keyof typeof settingFlags]?: unknown },
): string | null {
  const read: readonly string[] = settingsOf[options.method];
  const flags = Object.entries(settingFlags);
  const useless = flags.flatMap(([key, flag]) =>
    options[key as keyof typeof settingFlags] !== undefined && !read.includes(key) ? [flag] : [],
  );
  if (useless.length === 0) return null;
  const useful = flags.flatMap(([key, flag]) => (read.includes(key) ? [flag] : []));
  return `${useless.join(' and ')} would do nothing: ${methodCatalogue[options.method].name} reads only ${useful.join(', ')}.`;
}

/** What was said about a checkpoint on the command line. */
export interface ModelAnswerOptions {
  readonly activation?: string;
  readonly visionHeads?: number;
  readonly textHeads?: number;
}

export function modelAnswers(options: ModelAnswerOptions): ModelAnswers {
  return {
    ...(options.activation === undefined ? {} : { activation: activationSchema.parse(options.activation) }),
    ...(options.visionHeads === undefined ? {} : { visionHeads: options.visionHeads }),
    ...(options.textHeads === undefined ? {} : { textHeads: options.textHeads }),
  };
}
