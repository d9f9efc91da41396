import { z } from 'zod';
import type { Label } from '../../src-shared/domain/dataset.ts';
import type { RunScores } from '../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../src-shared/domain/verdict.ts';
import { predict, sideOf } from './prediction.ts';

/** Which images the filmstrip holds, by what was said of them. */
export const reviewFilters = [
  'all',
  'unjudged',
  'disagreement',
  'verdict-label',
  'verdict-prediction',
  'label-prediction',
  'to-check',
  'defect',
  'unsure',
  'good',
  'failed',
] as const;
export const reviewFilterSchema = z.enum(reviewFilters);
export type ReviewFilter = z.infer<typeof reviewFilterSchema>;

/** By what their data set says of them. */
export const labelFilters = ['all', 'anomalous', 'good', 'unlabelled'] as const;
export type LabelFilter = (typeof labelFilters)[number];

export const reviewSorts = ['worst', 'nearest', 'best', 'name', 'random'] as const;
export type ReviewSort = (typeof reviewSorts)[number];

export type Verdicts = ReadonlyMap<number, VerdictValue>;

/** An image that a run could not score. */
export interface FailedImage {
  readonly imageId: number;
  readonly message: string;
}

/** What the data set itself says of its images. */
export interface ImageFacts {
  /** Where an image stands by path. */
  readonly rowOf: ReadonlyMap<number, number>;
  readonly classNames: readonly string[];
  /** By row; `classes` are indexes into `classNames`. */
  readonly classes: readonly number[];
  readonly labels: readonly (Label | null)[];
}

/** The images of a review in columns, in the order of the filmstrip; without a score where the run has none. */
export interface ReviewImages {
  readonly imageIds: readonly number[];
  readonly scores: readonly (number | null)[];
  readonly labels: readonly (Label | null)[];
}

/** What is said of one image from three sides; null: nothing. */
export interface Opinions {
  readonly verdict: VerdictValue | null;
  readonly label: Label | null;
  readonly score: number | null;
}

/** Whose opinions are held against each other. */
type Sides = Extract<
  ReviewFilter,
  'disagreement' | 'verdict-label' | 'verdict-prediction' | 'label-prediction'
>;

/** Whether verdict, label and prediction, or two of them, contradict each other; «unsure» and «to check» contradict nobody. */
export function disagrees(
  { verdict, label, score }: Opinions,
  threshold: number | null,
  sides: Sides = 'disagreement',
  second: number | null = null,
): boolean {
  const said = [
    sides === 'label-prediction' ? null : sideOf(verdict),
    label === null || sides === 'verdict-prediction' ? null : label === 'anomalous',
    sides === 'verdict-label' ? null : sideOf(predict(score, threshold, second)),
  ].filter((opinion) => opinion !== null);
  return said.includes(true) && said.includes(false);
}

export interface ReviewChoice {
  readonly filter: ReviewFilter;
  readonly labels: LabelFilter;
  readonly sort: ReviewSort;
  /** Of the random order. */
  readonly seed: number;
  /** As they stood when the filter was chosen: the list does not change under the reviewer's hands. */
  readonly verdicts: Verdicts;
  readonly threshold: number | null;
  /** Where the middle band begins; null: there is none. */
  readonly second: number | null;
  /** Scores are hidden: neither order nor presence in the list may tell them. */
  readonly isBlind: boolean;
  readonly failures: readonly FailedImage[];
  /** Null: not known yet; then names sort by id. */
  readonly facts: ImageFacts | null;
}

/** The images that a choice leaves, in its order. Those without a score come last where the order is by score. */
export function chooseImages(scores: RunScores, choice: ReviewChoice): ReviewImages {
  const { filter, labels, isBlind, failures, facts } = choice;
  const sort = isBlind ? 'random' : choice.sort;
  const all: ReviewImages =
    failures.length === 0
      ? scores
      : {
          imageIds: [...scores.imageIds, ...failures.map(({ imageId }) => imageId)],
          scores: [...scores.scores, ...failures.map(() => null)],
          labels: [...scores.labels, ...failures.map(({ imageId }) => labelOf(facts, imageId))],
        };
  if (filter === 'all' && labels === 'all' && sort === 'worst') return all;
  const rows = [...all.imageIds.keys()].filter((row) => matches(all, row, choice));
  sortRows(rows, all, { ...choice, sort });
  const pick = <T>(column: readonly T[]): T[] =>
    rows.flatMap((row) => {
      const value = column[row];
      return value === undefined ? [] : [value];
    });
  return { imageIds: pick(all.imageIds), scores: pick(all.scores), labels: pick(all.labels) };
}

function labelOf(facts: ImageFacts | null, imageId: number): Label | null {
  const row = facts?.rowOf.get(imageId);
  return row === undefined ? null : (facts?.labels[row] ?? null);
}

/** Sorts in place; the rows come worst first, what failed last. */
function sortRows(
  rows: number[],
  images: ReviewImages,
  { sort, seed, threshold, facts }: ReviewChoice,
): void {
  if (sort === 'worst') return;
  const keyOf = (row: number): number => {
    const id = images.imageIds[row] ?? 0;
    const score = images.scores[row] ?? null;
    switch (sort) {
      case 'best':
        return score ?? Infinity;
      case 'nearest':
        return score === null || threshold === null ? Infinity : Math.abs(score - threshold);
      case 'name':
        return facts?.rowOf.get(id) ?? id;
      case 'random':
        return shuffleKey(id, seed);
    }
  };
  const keys = new Map(rows.map((row) => [row, keyOf(row)]));
  rows.sort((a, b) => {
    const [first, second] = [keys.get(a) ?? 0, keys.get(b) ?? 0];
    return first === second ? a - b : first - second;
  });
}

function matches(
  images: ReviewImages,
  row: number,
  { filter, labels, verdicts, threshold, second, isBlind }: ReviewChoice,
): boolean {
  const verdict = verdicts.get(images.imageIds[row] ?? 0) ?? null;
  const label = images.labels[row] ?? null;
  const score = images.scores[row] ?? null;
  // Without a verdict the mere presence in such a list would give label and prediction away.
  const tells = labels !== 'all' || filter === 'to-check' || isDisagreement(filter);
  if (isBlind && verdict === null && tells) return false;
  if (labels !== 'all' && (label ?? 'unlabelled') !== labels) return false;
  if (isDisagreement(filter)) return disagrees({ verdict, label, score }, threshold, filter, second);
  switch (filter) {
    case 'all':
      return true;
    case 'unjudged':
      return verdict === null;
    case 'to-check':
      return predict(score, threshold, second) === 'unsure';
    case 'failed':
      return score === null;
    case 'defect':
    case 'unsure':
    case 'good':
      return verdict === filter;
  }
}

export function isDisagreement(filter: ReviewFilter): filter is Sides {
  return filter === 'disagreement' || (filter !== 'to-check' && filter.includes('-'));
}

/** A fixed number for an id and a seed, spread evenly over 32 bits (the finaliser of MurmurHash3). */
function shuffleKey(id: number, seed: number): number {
  let key = (id | 0) ^ Math.imul(seed, 0x9e3779b1);
  key = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  key = Math.imul(key ^ (key >>> 13), 0xc2b2ae35);
  return (key ^ (key >>> 16)) >>> 0;
}

/** The next place after `index` without a verdict, from the start again after the end; null where all have one. */
export function nextUnjudged(imageIds: readonly number[], verdicts: Verdicts, index: number): number | null {
  for (let step = 1; step <= imageIds.length; step++) {
    const at = (index + step) % imageIds.length;
    const id = imageIds[at];
    if (id !== undefined && !verdicts.has(id)) return at;
  }
  return null;
}

export function countUnjudged(imageIds: readonly number[], verdicts: Verdicts): number {
  return imageIds.reduce((count, id) => count + (verdicts.has(id) ? 0 : 1), 0);
}

/** A verdict that can be taken back or given again. */
export interface ReviewStep {
  readonly imageId: number;
  readonly before: VerdictValue | null;
  readonly after: VerdictValue | null;
}

export interface ReviewHistory {
  readonly done: readonly ReviewStep[];
  readonly undone: readonly ReviewStep[];
}

export const emptyHistory: ReviewHistory = { done: [], undone: [] };

/** A new verdict ends what could be done again. */
export function addStep({ done }: ReviewHistory, step: ReviewStep): ReviewHistory {
  return { done: [...done, step], undone: [] };
}

/** The step to take back and the history after it; null where there is none. */
export function takeBack({ done, undone }: ReviewHistory): readonly [ReviewStep, ReviewHistory] | null {
  const step = done.at(-1);
  return step === undefined ? null : [step, { done: done.slice(0, -1), undone: [...undone, step] }];
}

export function giveAgain({ done, undone }: ReviewHistory): readonly [ReviewStep, ReviewHistory] | null {
  const step = undone.at(-1);
  return step === undefined ? null : [step, { done: [...done, step], undone: undone.slice(0, -1) }];
}
