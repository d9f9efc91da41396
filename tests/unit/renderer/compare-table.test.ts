import { describe, expect, it } from 'vitest';
import {
  metricNotes,
  metricTable,
  type ComparedRun,
  type MetricKey,
} from '../../../src-renderer/state/compare-metrics.ts';
import { bootstrapSamples } from '../../../src-renderer/state/compare-intervals.ts';
import { compareCsv, shownTable } from '../../../src-renderer/state/compare-csv.ts';
import { compareScores } from '../../../src-renderer/state/compare.ts';
import { noPixelFigures, noRankMetrics } from '../../../src-shared/domain/evaluation.ts';
import { figuresThatFit, type PublishedFigure } from '../../../src-shared/domain/published-results.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { bootstrapMetrics } from '../../../src-shared/metrics/bootstrap.ts';
import { intervalOptions } from '../../../src-shared/metrics/resample-images.ts';
import { scoresOf } from './scores-of.ts';

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

  it('says of which classes and panes a remark is, once for those that say the same', () => {
    const withNotes = (notes: Readonly<Record<string, readonly string[]>>) => ({
      ...comparedRun({ felt: 0.9, tile: 0.8, wood: null }).evaluation!,
      classes: Object.entries(notes).map(([name, own]) => ({ ...figureOf(name, null), notes: [...own] })),
    });
    const both = { felt: ['no masks'], tile: ['no masks'], wood: [] };
    expect(
      metricNotes([withNotes(both), undefined, withNotes({ ...both, wood: ['learned from', 'no masks'] })]),
    ).toEqual([
      { text: 'no masks', classNames: ['felt', 'tile'], places: [0, 2] },
      { text: 'learned from', classNames: ['wood'], places: [2] },
      { text: 'no masks', classNames: ['wood'], places: [2] },
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
    const image = bootstrapMetrics(
      bootstrapSamples(compareScores([scores, scores]), [4.5, 3]),
      intervalOptions,
    );
    const intervals = { image, pixel: [] };
    const area = 5 / 6;
    const runs = [comparedRun({ felt: area }), comparedRun({ felt: 0.7 })];
    const [row] = metricTable(runs, 'image.auroc', intervals);
    expect(row?.cells[0]?.bootstrap?.interval).not.toBeNull();
    expect(row?.cells[1]?.bootstrap).toBeNull();
    const recall = metricTable(runs, 'at.recall', intervals)[0]?.cells.map(({ value }) => value);
    expect(recall).toEqual([0.5, 1]);
    const alarms = metricTable(runs, 'at.falseAlarmRate', intervals)[0];
    expect(alarms?.cells.map(({ value, isBest }) => [value, isBest])).toEqual([
      [1 / 3, false],
      [1 / 3, false],
    ]);
    expect(metricTable(runs, 'pixel.auroc', intervals)[0]?.cells[0]?.bootstrap).toBeNull();
  });

  it('has intervals of pixel metrics beside their own figures, with what histograms may have changed', () => {
    const pixel = { auroc: 0.8, ap: 0.4, f1Max: null, aupro: 0.6, auproPaper: 0.5 };
    const own = comparedRun({ felt: 0.9 });
    const run: ComparedRun = {
      ...own,
      evaluation: { ...own.evaluation!, classes: [{ ...figureOf('felt', 0.9), pixel }] },
    };
    const figures = [0.8, 0.41, null, 0.6, 0.5].map((estimate) => ({
      estimate,
      interval: estimate === null ? null : { lower: estimate - 0.1, upper: estimate + 0.1 },
      reason: estimate === null ? ('no-figure' as const) : null,
      discretisation: estimate === null ? null : { error: 0.0001, bound: 0.002 },
    }));
    const intervals = { image: [], pixel: [{ className: 'felt', figures: [figures], differences: [] }] };
    const bootstrapOf = (metric: MetricKey) => metricTable([run], metric, intervals)[0]?.cells[0]?.bootstrap;
    expect(bootstrapOf('pixel.auroc')).toBe(figures[0]);
    expect(bootstrapOf('pixel.aupro')).toBe(figures[3]);
    expect(bootstrapOf('pixel.auproPaper')).toBe(figures[4]);
    // Drawn for another figure than the one that is shown, and of a figure that is none.
    expect(bootstrapOf('pixel.ap')).toBeNull();
    expect(bootstrapOf('pixel.f1Max')).toBeNull();
    expect(bootstrapOf('image.auroc')).toBeNull();
    const panes = [{ token: '5', run: { id: 5 } as Run, at: { kind: 'own' } as const }];
    const csv = compareCsv({ panes, headings: ['CLIP'], compared: [run], intervals, thresholds: [null] });
    expect(csv).toMatch(/^felt,pixel\.aupro,A,5,CLIP,,0\.6,0\.5,0\.7,0\.0001,0\.002,,\r$/m);
  });

  it('can be taken along, whole as CSV or as shown to a spreadsheet', () => {
    const scores = scoresOf([1, 9, 'anomalous'], [2, 5, 'good'], [3, 4, 'anomalous'], [4, 2, 'good']);
    const image = bootstrapMetrics(
      bootstrapSamples(compareScores([scores, scores]), [4.5, 3]),
      intervalOptions,
    );
    const intervals = { image, pixel: [] };
    const compared = [comparedRun({ felt: 0.75 }), comparedRun({ felt: 0.75 })];
    const panes = [5, 6].map((id) => ({
      token: String(id),
      run: { id } as Run,
      at: { kind: 'own' } as const,
    }));
    const headings = ['=CLIP', 'Two, «words»'];
    const csv = compareCsv({ panes, headings, compared, intervals, thresholds: [4.5, 3] });
    const lines = csv.trimEnd().split('\r\n');
    expect(lines[0]).toBe(
      'class,metric,pane,run,what,score_threshold,value,lower_95,upper_95,histogram_error,histogram_bound,published,published_in',
    );
    expect(lines).toHaveLength(1 + 12 * 2);
    expect(lines[1]).toMatch(
      /^felt,image\.auroc,A,5,'=CLIP,4\.5,0\.75,[\d.]+,[\d.]+,,,0\.912,"AnomalyCLIP, tables 1 and 3"$/,
    );
    expect(lines[2]).toContain('"Two, «words»"');
    const shown = shownTable(metricTable(compared, 'image.auroc', intervals), {
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
