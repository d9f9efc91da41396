import type { Problem, ProblemCode } from '../../src-shared/domain/dataset.ts';
import { say } from '../texts/say.ts';
import { joinWords } from './format.ts';

/** What each kind of problem is, for one and for many: «12 images could not be read». */
const sentences: Readonly<Record<ProblemCode, (count: number) => string>> = {
  'unreadable-image': (count) =>
    say('{count, plural, one {# image} other {# images}} could not be read', { count }),
  'unsupported-format': (count) =>
    say('{count, plural, one {# file} other {# files}} of an unsupported format', { count }),
  'image-too-large': (count) => say('{count, plural, one {# image} other {# images}} too large', { count }),
  'mask-missing': (count) => say('{count, plural, one {# mask} other {# masks}} missing', { count }),
  'mask-without-image': (count) =>
    say('{count, plural, one {# mask} other {# masks}} without an image', { count }),
  'mask-size-differs': (count) =>
    say('{count, plural, one {# mask} other {# masks}} not of the size of the image', { count }),
  'unreadable-mask': (count) =>
    say('{count, plural, one {# mask} other {# masks}} could not be read', { count }),
  'mask-empty': (count) =>
    say('{count, plural, one {# mask of an anomalous image} other {# masks of anomalous images}} empty', {
      count,
    }),
  'mask-full': (count) => say('{count, plural, one {# mask} other {# masks}} marking every pixel', { count }),
  'mask-of-good': (count) =>
    say('{count, plural, one {# mask of a good image} other {# masks of good images}} not empty', { count }),
  'several-pages': (count) =>
    say('{count, plural, one {# file} other {# files}} of several pages', { count }),
  duplicate: (count) =>
    say('{count, plural, one {# image} other {# images}} twice with the same content', { count }),
  'bad-row': (count) => say('{count, plural, one {# row} other {# rows}} that cannot be used', { count }),
  'file-missing': (count) =>
    say('{count, plural, one {# listed file} other {# listed files}} not there', { count }),
  'outside-root': (count) =>
    say('{count, plural, one {# path} other {# paths}} outside the folder', { count }),
  'name-differs': (count) =>
    say('{count, plural, one {# name} other {# names}} of another spelling', { count }),
  'unreadable-table': (count) =>
    say('{count, plural, one {# table} other {# tables}} could not be read', { count }),
  'unreadable-folder': (count) =>
    say('{count, plural, one {# folder} other {# folders}} could not be opened', { count }),
  'link-skipped': (count) => say('{count, plural, one {# link} other {# links}} not followed', { count }),
  'no-ground-truth': (count) =>
    say('{count, plural, one {# class} other {# classes}} without masks', { count }),
  'outside-layout': (count) =>
    say('{count, plural, one {# file} other {# files}} outside the layout', { count }),
  'too-many-files': () => say('more files than can be listed'),
};

/** How many problems of one kind there are, and those of them that are at hand. */
export interface ProblemGroup {
  readonly code: ProblemCode;
  readonly count: number;
  readonly problems: readonly Problem[];
}

/** `12 images could not be read`. */
export function describeKind({ code, count }: Pick<ProblemGroup, 'code' | 'count'>): string {
  return sentences[code](count);
}

/** Problems by their kinds, in the order in which the kinds come first. `kinds`: where more exist than are at hand. */
export function groupProblems(
  problems: readonly Problem[],
  kinds?: readonly Pick<ProblemGroup, 'code' | 'count'>[],
): ProblemGroup[] {
  const byCode = Map.groupBy(problems, ({ code }) => code);
  const known = kinds ?? [...byCode].map(([code, own]) => ({ code, count: own.length }));
  return known.map(({ code, count }) => ({ code, count, problems: byCode.get(code) ?? [] }));
}

/** `12 images could not be read and 1 mask missing`; `total` may be more than the problems at hand. */
export function describeProblems(problems: readonly Problem[], total: number): string {
  const words = groupProblems(problems).map(describeKind);
  const count = total - problems.length;
  if (count > 0) words.push(say('{count, plural, one {# problem} other {# problems}} more', { count }));
  return joinWords(words);
}

/** A list for the clipboard: path, a tab, what is wrong. */
export function problemsAsText(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `${path}\t${message}\n`).join('');
}
