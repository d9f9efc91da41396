import { describe, expect, test } from 'vitest';
import {
  addStep,
  chooseImages,
  countUnjudged,
  disagrees,
  emptyHistory,
  giveAgain,
  nextUnjudged,
  takeBack,
  reviewSorts,
  type ReviewChoice,
  type ReviewFilter,
} from '../../../src-renderer/state/review-order.ts';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';

const scores: RunScores = {
  classNames: ['felt'],
  imageIds: [11, 12, 13, 14],
  scores: [0.9, 0.7, 0.4, 0.1],
  labels: ['anomalous', 'good', null, 'anomalous'],
  classes: [0, 0, 0, 0],
  leftOut: [null, null, null, null],
};
const verdicts = new Map<number, VerdictValue>([
  [11, 'defect'],
  [13, 'unsure'],
]);

const choice: ReviewChoice = {
  filter: 'all',
  labels: 'all',
  sort: 'worst',
  seed: 1,
  isBlind: false,
  verdicts,
  threshold: 0.5,
  second: null,
  failures: [],
  facts: null,
};

function idsOf(filter: ReviewFilter, change: Partial<ReviewChoice> = {}): readonly number[] {
  return chooseImages(scores, { ...choice, filter, ...change }).imageIds;
}

describe('the images of a review', () => {
  test('filters keep the order, worst first', () => {
    expect(idsOf('all')).toEqual([11, 12, 13, 14]);
    expect(idsOf('unjudged')).toEqual([12, 14]);
    expect(idsOf('defect')).toEqual([11]);
    expect(idsOf('unsure')).toEqual([13]);
    expect(idsOf('good')).toEqual([]);
  });

  test('columns stay together', () => {
    const { scores: kept, labels } = chooseImages(scores, { ...choice, filter: 'unjudged' });
    expect(kept).toEqual([0.7, 0.1]);
    expect(labels).toEqual(['good', 'anomalous']);
  });

  test('disagreement is between any two of verdict, label and prediction; unsure takes no side', () => {
    expect(idsOf('disagreement')).toEqual([12, 14]);
    expect(disagrees({ verdict: 'good', label: 'anomalous', score: 0.1 }, null)).toBe(true);
    expect(disagrees({ verdict: 'good', label: null, score: 0.9 }, 0.5)).toBe(true);
    expect(disagrees({ verdict: 'unsure', label: null, score: 0.9 }, 0.5)).toBe(false);
    expect(disagrees({ verdict: 'defect', label: 'anomalous', score: 0.5 }, 0.5)).toBe(false);
  });

  test('the middle band is a filter of its own, takes no side, and stays hidden from a blinded reader', () => {
    const band = { second: 0.3, threshold: 0.8 };
    expect(idsOf('to-check', band)).toEqual([12, 13]);
    expect(idsOf('to-check')).toEqual([]);
    expect(idsOf('to-check', { ...band, isBlind: true, verdicts: new Map() })).toEqual([]);
    const opinions = { verdict: 'good', label: null, score: 0.6 } as const;
    expect(disagrees(opinions, 0.5, 'disagreement')).toBe(true);
    expect(disagrees(opinions, 0.8, 'disagreement', 0.5)).toBe(false);
  });

  test('disagreement of two sides leaves the third out', () => {
    expect(idsOf('verdict-label')).toEqual([]);
    expect(idsOf('label-prediction')).toEqual([12, 14]);
    const good = new Map<number, VerdictValue>([[11, 'good']]);
    expect(idsOf('verdict-label', { verdicts: good })).toEqual([11]);
    expect(idsOf('verdict-prediction', { verdicts: good })).toEqual([11]);
    expect(idsOf('label-prediction', { verdicts: good })).toEqual([12, 14]);
    const opinions = { verdict: 'good', label: 'good', score: 0.9 } as const;
    expect(disagrees(opinions, 0.5, 'verdict-label')).toBe(false);
    expect(disagrees(opinions, 0.5, 'verdict-prediction')).toBe(true);
  });

  test('labels narrow the list, and «only unlabelled» is one of them', () => {
    expect(idsOf('all', { labels: 'unlabelled' })).toEqual([13]);
    expect(idsOf('all', { labels: 'anomalous' })).toEqual([11, 14]);
    expect(idsOf('unjudged', { labels: 'good' })).toEqual([12]);
  });

  test('orders: worst, best, nearest to the threshold, by name, random by a number', () => {
    const facts = {
      rowOf: new Map([14, 11, 13, 12].map((id, row) => [id, row])),
      classNames: ['felt'],
      classes: [0, 0, 0, 0],
      labels: [null, null, null, null],
    };
    expect(idsOf('all', { sort: 'best' })).toEqual([14, 13, 12, 11]);
    expect(idsOf('all', { sort: 'nearest', threshold: 0.45 })).toEqual([13, 12, 14, 11]);
    expect(idsOf('all', { sort: 'name', facts })).toEqual([14, 11, 13, 12]);
    const orders = [1, 2, 3, 4, 5].map((seed) => idsOf('all', { sort: 'random', seed }));
    expect(orders[0]).toEqual(idsOf('all', { sort: 'random', seed: 1 }));
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
    for (const order of orders) expect([...order].sort()).toEqual([11, 12, 13, 14]);
  });

  test('what could not be scored comes last, without a score, and can be looked for', () => {
    const failures = [{ imageId: 20, message: 'cut off' }];
    expect(idsOf('all', { failures })).toEqual([11, 12, 13, 14, 20]);
    expect(idsOf('all', { failures, sort: 'best' }).at(-1)).toBe(20);
    expect(idsOf('all', { failures, sort: 'nearest' }).at(-1)).toBe(20);
    expect(idsOf('failed', { failures })).toEqual([20]);
    expect(chooseImages(scores, { ...choice, failures }).scores.at(-1)).toBeNull();
  });

  test('blinded, neither the order nor the filter tells what is hidden', () => {
    const rising = { ...scores, scores: [0.1, 0.2, 0.3, 0.4] };
    const blind = { ...choice, isBlind: true };
    expect([...idsOf('all', { isBlind: true })].sort()).toEqual([11, 12, 13, 14]);
    for (const sort of reviewSorts) {
      expect(chooseImages(rising, { ...blind, sort }).imageIds).toEqual(idsOf('all', { isBlind: true }));
    }
    expect(idsOf('disagreement', { isBlind: true })).toEqual([]);
    expect(idsOf('label-prediction', { isBlind: true })).toEqual([]);
    // Of the anomalous ones only the one that was judged: the others would be given away.
    expect(idsOf('all', { isBlind: true, labels: 'anomalous' })).toEqual([11]);
  });

  test('the next without a verdict is looked for from the start again after the end', () => {
    expect(nextUnjudged(scores.imageIds, verdicts, 0)).toBe(1);
    expect(nextUnjudged(scores.imageIds, verdicts, 3)).toBe(1);
    expect(nextUnjudged([11, 13], verdicts, 0)).toBeNull();
    expect(countUnjudged(scores.imageIds, verdicts)).toBe(2);
  });

  test('steps are taken back and given again; a new one ends what could be given again', () => {
    const first = { imageId: 11, before: null, after: 'good' } as const;
    const second = { imageId: 12, before: null, after: 'defect' } as const;
    const both = addStep(addStep(emptyHistory, first), second);
    const [taken, history] = takeBack(both)!;
    expect(taken).toBe(second);
    const [given, again] = giveAgain(history)!;
    expect(given).toBe(second);
    expect(again).toEqual(both);
    expect(giveAgain(addStep(history, second))).toBeNull();
    expect(takeBack(emptyHistory)).toBeNull();
  });
});
