import { Argument, InvalidArgumentError } from 'commander';
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

/** The number of a data set, a run or a set of prompts. */
export function idArgument(): Argument {
  return new Argument('<id>', 'its number, as «list» shows it').argParser(wholeNumber(1));
}

/** A variable of a script that is not set would otherwise mean the usual folder, with everything that is in it. */
export function someFolder(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty. Name a folder, or leave --data out.');
  return text;
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

/** A number above 0 and at most 1; `2/3` is one. */
export function shareOfOne(text: string): number {
  const [, above, below = '1'] = /^\s*(\d*\.?\d+)(?:\/(\d+))?\s*$/.exec(text) ?? [];
  const value = Number(above) / Number(below);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be above 0 and at most 1.');
  return value;
}

/** 1 to `most` characters. */
export function wordsUpTo(most: number): (text: string) => string {
  return (text) => {
    if (text.trim() === '' || text.length > most)
      throw new InvalidArgumentError(`It must be 1 to ${most} characters.`);
    return text;
  };
}

/** Words parted by commas, each read by `read`. */
export function commaList<T>(read: (word: string) => T): (text: string) => T[] {
  return (text) => {
    const words = text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
    if (words.length === 0) throw new InvalidArgumentError('It names nothing.');
    return [...new Set(words)].map(read);
  };
}

/** `6,12,18,24` as numbers. */
export function layerList(text: string): number[] {
  const layers = text.split(',').map((part) => wholeNumber(1)(part.trim()));
  if (layers.length > 64) throw new InvalidArgumentError('It must be at most 64 numbers.');
  return layers;
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
