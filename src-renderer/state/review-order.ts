import { z } from 'zod';
import type { Label } from '../../src-shared/domain/dataset.ts';
import type { RunScores } from '../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../src-shared/domain/verdict.ts';

/** Which images the filmstrip holds. */
export const reviewFilterSchema = z.enum(['all', 'unjudged', 'disagreement', 'defect', 'unsure', 'good']);
export type ReviewFilter = z.infer<typeof reviewFilterSchema>;

export const reviewFilterNames: Readonly<Record<ReviewFilter, string>> = {
  all: 'All images',
  unjudged: 'Without a verdict',
  disagreement: 'Disagreement',
  defect: 'Verdict: defect',
  unsure: 'Verdict: unsure',
  good: 'Verdict: good',
};

export type Verdicts = ReadonlyMap<number, VerdictValue>;

/** What is said of one image from three sides; null: nothing. */
export interface Opinions {
  readonly verdict: VerdictValue | null;
  readonly label: Label | null;
  readonly score: number;
}

/** Whether verdict, label and prediction contradict each other; «unsure» contradicts nobody. */
export function disagrees({ verdict, label, score }: Opinions, threshold: number | null): boolean {
  const said = [
    verdict === null || verdict === 'unsure' ? null : verdict === 'defect',
    label === null ? null : label === 'anomalous',
    threshold === null ? null : score >= threshold,
  ].filter((opinion) => opinion !== null);
  return said.includes(true) && said.includes(false);
}

export interface ReviewChoice {
  readonly filter: ReviewFilter;
  /** As they stood when the filter was chosen: the list does not change under the reviewer's hands. */
  readonly verdicts: Verdicts;
  readonly threshold: number | null;
  /** Scores are hidden: the order must not tell them either. */
  readonly isBlind: boolean;
}

/** The columns that a filter leaves, worst first; in an order that says nothing where scores are hidden. */
export function chooseImages(scores: RunScores, choice: ReviewChoice): RunScores {
  const { filter, isBlind } = choice;
  if (filter === 'all' && !isBlind) return scores;
  const rows = [...scores.imageIds.keys()].filter((row) => matches(scores, row, choice));
  if (isBlind) {
    const keys = new Map(rows.map((row) => [row, shuffleKey(scores.imageIds[row] ?? 0)]));
    rows.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0) || a - b);
  }
  const pick = <T>(column: readonly T[]): T[] =>
    rows.flatMap((row) => {
      const value = column[row];
      return value === undefined ? [] : [value];
    });
  return {
    classNames: scores.classNames,
    imageIds: pick(scores.imageIds),
    scores: pick(scores.scores),
    labels: pick(scores.labels),
    classes: pick(scores.classes),
    leftOut: pick(scores.leftOut),
  };
}

function matches(scores: RunScores, row: number, { filter, verdicts, threshold, isBlind }: ReviewChoice) {
  const verdict = verdicts.get(scores.imageIds[row] ?? 0) ?? null;
  switch (filter) {
    case 'all':
      return true;
    case 'unjudged':
      return verdict === null;
    case 'disagreement':
      // Without a verdict the mere presence in the list would give label and prediction away.
      if (isBlind && verdict === null) return false;
      return disagrees(
        { verdict, label: scores.labels[row] ?? null, score: scores.scores[row] ?? 0 },
        threshold,
      );
    case 'defect':
    case 'unsure':
    case 'good':
      return verdict === filter;
  }
}

/** A fixed number for an id, spread evenly over 32 bits (the finaliser of MurmurHash3). */
function shuffleKey(id: number): number {
  let key = id | 0;
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
