import { describe, expect, test } from 'vitest';
import { findDisagreements, rankImages } from '../../../src-main/core/exports/find-disagreements.ts';
import { renderRunReport } from '../../../src-main/core/exports/run-report-html.ts';
import type { ReportPicture, ReportRun, RunReport } from '../../../src-main/core/exports/run-report.ts';
import { noPixelFigures, type RunEvaluation } from '../../../src-shared/domain/evaluation.ts';

const rankMetrics = (auroc: number | null) => ({ auroc, ap: null, f1Max: null });

function evaluation(aurocs: Readonly<Record<string, number | null>>): RunEvaluation {
  const known = Object.values(aurocs).filter((one) => one !== null);
  return {
    runId: 1,
    rendering: { sizePx: 256, sigmaPx: 0 },
    classes: Object.entries(aurocs).map(([className, auroc]) => ({
      className,
      counts: { good: 3, anomalous: 3, masks: 3, failed: 0, references: 0 },
      image: rankMetrics(auroc),
      pixel: noPixelFigures,
      f1MaxAt: { image: null, pixel: null },
      errorBound: 0,
      meanDurationMs: 20,
      notes: ['1 image was left out.'],
    })),
    mean: {
      image: rankMetrics(known.length === 0 ? null : known.reduce((a, b) => a + b) / known.length),
      pixel: noPixelFigures,
      durationMs: 20,
    },
  };
}

const run = (letter: string, title: string, aurocs: Readonly<Record<string, number | null>>): ReportRun => ({
  letter,
  title,
  evaluation: evaluation(aurocs),
  facts: [{ name: 'SHA-256', value: `${letter}`.repeat(64), isCode: true }],
});

const picture = (path: string, flags: readonly boolean[]): ReportPicture => ({
  path,
  className: 'nut',
  label: 'anomalous',
  widthPx: 10,
  heightPx: 10,
  jpeg: Uint8Array.of(1),
  problem: null,
  maskPath: '',
  maskSidePx: 512,
  overlays: flags.map((isFlagged, i) => ({
    score: 0.5,
    prediction: isFlagged ? 'anomalous' : 'good',
    rank: i + 1,
    rankedCount: 6,
    jpeg: Uint8Array.of(2),
    contourPath: '',
    sidePx: 256,
    regions: [],
    regionCount: 0,
  })),
});

const report = (more: Partial<RunReport> = {}): RunReport => ({
  datasetName: 'MVTec <AD>',
  datasetRoot: '/data/mvtec',
  imageCount: 12,
  version: '1.0.0',
  madeAt: new Date(0),
  madeBy: 'Ines',
  runs: [
    run('A', 'Block statistics', { nut: 0.5, bolt: 0.9 }),
    run('B', 'CLIP · ViT', { nut: 0.75, bolt: 0.85 }),
  ],
  leadingRun: 1,
  published: [],
  notRun: [],
  decisions: { thresholds: [], operatingPoints: [], counts: [], verdicts: [], verdictCount: 0 },
  contradictions: { rows: [], count: 0 },
  contradictionPictures: [],
  unread: { files: [], count: 0 },
  disagreements: [picture('nut/7.png', [true, false])],
  classes: [
    { name: 'nut', pictures: [picture('nut/1.png', [true, true])], imageCount: 6 },
    { name: 'bolt', pictures: [], imageCount: 6 },
  ],
  ...more,
});

/** What a reader sees, with single spaces. */
const wordsOf = (markup: string) => markup.replace(/<style>.*?<\/style>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ');

describe('a comparison of runs', () => {
  test('has the means side by side, with differences to the first run and the best marked in words too', () => {
    const markup = renderRunReport(report());
    const words = wordsOf(markup);
    expect(words).toMatch(/A Block statistics 70\.0 /);
    expect(words).toMatch(/B CLIP · ViT 80\.0 \+10\.0/);
    expect(words).toMatch(/nut 50\.0 75\.0 \+25\.0 bolt 90\.0 85\.0 −5\.0 Mean 70\.0 80\.0 \+10\.0/);
    const best = [...markup.matchAll(/<strong class="best" title="best">([\d.]+)</g)].map(
      (match) => match[1],
    );
    expect(best).toEqual(['80.0', '75.0', '90.0', '80.0']);
    expect(markup).toContain(".best::before { content: '▲ '");
  });

  test('marks nobody where all are alike, and shows no metric that nobody has', () => {
    const same = { nut: 0.5, bolt: null };
    const markup = renderRunReport(report({ runs: [run('A', 'One', same), run('B', 'Two', same)] }));
    expect(markup).not.toContain('<strong class="best"');
    expect(wordsOf(markup)).not.toContain('AUPRO');
    expect(wordsOf(markup)).toContain('bolt – –');
  });

  test('says what was left out once, not once a run', () => {
    expect(wordsOf(renderRunReport(report())).match(/1 image was left out/g)).toHaveLength(2);
  });

  test('shows published figures of the data set and its classes, with the paper and table', () => {
    const figure = { paper: 'AnomalyCLIP', dataset: 'MVTec AD', pixel: { auroc: null, aupro: null } };
    const words = wordsOf(
      renderRunReport(
        report({
          published: [
            {
              title: 'CLIP',
              paper: 'AnomalyCLIP’s paper',
              figures: [
                { ...figure, tables: [1], className: null, image: { auroc: 0.741, ap: null } },
                { ...figure, tables: [9], className: 'Nut', image: { auroc: 0.123, ap: null } },
              ],
            },
          ],
        }),
      ),
    );
    expect(words).toContain('CLIP published AnomalyCLIP, table 1, MVTec AD 74.1');
    expect(words).toMatch(/nut 50\.0 75\.0 \+25\.0 12\.3 bolt/);
  });

  test('begins its pictures with what the runs disagree on, and says who is right', () => {
    const words = wordsOf(renderRunReport(report()));
    expect(words.indexOf('nut/7.png')).toBeLessThan(words.indexOf('nut/1.png'));
    expect(words).toContain('rank 1 of 6 · flagged, rightly');
    expect(words).toContain('rank 2 of 6 · passed, wrongly');
    expect(words).toContain('5 more with lower scores are not shown');
  });

  test('escapes every name, and has hashes, print rules and no script', () => {
    const markup = renderRunReport(report());
    expect(markup).not.toContain('<AD>');
    expect(markup).toContain('MVTec &lt;AD&gt;');
    expect(markup).toContain('A'.repeat(64));
    expect(markup).toContain('size: A4 portrait');
    expect(markup).not.toContain('<script');
    const many = Array.from({ length: 8 }, (_, i) => run('ABCDEFGH'[i]!, `Method ${i}`, { nut: i / 8 }));
    expect(renderRunReport(report({ runs: many, disagreements: [], classes: [] }))).toContain('A4 landscape');
  });
});

describe('disagreement', () => {
  const scores = (values: readonly number[], classes = values.map(() => 0)) => {
    const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
    return rankImages({
      classNames: ['nut', 'bolt'],
      imageIds: order.map((i) => i + 1),
      scores: order.map((i) => values[i]!),
      labels: order.map(() => null),
      classes: order.map((i) => classes[i]!),
      leftOut: order.map(() => null),
    });
  };

  test('is the difference of ranks within a class, largest first; equal scores share a rank', () => {
    expect(scores([3, 3, 1]).get(1)).toEqual({ rank: 1.5, count: 3 });
    expect(findDisagreements([scores([4, 3, 2, 1]), scores([1, 3, 2, 4])], 8)).toEqual([1, 4]);
    expect(findDisagreements([scores([4, 3, 2, 1]), scores([1, 3, 2, 4])], 1)).toEqual([1]);
    const classes = [0, 0, 1, 1];
    expect(findDisagreements([scores([9, 8, 2, 1], classes), scores([2, 1, 9, 8], classes)], 8)).toEqual([]);
  });

  test('leaves out images that a run has no score for', () => {
    const partial = scores([1, 3, 2, 4]);
    expect(
      findDisagreements([scores([4, 3, 2, 1]), new Map([...partial].filter(([id]) => id !== 1))], 8),
    ).toEqual([4]);
    expect(findDisagreements([partial], 8)).toEqual([]);
  });
});
