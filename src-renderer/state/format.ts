/** Numbers and times as people read them. Everything here is pure. */

const counts = new Intl.NumberFormat('en-GB');

export function formatCount(count: number): string {
  return counts.format(count);
}

/** `1 image`, `1,234 images`. */
export function formatNoun(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `38 s`, `4 min 10 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** `2.1 images/s`, or `5.8 s an image` where that says more. */
export function formatRate(perSecond: number, noun = 'image'): string {
  if (perSecond <= 0) return `no ${noun} yet`;
  if (perSecond < 0.75) return `${(1 / perSecond).toFixed(1)} s a${/^[aeiou]/.test(noun) ? 'n' : ''} ${noun}`;
  return `${perSecond >= 20 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1)} ${noun}s/s`;
}

export function formatPercent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** Enough decimals that a hundredth of the span can be told apart. */
function decimalsFor(span: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 3;
  return Math.min(6, Math.max(0, 3 - Math.ceil(Math.log10(span))));
}

/** A score with as many decimals as its scale deserves. */
export function formatScore(value: number, span: number): string {
  return value.toFixed(decimalsFor(span));
}

const moments = new Intl.DateTimeFormat('en-GB', {
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

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
