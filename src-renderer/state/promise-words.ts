import { binomialBounds } from '../../src-shared/metrics/binomial-bounds.ts';
import { formatCount, formatNoun, formatPercent } from './format.ts';

/** Of the exact intervals that are shown: 95 %, two-sided. */
export const confidence = 0.95;

/** How often something happened among the images that can tell. */
export interface Rate {
  readonly events: number;
  readonly trials: number;
}

function perThousand(share: number): string {
  return formatCount(Math.round(share * 1000));
}

/** `Of 1,000 good parts about 13 would be stopped: 6 to 24.` */
export function sayPerThousand({ events, trials }: Rate, noun: string, verb: string): string {
  if (trials === 0) return `No image is labelled ${noun}: how many would be ${verb} cannot be said.`;
  const { lower, upper } = binomialBounds(events, trials, confidence);
  return `Of 1,000 ${noun} parts about ${perThousand(events / trials)} would be ${verb}: ${perThousand(lower)} to ${perThousand(upper)}.`;
}

/** `1.3 % (0.7 to 2.2 %)`; nothing where nothing was tried. */
export function sayInterval({ events, trials }: Rate): string {
  if (trials === 0) return '–';
  const { lower, upper } = binomialBounds(events, trials, confidence);
  return `${formatPercent(events / trials, 1)} (${(lower * 100).toFixed(1)} to ${formatPercent(upper, 1)})`;
}

/** Whether labels support «at most this share», and if not, why. */
export type PromiseCheck =
  | { readonly kind: 'kept'; readonly upper: number }
  /** More than promised happened in these very images. */
  | { readonly kind: 'broken'; readonly share: number }
  /** The share is low enough, but so few images cannot show it; `needed` with the same share would. Null: none is enough. */
  | { readonly kind: 'too-few'; readonly upper: number; readonly needed: number | null };

const mostImages = 10_000_000;

/** Checks the upper end of the exact interval of a rate against what was promised, a share from 0 to 1. */
export function checkPromise({ events, trials }: Rate, promised: number): PromiseCheck {
  const upper = trials === 0 ? 1 : binomialBounds(events, trials, confidence).upper;
  if (upper <= promised) return { kind: 'kept', upper };
  const share = trials === 0 ? 0 : events / trials;
  if (share > promised) return { kind: 'broken', share };
  return { kind: 'too-few', upper, needed: imagesNeeded(share, promised, trials) };
}

/** The fewest images, in which the events keep their share, whose upper bound keeps the promise. */
function imagesNeeded(share: number, promised: number, trials: number): number | null {
  if (share >= promised) return null;
  const keeps = (count: number) =>
    binomialBounds(Math.ceil(share * count - 1e-9), count, confidence).upper <= promised;
  let high = Math.max(1, trials);
  while (!keeps(high)) {
    high *= 2;
    if (high > mostImages) return null;
  }
  let low = Math.max(1, trials);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (keeps(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** What a promise is about. */
export interface PromiseWords {
  /** `anomalous` or `good`: the images that can tell. */
  readonly noun: string;
  /** `missed` or `stopped`. */
  readonly verb: string;
}

/** The outcome of a check in a sentence or two. */
export function sayPromise(
  check: PromiseCheck,
  { events, trials }: Rate,
  promised: number,
  { noun, verb }: PromiseWords,
): string {
  const promise = `at most ${formatPercent(promised, digitsOf(promised))} of ${noun} parts ${verb}`;
  const counted = `${formatCount(events)} of ${formatCount(trials)} ${verb}`;
  switch (check.kind) {
    case 'kept':
      return `The labels support ${promise}: with 95 % confidence no more than ${formatPercent(check.upper, 2)}.`;
    case 'broken':
      return `The labels speak against ${promise}: it is ${counted}, ${formatPercent(check.share, 1)}.`;
    case 'too-few': {
      const open =
        trials === 0
          ? `no image is labelled ${noun}`
          : `${counted} still allows ${formatPercent(check.upper, 1)}`;
      const needed =
        check.needed === null
          ? 'A threshold further away from the target is needed.'
          : `About ${formatNoun(check.needed, `${noun} image`)} ${events === 0 ? `with none ${verb}` : `with the same share ${verb}`} would be needed.`;
      return `The labels cannot support ${promise}: ${open}. ${needed}`;
    }
  }
}

function digitsOf(share: number): number {
  return Number.isInteger(Math.round(share * 1e6) / 1e4) ? 0 : 1;
}
