import type { Problem, ProblemCode } from '../../src-shared/domain/dataset.ts';
import { formatNoun, joinWords } from './format.ts';

/** What each kind of problem is, for one and for many: «12 images could not be read». */
const sentences: Readonly<Record<ProblemCode, (count: number) => string>> = {
  'unreadable-image': (count) => `${formatNoun(count, 'image')} could not be read`,
  'unsupported-format': (count) => `${formatNoun(count, 'file')} of an unsupported format`,
  'image-too-large': (count) => `${formatNoun(count, 'image')} too large`,
  'mask-missing': (count) => `${formatNoun(count, 'mask')} missing`,
  'mask-without-image': (count) => `${formatNoun(count, 'mask')} without an image`,
  'mask-size-differs': (count) => `${formatNoun(count, 'mask')} not of the size of the image`,
  'unreadable-mask': (count) => `${formatNoun(count, 'mask')} could not be read`,
  'mask-empty': (count) => `${formatNoun(count, 'mask')} of an anomalous image empty`,
  'mask-full': (count) => `${formatNoun(count, 'mask')} marking every pixel`,
  'mask-of-good': (count) => `${formatNoun(count, 'mask')} of a good image not empty`,
  'several-pages': (count) => `${formatNoun(count, 'file')} of several pages`,
  duplicate: (count) => `${formatNoun(count, 'image')} twice with the same content`,
  'bad-row': (count) => `${formatNoun(count, 'row')} that cannot be used`,
  'file-missing': (count) => `${formatNoun(count, 'listed file')} not there`,
  'outside-root': (count) => `${formatNoun(count, 'path')} outside the folder`,
  'name-differs': (count) => `${formatNoun(count, 'name')} of another spelling`,
  'unreadable-table': (count) => `${formatNoun(count, 'table')} could not be read`,
  'unreadable-folder': (count) => `${formatNoun(count, 'folder')} could not be opened`,
  'link-skipped': (count) => `${formatNoun(count, 'link')} not followed`,
  'no-ground-truth': (count) => `${formatNoun(count, 'class', 'classes')} without masks`,
  'outside-layout': (count) => `${formatNoun(count, 'file')} outside the layout`,
  'too-many-files': () => 'more files than can be listed',
};

/** `12 images could not be read and 1 mask missing`; `total` may be more than the problems at hand. */
export function describeProblems(problems: readonly Problem[], total: number): string {
  const counts = new Map<ProblemCode, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  const words = [...counts].map(([code, count]) => sentences[code](count));
  if (total > problems.length) words.push(`${formatNoun(total - problems.length, 'problem')} more`);
  return joinWords(words);
}
