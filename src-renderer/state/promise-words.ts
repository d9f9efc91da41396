import { binomialBounds, trialsNeeded } from '../../src-shared/metrics/binomial-bounds.ts';
import { say } from '../texts/say.ts';
import { formatCount, formatPercent } from './format.ts';

/** Of the exact intervals that are shown: 95 %, two-sided. */
export const confidence = 0.95;

/** How often something happened among the images that can tell. */
export interface Rate {
  readonly events: number;
  readonly trials: number;
}

/** What a rate counts: misses among anomalous parts, false alarms among good ones, defects without a region. */
export type RateKind = 'missed' | 'stopped' | 'region-missed';

/** A part of a thousand, with a decimal where whole numbers would hide it. */
function perThousand(share: number): string {
  const parts = share * 1000;
  if (parts > 0 && parts < 1) return parts.toFixed(1);
  return formatCount(Math.round(parts));
}

/** `Of 1,000 good parts about 13 would be stopped: 6 to 24.` */
export function sayPerThousand({ events, trials }: Rate, kind: RateKind): string {
  if (trials === 0) {
    switch (kind) {
      case 'missed':
        return say('No image is labelled anomalous: how many would be missed cannot be said.');
      case 'stopped':
        return say('No image is labelled good: how many would be stopped cannot be said.');
      case 'region-missed':
        return say('No defect is marked by a mask: how many would be missed cannot be said.');
    }
  }
  const { lower, upper } = binomialBounds(events, trials, confidence);
  const values = {
    about: perThousand(events / trials),
    lower: perThousand(lower),
    upper: perThousand(upper),
  };
  switch (kind) {
    case 'missed':
      return say('Of 1,000 anomalous parts about {about} would be missed: {lower} to {upper}.', values);
    case 'stopped':
      return say('Of 1,000 good parts about {about} would be stopped: {lower} to {upper}.', values);
    case 'region-missed':
      return say('Of 1,000 defects about {about} would be missed: {lower} to {upper}.', values);
  }
}

/** `1.3 % (0.7 to 2.2 %)`; nothing where nothing was tried. */
export function sayInterval({ events, trials }: Rate): string {
  if (trials === 0) return '–';
  const { lower, upper } = binomialBounds(events, trials, confidence);
  return say('{share} ({lower} to {upper})', {
    share: formatPercent(events / trials, 1),
    lower: (lower * 100).toFixed(1),
    upper: formatPercent(upper, 1),
  });
}

/** Whether labels support «at most this share», and if not, why. */
export type PromiseCheck =
  | { readonly kind: 'kept'; readonly upper: number }
  /** More than promised happened in these very images. */
  | { readonly kind: 'broken'; readonly share: number }
  /** The share is low enough, but so few images cannot show it; `needed` with the same share would. Null: none is enough. */
  | { readonly kind: 'too-few'; readonly upper: number; readonly needed: number | null };

/** Checks the upper end of the exact interval of a rate against what was promised, a share from 0 to 1. */
export function checkPromise({ events, trials }: Rate, promised: number): PromiseCheck {
  const upper = trials === 0 ? 1 : binomialBounds(events, trials, confidence).upper;
  if (upper <= promised) return { kind: 'kept', upper };
  const share = trials === 0 ? 0 : events / trials;
  if (share > promised) return { kind: 'broken', share };
  const needed = promised > 0 ? trialsNeeded({ share, promised }, confidence) : null;
  return { kind: 'too-few', upper, needed };
}

/** `at most 1 % of anomalous parts missed`, `at most 1 anomalous part missed in 500`. */
function sayPromised(promised: number, kind: RateKind): string {
  const oneIn = Math.round(1 / promised);
  if (kind !== 'stopped' && oneIn > 100 && Math.abs(1 / promised - oneIn) < 1e-6) {
    const values = { count: oneIn };
    return kind === 'missed'
      ? say('at most 1 anomalous part missed in {count, number}', values)
      : say('at most 1 defect missed in {count, number}', values);
  }
  const values = { share: formatPercent(promised, digitsOf(promised)) };
  switch (kind) {
    case 'missed':
      return say('at most {share} of anomalous parts missed', values);
    case 'stopped':
      return say('at most {share} of good parts stopped', values);
    case 'region-missed':
      return say('at most {share} of defects missed', values);
  }
}

/** The outcome of a check in a sentence or two. */
export function sayPromise(
  check: PromiseCheck,
  { events, trials }: Rate,
  promised: number,
  kind: RateKind,
): string {
  const promise = sayPromised(promised, kind);
  switch (check.kind) {
    case 'kept':
      return say('The labels support «{promise}»: with 95 % confidence no more than {upper}.', {
        promise,
        upper: formatPercent(check.upper, 2),
      });
    case 'broken':
      return say(
        'The labels speak against «{promise}»: it is {events, number} of {trials, number}, {share}.',
        {
          promise,
          events,
          trials,
          share: formatPercent(check.share, 1),
        },
      );
    case 'too-few': {
      if (trials === 0) {
        return say(
          'The labels cannot support «{promise}»: there is none to tell by. About {needed, number} would be needed.',
          {
            promise,
            needed: check.needed ?? 0,
          },
        );
      }
      const values = { promise, events, trials, upper: formatPercent(check.upper, 1) };
      if (check.needed === null) {
        return say(
          'The labels cannot support «{promise}»: {events, number} of {trials, number} still allows {upper}. A threshold further away from the target is needed.',
          values,
        );
      }
      return events === 0
        ? say(
            'The labels cannot support «{promise}»: none of {trials, number} still allows {upper}. About {needed, number} without one would be needed.',
            { ...values, needed: check.needed },
          )
        : say(
            'The labels cannot support «{promise}»: {events, number} of {trials, number} still allows {upper}. About {needed, number} with the same share would be needed.',
            { ...values, needed: check.needed },
          );
    }
  }
}

function digitsOf(share: number): number {
  return Number.isInteger(Math.round(share * 1e6) / 1e4) ? 0 : share < 0.001 ? 3 : share < 0.01 ? 2 : 1;
}
