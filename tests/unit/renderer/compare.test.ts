import { describe, expect, it } from 'vitest';
import {
  imageAtPoint,
  nearestCurvePoint,
  operatingPointOf,
  runCurves,
} from '../../../src-renderer/state/compare-curves.ts';
import { metricTable, type ComparedRun } from '../../../src-renderer/state/compare-metrics.ts';
import { countFilters, filterBits, filterRows } from '../../../src-renderer/state/compare-filter.ts';
import { bootstrapSamples, intervalOptions } from '../../../src-renderer/state/compare-intervals.ts';
import { compareCsv, shownTable } from '../../../src-renderer/state/compare-csv.ts';
import {
  choosePanes,
  paneCuts,
  paneToken,
  parsePaneToken,
  type ComparedPane,
} from '../../../src-renderer/state/compare-panes.ts';
import {
  compareScores,
  orderRows,
  scoreDifferences,
  wrongPairs,
  type Comparison,
  type OrderQuestion,
} from '../../../src-renderer/state/compare.ts';
import { paneColumns } from '../../../src-renderer/state/pane-columns.ts';
import { paneHeadings } from '../../../src-renderer/state/pane-headings.ts';
import { otherThreshold, recipeValues } from '../../../src-renderer/state/pane-thresholds.ts';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import { noPixelFigures, noRankMetrics } from '../../../src-shared/domain/evaluation.ts';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { figuresThatFit, type PublishedFigure } from '../../../src-shared/domain/published-results.ts';
import type { LeftOut, Run, RunScores } from '../../../src-shared/domain/run.ts';
import { bootstrapMetrics } from '../../../src-shared/metrics/bootstrap.ts';
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

/** The same, some images left out of its metrics. */
function without(run: RunScores, leftOut: Readonly<Record<number, LeftOut>>): RunScores {
  return { ...run, leftOut: run.imageIds.map((id) => leftOut[id] ?? null) };
}

const ask: OrderQuestion = { of: 0, against: 1, metric: 'image.auroc', scales: [], thresholds: [] };
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
    const facts = { verdicts: new Map([[3, 'unsure' as const]]), thresholds: [0.75, 2.5] };
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

const point = (id: number, level: 'image' | 'pixel', threshold: number) =>
  ({ id, level, threshold, name: `Point ${id}`, runId: 5 }) as OperatingPoint;

describe('panes', () => {
  const run = (id: number, kind: string) => ({ id, modelId: kind, scoredCount: 3 }) as Run;
  const own = [run(5, 'a'), run(4, 'b'), run(3, 'a'), run(2, 'c'), run(1, 'd')];
  const titleOf = ({ modelId }: Run) => modelId ?? '';
  const tokensFor = (runs: readonly Run[], named: readonly string[] | null) =>
    choosePanes(runs, named, titleOf).map(({ token }) => token);

  it('are those named, in their order, five at most, none twice', () => {
    expect(tokensFor(own, ['2', '5'])).toEqual(['2', '5']);
    expect(tokensFor(own, ['2', '5s0.4', '5', '2', '5p7', '1', '3', '4'])).toEqual([
      '2',
      '5s0.4',
      '5',
      '5p7',
      '1',
    ]);
  });

  it('are the newest of three kinds where none, or only ones that are gone, are named', () => {
    expect(tokensFor(own, null)).toEqual(['5', '4', '2']);
    expect(tokensFor(own, ['77', '5'])).toEqual(['5', '4', '2']);
  });

  it('are two of one kind where there is no other, and too few where one run is all', () => {
    expect(tokensFor([run(3, 'a'), run(2, 'a'), run(1, 'a')], null)).toEqual(['3', '2']);
    expect(tokensFor([run(3, 'a')], null)).toEqual(['3']);
    expect(tokensFor([run(3, 'a')], ['3', '3s0.5'])).toEqual(['3', '3s0.5']);
  });

  it('can be written in an address and read again', () => {
    for (const at of [
      { kind: 'own' },
      { kind: 'score', value: 0.1234567 },
      { kind: 'score', value: -1.5e-7 },
      { kind: 'map', value: 12_345_670 },
      { kind: 'saved', id: 7 },
    ] as const) {
      expect(parsePaneToken(paneToken(5, at))).toEqual({ runId: 5, at });
    }
    expect(parsePaneToken('5x1')).toBeNull();
    expect(parsePaneToken('')).toBeNull();
  });

  it('cut at the level that their threshold is of', () => {
    const points = [point(7, 'image', 0.4), point(8, 'pixel', 0.2)];
    expect(paneCuts({ kind: 'saved', id: 7 }, points)).toEqual({ score: 0.4, map: null });
    expect(paneCuts({ kind: 'saved', id: 8 }, points)).toEqual({ score: null, map: 0.2 });
    expect(paneCuts({ kind: 'saved', id: 9 }, points)).toEqual({ score: null, map: null });
    expect(paneCuts({ kind: 'map', value: 3 }, points)).toEqual({ score: null, map: 3 });
  });

  it('of one run once more cut where no other does', () => {
    const scores = scoresOf([1, 9, 'anomalous'], [2, 8, 'anomalous'], [3, 2, 'good'], [4, 1, 'good']);
    const [best] = recipeValues(scores);
    expect(best).toBe(5);
    const other = otherThreshold(scores, [5]);
    expect(other).not.toEqual({ kind: 'score', value: 5 });
    expect(otherThreshold(scoresOf([1, 3, null], [2, 1, null]), [])).toEqual({ kind: 'score', value: 2 });
  });

  it('stand in as many columns as show the image largest', () => {
    const wide = { width: 900, height: 450 };
    expect(paneColumns(5, wide, 1)).toBe(5);
    expect(paneColumns(5, wide, 3)).toBe(3);
    expect(paneColumns(2, { width: 2000, height: 1300 }, 1)).toBe(2);
    expect(paneColumns(3, { width: 0, height: 0 }, 1)).toBe(3);
  });
});

describe('headings of panes', () => {
  const names = {
    models: [
      { id: 'tiny', name: 'Tiny' },
      { id: 'large', name: 'Large' },
    ],
    promptSets: [],
  } as unknown as Parameters<typeof paneHeadings>[1];
  const pane = (change: Partial<Run>, at: ComparedPane['at'] = { kind: 'own' }): ComparedPane => ({
    token: '1',
    run: {
      id: 1,
      methodId: 'clip',
      modelId: 'tiny',
      promptSetId: null,
      settings: {},
      createdAtMs: 0,
      scale: null,
      ...change,
    } as Run,
    at,
  });

  it('say the method alone where only methods differ, and what is shared once', () => {
    const { own, shared } = paneHeadings(
      [pane({}), pane({ methodId: 'clip-ac' }), pane({ methodId: 'baseline', modelId: null })],
      names,
      [],
    );
    expect(own).toEqual(['CLIP', 'CLIP-AC', 'Block statistics']);
    expect(shared).toBe('Tiny');
  });

  it('say models, words and settings where these differ', () => {
    expect(paneHeadings([pane({}), pane({ modelId: 'large' })], names, [])).toEqual({
      own: ['Tiny', 'Large'],
      shared: 'CLIP',
    });
    expect(
      paneHeadings([pane({}), pane({ settings: { objectName: 'metal nut', sigmaPx: 2 } })], names, []).own,
    ).toEqual(['usual settings', '«metal nut» · σ 2']);
  });

  it('say thresholds where one run is cut twice', () => {
    const at = [{ kind: 'own' }, { kind: 'score', value: 0.25 }, { kind: 'saved', id: 7 }] as const;
    const { own, shared } = paneHeadings(
      at.map((each) => pane({}, each)),
      names,
      [point(7, 'image', 0.4)],
    );
    expect(own).toEqual(['cut as in Review', 'score ≥ 0.250', 'Point 7']);
    const three = paneHeadings(
      [pane({ methodId: 'clip-ac' }), pane({}), pane({}, { kind: 'map', value: 0.5 })],
      names,
      [],
    );
    expect(three.own).toEqual(['CLIP-AC', 'CLIP · cut as in Review', 'CLIP · map ≥ 0.500']);
    expect(shared).toBe('CLIP · Tiny');
  });

  it('say when they were made where nothing else tells them apart', () => {
    const { own } = paneHeadings([pane({}), pane({ createdAtMs: 86_400_000 })], names, []);
    expect(new Set(own).size).toBe(2);
    expect(own[0]).toMatch(/1970/);
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
      { value: 0.7, isBest: false, bootstrap: null },
      { value: 0.8, isBest: true, bootstrap: null },
      { value: null, isBest: false, bootstrap: null },
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
      [{ source: 'AnomalyCLIP, tables 1 and 3', subject: 'the mean over Cloths', values: [0.8, null] }],
      [{ source: 'AnomalyCLIP, tables 1 and 3', subject: 'felt of Cloths', values: [0.912, null] }],
      [],
    ]);
  });

  it('has intervals of just the figures that are shown, and figures at the panes’ thresholds', () => {
    const scores = scoresOf(
      [1, 9, 'anomalous'],
      [2, 5, 'good'],
      [3, 4, 'anomalous'],
      [4, 2, 'good'],
      [5, 1, 'good'],
    );
    const groups = bootstrapMetrics(
      bootstrapSamples(compareScores([scores, scores]), [4.5, 3]),
      intervalOptions,
    );
    const area = 5 / 6;
    const runs = [comparedRun({ felt: area }), comparedRun({ felt: 0.7 })];
    const [row] = metricTable(runs, 'image.auroc', groups);
    expect(row?.cells[0]?.bootstrap?.interval).not.toBeNull();
    expect(row?.cells[1]?.bootstrap).toBeNull();
    const recall = metricTable(runs, 'at.recall', groups)[0]?.cells.map(({ value }) => value);
    expect(recall).toEqual([0.5, 1]);
    const alarms = metricTable(runs, 'at.falseAlarmRate', groups)[0];
    expect(alarms?.cells.map(({ value, isBest }) => [value, isBest])).toEqual([
      [1 / 3, false],
      [1 / 3, false],
    ]);
    expect(metricTable(runs, 'pixel.auroc', groups)[0]?.cells[0]?.bootstrap).toBeNull();
  });

  it('can be taken along, whole as CSV or as shown to a spreadsheet', () => {
    const scores = scoresOf([1, 9, 'anomalous'], [2, 5, 'good'], [3, 4, 'anomalous'], [4, 2, 'good']);
    const groups = bootstrapMetrics(
      bootstrapSamples(compareScores([scores, scores]), [4.5, 3]),
      intervalOptions,
    );
    const compared = [comparedRun({ felt: 0.75 }), comparedRun({ felt: 0.75 })];
    const panes = [5, 6].map((id) => ({
      token: String(id),
      run: { id } as Run,
      at: { kind: 'own' } as const,
    }));
    const headings = ['=CLIP', 'Two, «words»'];
    const csv = compareCsv({ panes, headings, compared, groups, thresholds: [4.5, 3] });
    const lines = csv.trimEnd().split('\r\n');
    expect(lines[0]).toBe(
      'class,metric,pane,run,what,score_threshold,value,lower_95,upper_95,published,published_in',
    );
    expect(lines).toHaveLength(1 + 12 * 2);
    expect(lines[1]).toMatch(
      /^felt,image\.auroc,A,5,'=CLIP,4\.5,0\.75,[\d.]+,[\d.]+,0\.912,"AnomalyCLIP, tables 1 and 3"$/,
    );
    expect(lines[2]).toContain('"Two, «words»"');
    const shown = shownTable(metricTable(compared, 'image.auroc', groups), {
      name: 'Image AUROC',
      headings,
      meanName: 'Mean',
    });
    expect(shown.split('\n').map((line) => line.split('\t').length)).toEqual([7, 7]);
    expect(shown).toMatch(/^felt\t75\.0\t/m);
  });

  it('holds a mean against the papers’ only where it is over their classes', () => {
    const cloths = [published(null, 0.8), published('felt', 0.9)];
    const fits = (figures: readonly PublishedFigure[], classNames: readonly string[]) =>
      figuresThatFit(figures, classNames).map(({ className }) => className);
    expect(fits(cloths, ['Felt'])).toEqual([null, 'felt']);
    expect(fits(cloths, ['Felt', 'tile'])).toEqual(['felt']);
    expect(fits(cloths, ['tile'])).toEqual([]);
    const btad = [{ ...published(null, 0.8), dataset: 'BTAD' }];
    expect(fits(btad, ['01', '02', '03'])).toEqual([null]);
    expect(fits(btad, ['01'])).toEqual([]);
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
