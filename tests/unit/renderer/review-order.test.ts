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

function idsOf(filter: ReviewFilter, isBlind = false): readonly number[] {
  return chooseImages(scores, { filter, isBlind, verdicts, threshold: 0.5 }).imageIds;
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
    const { scores: kept, labels } = chooseImages(scores, {
      filter: 'unjudged',
      isBlind: false,
      verdicts,
      threshold: 0.5,
    });
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

  test('blinded, neither the order nor the filter tells what is hidden', () => {
    const rising = { ...scores, scores: [0.1, 0.2, 0.3, 0.4] };
    const choice = { filter: 'all', isBlind: true, verdicts, threshold: 0.5 } as const;
    expect([...idsOf('all', true)].sort()).toEqual([11, 12, 13, 14]);
    expect(chooseImages(rising, choice).imageIds).toEqual(idsOf('all', true));
    expect(idsOf('disagreement', true)).toEqual([]);
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
