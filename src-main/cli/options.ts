import { InvalidArgumentError } from 'commander';
import { activationSchema } from '../../src-shared/domain/model.ts';
import type { ModelAnswers } from '../../src-shared/domain/model.ts';

/** A whole number of at least `least`, for commander; refuses everything else as wrong usage. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };
}

/** A number of at least 0. */
export function nonNegativeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of at least 0.');
  return value;
}

/** `6,12,18,24` as numbers. */
export function layerList(text: string): number[] {
  return text.split(',').map((part) => wholeNumber(1)(part.trim()));
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
