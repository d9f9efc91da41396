import type { RunScale } from '../../src-shared/domain/run.ts';
import { currentLanguage } from '../texts/language.ts';
import { say } from '../texts/say.ts';

/** Numbers and times as people read them. Everything here is pure. */

const counts = new Intl.NumberFormat(currentLanguage().tag);

export function formatCount(count: number): string {
  return counts.format(count);
}

/** `38 s`, `4 min 10 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return say('{seconds} s', { seconds: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) {
    if (whole % 60 === 0) return say('{minutes} min', { minutes });
    return say('{minutes} min {seconds} s', { minutes, seconds: whole % 60 });
  }
  const hours = Math.floor(minutes / 60);
  if (minutes % 60 === 0) return say('{hours} h', { hours });
  return say('{hours} h {minutes} min', { hours, minutes: minutes % 60 });
}

const rates = {
  image: {
    none: () => say('no image yet'),
    seconds: (seconds: string) => say('{seconds} s an image', { seconds }),
    perSecond: (rate: string) => say('{rate} images/s', { rate }),
  },
  file: {
    none: () => say('no file yet'),
    seconds: (seconds: string) => say('{seconds} s a file', { seconds }),
    perSecond: (rate: string) => say('{rate} files/s', { rate }),
  },
} as const;

/** `2.1 images/s`, or `5.8 s an image` where that says more. */
export function formatRate(perSecond: number, noun: keyof typeof rates = 'image'): string {
  const words = rates[noun];
  if (perSecond <= 0) return words.none();
  if (perSecond < 0.75) return words.seconds((1 / perSecond).toFixed(1));
  return words.perSecond(perSecond >= 20 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1));
}
export function formatPercent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** Enough decimals that a hundredth of the span can be told apart. */
function decimalsFor(span: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 3;
  return Math.min(6, Math.max(0, 3 - Math.ceil(Math.log10(span))));
}

/** The width of a run's scores, by which they are written; 1 where the run has no scale yet. */
export function scoreSpan(scale: RunScale | null | undefined): number {
  return scale ? scale.scoreMax - scale.scoreMin : 1;
}

/** A score with as many decimals as its scale deserves. */
export function formatScore(value: number, span: number): string {
  return value.toFixed(decimalsFor(span));
}

const moments = new Intl.DateTimeFormat(currentLanguage().tag, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

export function formatMoment(timeMs: number): string {
  return moments.format(timeMs);
}

/** The last part of a path, whichever way its slashes lean. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

const lists = new Intl.ListFormat(currentLanguage().tag);

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return lists.format(words);
}

const alternatives = new Intl.ListFormat(currentLanguage().tag, { type: 'disjunction' });

/** `a, b or c`. */
export function eitherOf(words: readonly string[]): string {
  return alternatives.format(words);
}
