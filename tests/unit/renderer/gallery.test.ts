import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  filterGallery,
  galleryTokens,
  makeGalleryTable,
  sortGallery,
  type GalleryFilter,
  type GalleryToken,
} from '../../../src-renderer/state/gallery.ts';
import type { ImageColumns } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';

const image = fc.record({
  classIndex: fc.integer({ min: 0, max: 2 }),
  label: fc.constantFrom('good' as const, 'anomalous' as const, null),
  score: fc.option(fc.integer({ min: 0, max: 8 })),
  verdict: fc.constantFrom('good' as const, 'defect' as const, 'unsure' as const, null),
  note: fc.boolean(),
  split: fc.constantFrom('train' as const, 'test' as const, null),
  problem: fc.boolean(),
  name: fc.constantFrom('Felt', 'wood', 'wood FELT', 'x'),
});
type MadeImage = typeof image extends fc.Arbitrary<infer Each> ? Each : never;

const filters: fc.Arbitrary<GalleryFilter> = fc.record({
  search: fc.constantFrom('', 'felt', 'FELT wood', '  ', 'nowhere'),
  className: fc.constantFrom(null, 'pear', 'apple', 'nut'),
  tokens: fc.subarray([...galleryTokens]),
  scoreFrom: fc.option(fc.integer({ min: 0, max: 8 })),
  scoreTo: fc.option(fc.integer({ min: 0, max: 8 })),
});
const classNames = ['pear', 'apple', 'nut'];

function makeColumns(images: readonly MadeImage[]) {
  const columns: ImageColumns = {
    classNames,
    imageIds: images.map((_, row) => row + 1),
    paths: images.map(({ name }, row) => `${String(row).padStart(6, '0')} ${name}.png`),
    classes: images.map(({ classIndex }) => classIndex),
    labels: images.map(({ label }) => label),
    scores: images.map(({ score }) => score),
    verdicts: images.map(({ verdict }) => verdict),
    hasNote: images.map(({ note }) => note),
    splits: images.map(({ split }) => split),
    hasProblem: images.map(({ problem }) => problem),
    aspects: images.map(() => 1),
  };
  const values = new Map<number, VerdictValue>();
  const noted = new Set<number>();
  images.forEach(({ verdict, note }, row) => {
    if (verdict !== null) values.set(row + 1, verdict);
    if (note) noted.add(row + 1);
  });
  return { columns, verdicts: { values, noted } };
}

/** One image at a time, in the words of the panel. */
function passes(
  each: MadeImage,
  path: string,
  filter: GalleryFilter,
  threshold: number | null,
  second: number | null,
): boolean {
  const isKnown = each.score !== null && threshold !== null;
  const isStopped = isKnown && (each.score ?? 0) >= (threshold ?? 0);
  const isToCheck = isKnown && !isStopped && second !== null && (each.score ?? 0) >= second;
  const predicted = !isKnown || isToCheck ? null : isStopped;
  const groups: readonly [string, string][] = [
    ['label', each.label ?? 'none'],
    ['verdict', each.verdict ?? 'none'],
    ['split', each.split ?? 'none'],
    ['predicted', !isKnown ? 'none' : isToCheck ? 'unsure' : isStopped ? 'defect' : 'good'],
  ];
  const said = each.verdict === 'good' ? false : each.verdict === 'defect' ? true : null;
  const labelled = each.label === null ? null : each.label === 'anomalous';
  const pairs = {
    'disagree-verdict-label': [said, labelled],
    'disagree-verdict-predicted': [said, predicted],
    'disagree-label-predicted': [labelled, predicted],
  } as const;
  const contradictions = Object.entries(pairs).flatMap(([token, [a, b]]) =>
    a !== null && b !== null && a !== b ? [token] : [],
  );
  const tokens: readonly string[] = filter.tokens;
  return (
    filter.search
      .toLowerCase()
      .split(' ')
      .every((word) => path.toLowerCase().includes(word)) &&
    (filter.className === null || classNames[each.classIndex] === filter.className) &&
    groups.every(([group, value]) => {
      const chosen = tokens.filter((token) => token.startsWith(`${group}-`));
      return chosen.length === 0 || chosen.includes(`${group}-${value}`);
    }) &&
    (!tokens.includes('only-note') || each.note) &&
    (!tokens.includes('only-problem') || each.problem) &&
    (!tokens.some((token) => token.startsWith('disagree-')) ||
      contradictions.some((token) => tokens.includes(token))) &&
    (filter.scoreFrom === null || (each.score !== null && each.score >= filter.scoreFrom)) &&
    (filter.scoreTo === null || (each.score !== null && each.score <= filter.scoreTo))
  );
}

const cases = [
  fc.array(image, { maxLength: 40 }),
  filters,
  fc.option(fc.integer({ min: 0, max: 8 })),
  fc.option(fc.integer({ min: 0, max: 8 })),
] as const;

describe('the gallery of a data set', () => {
  it('holds exactly the images that pass every filter', () => {
    fc.assert(
      fc.property(...cases, (images, filter, threshold, second) => {
        const { columns, verdicts } = makeColumns(images);
        const table = makeGalleryTable(columns, verdicts, threshold, second);
        const { rows } = filterGallery(table, sortGallery(table, 'path', false), filter);
        const expected = [...images.keys()].filter((row) =>
          passes(images[row]!, columns.paths[row]!, filter, threshold, second),
        );
        expect([...rows]).toEqual(expected);
      }),
    );
  });

  it('counts at each box what choosing it alone in its group would leave', () => {
    fc.assert(
      fc.property(...cases, (images, filter, threshold, second) => {
        const { columns, verdicts } = makeColumns(images);
        const table = makeGalleryTable(columns, verdicts, threshold, second);
        const choice = filterGallery(table, sortGallery(table, 'path', false), filter);
        const count = (changed: GalleryFilter) =>
          images.filter((each, row) => passes(each, columns.paths[row]!, changed, threshold, second)).length;
        for (const token of galleryTokens) {
          const group = token.split('-')[0]!;
          const others: readonly GalleryToken[] = filter.tokens.filter(
            (each) => group === 'only' || !each.startsWith(`${group}-`),
          );
          expect(choice.tokenCounts[token]).toBe(count({ ...filter, tokens: [...others, token] }));
        }
        expect(choice.anyClassCount).toBe(count({ ...filter, className: null }));
        expect([...choice.classCounts]).toEqual(
          classNames.map((className) => count({ ...filter, className })),
        );
      }),
    );
  });

  it('sorts both ways, with images without a score last and equals by path', () => {
    const made = (score: number | null, classIndex: number, verdict: VerdictValue | null): MadeImage => ({
      score,
      classIndex,
      verdict,
      label: null,
      note: false,
      split: null,
      problem: false,
      name: 'x',
    });
    const { columns, verdicts } = makeColumns([
      made(null, 0, 'good'),
      made(2, 1, null),
      made(5, 2, 'defect'),
      made(2, 1, 'unsure'),
    ]);
    const table = makeGalleryTable(columns, verdicts, 3);
    expect([...sortGallery(table, 'score', true)]).toEqual([2, 1, 3, 0]);
    expect([...sortGallery(table, 'score', false)]).toEqual([1, 3, 2, 0]);
    expect([...sortGallery(table, 'path', true)]).toEqual([3, 2, 1, 0]);
    expect([...sortGallery(table, 'class', false)]).toEqual([1, 3, 2, 0]);
    expect([...sortGallery(table, 'verdict', false)]).toEqual([2, 3, 0, 1]);
  });

  it('sorts as comparing does for any scores', () => {
    fc.assert(
      fc.property(fc.array(image, { maxLength: 60 }), fc.boolean(), (images, descending) => {
        const { columns, verdicts } = makeColumns(images);
        const table = makeGalleryTable(columns, verdicts, null);
        const scored = [...images.keys()].filter((row) => images[row]!.score !== null);
        const without = [...images.keys()].filter((row) => images[row]!.score === null);
        scored.sort((a, b) => (images[a]!.score! - images[b]!.score!) * (descending ? -1 : 1) || a - b);
        expect([...sortGallery(table, 'score', descending)]).toEqual([...scored, ...without]);
      }),
    );
  });
});
