import { describe, expect, it } from 'vitest';
import {
  imageAtPoint,
  nearestCurvePoint,
  operatingPointOf,
  runCurves,
} from '../../../src-renderer/state/compare-curves.ts';
import { countFilters, filterBits, filterRows } from '../../../src-renderer/state/compare-filter.ts';
import { bootstrapSamples } from '../../../src-renderer/state/compare-intervals.ts';
import {
  compareScores,
  orderRows,
  scoreDifferences,
  wrongPairs,
  type Comparison,
  type OrderQuestion,
} from '../../../src-renderer/state/compare.ts';
import type { LeftOut, RunScores } from '../../../src-shared/domain/run.ts';
import { auroc } from '../../../src-shared/metrics/ranking.ts';
import { scoresOf } from './scores-of.ts';

/** The same, some images left out of its metrics. */
function without(run: RunScores, leftOut: Readonly<Record<number, LeftOut>>): RunScores {
  return { ...run, leftOut: run.imageIds.map((id) => leftOut[id] ?? null) };
}

const ask: OrderQuestion = {
  of: 0,
  against: 1,
  metric: 'image.auroc',
  scales: [],
  thresholds: [],
  seconds: [],
};
const idsOf = (comparison: Comparison, rows: readonly number[]) =>
  rows.map((row) => comparison.imageIds[row]);

describe('rank disagreement', () => {
  const first = scoresOf([1, 0.9, null], [2, 0.5, null], [3, 0.1, null]);

  it('is nothing where runs on quite different scales rank the images alike', () => {
    const same = scoresOf([1, 900, null], [2, 20, null], [3, -4, null]);
    expect(compareScores([first, same]).disagreement).toEqual([0, 0, 0]);
  });

  it('is the whole list where what one run finds worst another finds best', () => {
    const turned = scoresOf([1, 0, null], [2, 1, null], [3, 2, null]);
    const comparison = compareScores([first, turned]);
    expect(comparison.disagreement).toEqual([1, 0, 1]);
    expect(idsOf(comparison, orderRows(comparison, 'disagreement', ask))).toEqual([1, 3, 2]);
  });

  it('takes the mean rank of equal scores, and shows them the better one', () => {
    const flat = scoresOf([1, 5, null], [2, 5, null], [3, 5, null]);
    const comparison = compareScores([first, flat]);
    expect(comparison.ranks[1]).toEqual([1, 1, 1]);
    expect(comparison.disagreement).toEqual([0.5, 0, 0.5]);
  });

  it('is unknown, and comes last, where a run has no score', () => {
    const partial = scoresOf([2, 5, null], [3, 4, null]);
    const comparison = compareScores([first, partial]);
    expect(comparison.disagreement).toEqual([null, 0.5, 0]);
    expect(comparison.ranks[1]).toEqual([null, 1, 2]);
    expect(idsOf(comparison, orderRows(comparison, 'disagreement', ask))).toEqual([2, 3, 1]);
  });

  it('manages one image and no run', () => {
    expect(compareScores([scoresOf([7, 1, null]), scoresOf([7, 2, null])]).disagreement).toEqual([0]);
    expect(compareScores([]).imageIds).toEqual([]);
  });

  it('lays 50,000 images of five runs side by side in under two seconds', () => {
    const many = Array.from({ length: 5 }, (_, run) =>
      scoresOf(
        ...Array.from({ length: 50_000 }, (__, k) => [k + 1, (k * (run + 7919)) % 50_021, null] as const),
      ),
    );
    // Of the processor, so that a busy machine changes nothing.
    const began = process.cpuUsage();
    const comparison = compareScores(many);
    expect(orderRows(comparison, 'disagreement', ask)).toHaveLength(50_000);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(2000);
  });
});

describe('the images that make a cell', () => {
  const run = scoresOf(
    [1, 0.9, 'anomalous'],
    [2, 0.8, 'good'],
    [3, 0.7, 'anomalous'],
    [4, 0.2, 'anomalous'],
    [5, 0.2, 'good'],
    [6, 0.1, 'good'],
    [7, 0.6, null],
  );
  const comparison = compareScores([run]);

  it('counts each labelled image’s wrong pairs, ties half, so that they add up to 1 − AUROC', () => {
    const wrong = wrongPairs(comparison, 0);
    expect(wrong).toEqual([0, 2, 1, 1.5, 0.5, 0, null]);
    const labelled = [0.9, 0.8, 0.7, 0.2, 0.2, 0.1];
    const area = auroc({ scores: labelled, labels: [1, 0, 1, 1, 0, 0] }) ?? Number.NaN;
    const pairs = wrong.reduce<number>((sum, each) => sum + (each ?? 0), 0) / 2;
    expect(pairs / 9).toBeCloseTo(1 - area, 12);
  });

  it('puts the costliest first and leaves unlabelled ones out', () => {
    expect(idsOf(comparison, orderRows(comparison, 'cell', ask))).toEqual([2, 4, 3, 5, 1, 6]);
  });

  it('shows for a figure over pixels the anomalous images, lowest score first', () => {
    const rows = orderRows(comparison, 'cell', { ...ask, metric: 'pixel.aupro' });
    expect(idsOf(comparison, rows)).toEqual([4, 3, 1]);
  });

  it('pairs images only with those of their class', () => {
    const two: RunScores = { ...run, classNames: ['felt', 'tile'], classes: [0, 1, 0, 0, 0, 1, 1] };
    expect(wrongPairs(compareScores([two]), 0)).toEqual([0, 0, 0, 0, 0, 0, null]);
  });
});

describe('images that metrics leave out', () => {
  const run = without(scoresOf([1, 0.9, 'good'], [2, 0.8, 'anomalous'], [3, 0.7, 'good'], [4, 0.1, 'good']), {
    1: 'train',
    4: 'reference',
  });
  const comparison = compareScores([
    run,
    scoresOf([1, 5, 'good'], [2, 4, 'anomalous'], [3, 3, 'good'], [4, 2, 'good']),
  ]);

  it('have a score and the reason, but no rank and no part in disagreement', () => {
    expect(comparison.scores[0]).toEqual([0.9, 0.8, 0.7, 0.1]);
    expect(comparison.leftOut[0]).toEqual(['train', null, null, 'reference']);
    expect(comparison.ranks[0]).toEqual([null, 1, 2, null]);
    expect(comparison.counts).toEqual([2, 4]);
    // Of two images the first and the last; of four the second and the third.
    expect(comparison.disagreement.map((each) => each?.toFixed(9))).toEqual([
      undefined,
      (1 / 3).toFixed(9),
      (1 / 3).toFixed(9),
      undefined,
    ]);
  });

  it('are in no curve, no cell and no resample of that run', () => {
    const [first, second] = runCurves(comparison, 'roc');
    expect(first?.ranking.negatives).toBe(1);
    expect(second?.ranking.negatives).toBe(3);
    expect(idsOf(comparison, orderRows(comparison, 'cell', ask))).toEqual([2, 3]);
    const [sample] = bootstrapSamples(comparison, [0.5, null]);
    expect(Array.from(sample!.labels)).toEqual([0, 1, 0, 0]);
    expect(Array.from(sample!.columns[0]!.scores)).toEqual([Number.NaN, 0.8, 0.7, Number.NaN]);
    expect(Array.from(sample!.columns[1]!.scores)).toEqual([5, 4, 3, 2]);
    expect(sample!.columns.map(({ threshold }) => threshold)).toEqual([0.5, null]);
  });

  it('can be looked for, like labels, verdicts and what the panes judge differently', () => {
    const facts = {
      verdicts: new Map([[3, 'unsure' as const]]),
      thresholds: [0.75, 2.5],
      seconds: [null, null],
    };
    const rows = [...comparison.imageIds.keys()];
    const ids = (...filters: Parameters<typeof filterRows>[2]) =>
      idsOf(comparison, filterRows(filterBits(comparison, facts), rows, filters));
    expect(ids()).toEqual([1, 2, 3, 4]);
    expect(ids('label-good')).toEqual([1, 3, 4]);
    expect(ids('label-good', 'verdict-unsure')).toEqual([3]);
    expect(ids('label-good', 'label-anomalous')).toEqual([1, 2, 3, 4]);
    expect(ids('panes-differ')).toEqual([3]);
    expect(ids('metrics-left-out')).toEqual([]);
    const alone = compareScores([run]);
    expect(idsOf(alone, filterRows(filterBits(alone, facts), rows, ['metrics-left-out']))).toEqual([1, 4]);
    expect(countFilters(filterBits(comparison, facts), rows).get('verdict-none')).toBe(3);
  });
});

describe('a middle band between two thresholds', () => {
  const run = scoresOf([1, 0.9, 'anomalous'], [2, 0.5, 'good'], [3, 0.1, 'good']);
  const twice = compareScores([run, run]);
  const rows = [...twice.imageIds.keys()];
  const idsWith = (
    thresholds: readonly number[],
    seconds: readonly (number | null)[],
    filter: 'prediction-check' | 'panes-differ',
  ) =>
    idsOf(twice, filterRows(filterBits(twice, { verdicts: new Map(), thresholds, seconds }), rows, [filter]));

  it('is a filter of its own, and counts what any pane leaves to a human', () => {
    expect(idsWith([0.8, 0.8], [null, null], 'prediction-check')).toEqual([]);
    expect(idsWith([0.8, 0.8], [0.5, null], 'prediction-check')).toEqual([2]);
    expect(idsWith([0.8, 0.8], [0.1, null], 'prediction-check')).toEqual([2, 3]);
  });

  it('is a judgement of its own: to check in one pane and good in another is judged differently', () => {
    expect(idsWith([0.8, 0.8], [0.5, 0.5], 'panes-differ')).toEqual([]);
    expect(idsWith([0.8, 0.8], [0.5, null], 'panes-differ')).toEqual([2]);
  });
});

describe('orders that ask single panes', () => {
  const scale = (scoreMin: number, scoreMax: number) => ({ scoreMin, scoreMax, mapMin: 0, mapMax: 1 });
  const comparison = compareScores([
    scoresOf([1, 0.9, 'good'], [2, 0.5, 'anomalous'], [3, 0.1, 'anomalous']),
    scoresOf([1, 10, 'good'], [2, 100, 'anomalous']),
  ]);
  const question: OrderQuestion = { ...ask, scales: [scale(0, 1), scale(0, 100)], thresholds: [0.4, null] };

  it('take differences as shares of each run’s own scale', () => {
    const [first, second, third] = scoreDifferences(comparison, question);
    expect(first).toBeCloseTo(0.8, 12);
    expect(second).toBeCloseTo(0.5, 12);
    expect(third).toBeNull();
    expect(idsOf(comparison, orderRows(comparison, 'difference', question))).toEqual([1, 2, 3]);
  });

  it('put what one run judges differently at its two thresholds first', () => {
    const run = scoresOf([1, 0.9, null], [2, 0.5, null], [3, 0.1, null]);
    const twice = compareScores([run, run]);
    const rows = orderRows(twice, 'disagreement', { ...ask, thresholds: [0.6, 0.3] });
    expect(idsOf(twice, rows)).toEqual([2, 1, 3]);
  });

  it('show for a figure at a threshold what the threshold does', () => {
    const ids = (metric: OrderQuestion['metric']) =>
      idsOf(comparison, orderRows(comparison, 'cell', { ...question, metric }));
    expect(ids('at.recall')).toEqual([3, 2]);
    expect(ids('at.falseAlarmRate')).toEqual([1]);
    expect(ids('at.precision')).toEqual([1, 2]);
    expect(ids('at.f1')).toEqual([1, 3]);
  });
});

describe('curves of several runs', () => {
  const comparison = compareScores([
    scoresOf(
      [1, 0.9, 'anomalous'],
      [2, 0.8, 'good'],
      [3, 0.3, 'anomalous'],
      [4, 0.1, 'good'],
      [5, 0.9, null],
    ),
  ]);

  it('leave unlabelled images out and lead from a point to the image that it takes in', () => {
    const curves = runCurves(comparison, 'roc');
    expect(curves[0]?.points).toHaveLength(5);
    const picked = nearestCurvePoint(curves, { x: 0.52, y: 0.98 });
    expect(picked).toEqual({ run: 0, threshold: 0.3 });
    expect(picked && imageAtPoint(comparison, picked)).toBe(3);
  });

  it('have a point where a threshold cuts', () => {
    const [curve] = runCurves(comparison, 'roc');
    expect(curve && operatingPointOf(curve, 'roc', 0.85)).toEqual({ x: 0, y: 0.5 });
    expect(curve && operatingPointOf(curve, 'roc', 0.2)).toEqual({ x: 0.5, y: 1 });
    expect(curve && operatingPointOf(curve, 'roc', 2)).toEqual({ x: 0, y: 0 });
    const [precision] = runCurves(comparison, 'pr');
    expect(precision && operatingPointOf(precision, 'pr', 0.8)).toEqual({ x: 0.5, y: 0.5 });
    expect(precision && operatingPointOf(precision, 'pr', 2)).toBeNull();
    expect(precision && operatingPointOf(precision, 'pr', null)).toBeNull();
  });

  it('have nothing to open far from every curve', () => {
    expect(nearestCurvePoint(runCurves(comparison, 'roc'), { x: 0.9, y: 0.1 })).toBeNull();
  });
});
