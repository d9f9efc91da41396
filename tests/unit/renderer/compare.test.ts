import { describe, expect, it } from 'vitest';
import { imageAtPoint, nearestCurvePoint, runCurves } from '../../../src-renderer/state/compare-curves.ts';
import { metricTable, type ComparedRun } from '../../../src-renderer/state/compare-metrics.ts';
import {
  chooseRuns,
  compareScores,
  orderRows,
  wrongPairs,
  type Comparison,
} from '../../../src-renderer/state/compare.ts';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import { noPixelFigures, noRankMetrics } from '../../../src-shared/domain/evaluation.ts';
import type { PublishedFigure } from '../../../src-shared/domain/published-results.ts';
import type { Run, RunScores } from '../../../src-shared/domain/run.ts';
import { auroc } from '../../../src-shared/metrics/ranking.ts';

/** A run's scores, worst first, from `[image id, score, label]`. */
function scoresOf(...rows: readonly (readonly [number, number, Label | null])[]): RunScores {
  const sorted = [...rows].sort((a, b) => b[1] - a[1]);
  return {
    classNames: ['felt'],
    imageIds: sorted.map(([id]) => id),
    scores: sorted.map(([, score]) => score),
    labels: sorted.map(([, , label]) => label),
    classes: sorted.map(() => 0),
    leftOut: sorted.map(() => null),
  };
}

const ask = { of: 0, metric: 'image.auroc' } as const;
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
    const beganAtMs = performance.now();
    const comparison = compareScores(many);
    expect(orderRows(comparison, 'disagreement', ask)).toHaveLength(50_000);
    expect(performance.now() - beganAtMs).toBeLessThan(2000);
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
    const rows = orderRows(comparison, 'cell', { of: 0, metric: 'pixel.aupro' });
    expect(idsOf(comparison, rows)).toEqual([4, 3, 1]);
  });

  it('pairs images only with those of their class', () => {
    const two: RunScores = { ...run, classNames: ['felt', 'tile'], classes: [0, 1, 0, 0, 0, 1, 1] };
    expect(wrongPairs(compareScores([two]), 0)).toEqual([0, 0, 0, 0, 0, 0, null]);
  });
});

describe('runs to compare', () => {
  const run = (id: number, kind: string) => ({ id, modelId: kind, scoredCount: 3 }) as Run;
  const own = [run(5, 'a'), run(4, 'b'), run(3, 'a'), run(2, 'c'), run(1, 'd')];
  const titleOf = ({ modelId }: Run) => modelId ?? '';
  const idsFor = (runs: readonly Run[], named: readonly number[] | null) =>
    chooseRuns(runs, named, titleOf).map(({ id }) => id);

  it('are those named, in their order, five at most', () => {
    expect(idsFor(own, [2, 5])).toEqual([2, 5]);
    expect(idsFor([...own, run(9, 'e')], [1, 2, 3, 4, 5, 9])).toEqual([1, 2, 3, 4, 5]);
  });

  it('are the newest of three kinds where none, or only ones that are gone, are named', () => {
    expect(idsFor(own, null)).toEqual([5, 4, 2]);
    expect(idsFor(own, [77, 5])).toEqual([5, 4, 2]);
  });

  it('are two of one kind where there is no other, and too few where one run is all', () => {
    expect(idsFor([run(3, 'a'), run(2, 'a'), run(1, 'a')], null)).toEqual([3, 2]);
    expect(idsFor([run(3, 'a')], null)).toEqual([3]);
  });
});

describe('the table of figures', () => {
  const figureOf = (className: string, auroc: number | null) => ({
    className,
    counts: { good: 1, anomalous: 1, masks: 0, failed: 0, references: 0 },
    image: { ...noRankMetrics, auroc },
    pixel: noPixelFigures,
    f1MaxAt: { image: null, pixel: null },
    errorBound: 0,
    meanDurationMs: null,
    notes: [],
  });
  const comparedRun = (values: Readonly<Record<string, number | null>>, shots = 0): ComparedRun => ({
    run: { settings: { shots } },
    evaluation: {
      runId: 1,
      rendering: { sizePx: 8, sigmaPx: 4 },
      classes: Object.entries(values).map(([name, value]) => figureOf(name, value)),
      mean: { image: { ...noRankMetrics, auroc: 0.5 }, pixel: noPixelFigures, durationMs: null },
    },
    published: [published('felt', 0.912), published(null, 0.8)],
  });
  const published = (className: string | null, auroc: number): PublishedFigure => ({
    paper: 'AnomalyCLIP',
    tables: [1, 3],
    dataset: 'Cloths',
    className,
    image: { auroc, ap: null },
    pixel: { auroc: null, aupro: 0.3 },
  });

  it('has the mean first and marks the highest as it is shown, all of them where they are equal', () => {
    const runs = [
      comparedRun({ felt: 0.9004, tile: 0.7 }),
      comparedRun({ felt: 0.9001, tile: 0.8 }),
      comparedRun({ felt: 0.4, tile: null }),
    ];
    const table = metricTable(runs, 'image.auroc');
    expect(table.map(({ className }) => className)).toEqual([null, 'felt', 'tile']);
    expect(table[1]?.cells.map(({ isBest }) => isBest)).toEqual([true, true, false]);
    expect(table[2]?.cells).toEqual([
      { value: 0.7, isBest: false },
      { value: 0.8, isBest: true },
      { value: null, isBest: false },
    ]);
  });

  it('has no mean beside one class and no best beside one figure', () => {
    const table = metricTable([comparedRun({ felt: 0.9 }), comparedRun({ felt: null })], 'image.auroc');
    expect(table.map(({ className }) => className)).toEqual(['felt']);
    expect(table[0]?.cells.some(({ isBest }) => isBest)).toBe(false);
  });

  it('says paper and table of published figures and holds no few-shot run against them', () => {
    const table = metricTable(
      [comparedRun({ Felt: 0.9, tile: 0.7 }), comparedRun({ Felt: 0.9, tile: 0.7 }, 4)],
      'image.auroc',
    );
    expect(table.map((row) => row.published)).toEqual([
      [{ source: 'AnomalyCLIP, tables 1 and 3', values: [0.8, null] }],
      [{ source: 'AnomalyCLIP, tables 1 and 3', values: [0.912, null] }],
      [],
    ]);
  });

  it('holds the papers’ AUPRO against theirs only, never against the exact one', () => {
    const runs = [comparedRun({ felt: 0.9 })];
    expect(metricTable(runs, 'pixel.aupro')[0]?.published).toEqual([]);
    expect(metricTable(runs, 'pixel.auproPaper')[0]?.published).toHaveLength(1);
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

  it('have nothing to open far from every curve', () => {
    expect(nearestCurvePoint(runCurves(comparison, 'roc'), { x: 0.9, y: 0.1 })).toBeNull();
  });
});
