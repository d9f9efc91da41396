import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  figuresOfClass,
  findPublishedFigures,
  publishedResultsSchema,
  publishedSource,
} from '../../../src-shared/domain/published-results.ts';
import { methodIdSchema } from '../../../src-shared/domain/method.ts';
import { assetsFolder, openTestCore } from '../core/support/harness.ts';

const results = publishedResultsSchema.parse(
  JSON.parse(readFileSync(join(assetsFolder, 'published-results.json'), 'utf8')),
);

describe('published figures', () => {
  test('where two papers differ, both are named with their tables', () => {
    const figures = figuresOfClass(findPublishedFigures(results, 'sdd', 'anomalyclip'), null);
    expect(
      figures.map((figure) => [publishedSource(figure), figure.image.auroc, figure.pixel.aupro]),
    ).toEqual([
      ['AnomalyCLIP, table 1', 0.847, 0.678],
      ['FAPrompt, tables 1 and 2', 0.981, 0.952],
    ]);
  });

  test('a class is found by its folder’s name, with all four metrics of its tables', () => {
    for (const name of ['mvtec', 'MVTec AD', 'MVTec-AD', 'mvtec_anomaly_detection']) {
      const figures = findPublishedFigures(results, name, 'anomalyclip');
      expect(figuresOfClass(figures, 'metal_nut')).toEqual([
        {
          ...{ paper: 'AnomalyCLIP', tables: [15, 16, 17, 18], dataset: 'MVTec AD', className: 'Metal nut' },
          ...{ image: { auroc: 0.936, ap: 0.985 }, pixel: { auroc: 0.744, aupro: 0.71 } },
        },
      ]);
    }
  });

  test('every class of a table has a figure, and its mean is the one of the data set’s table', () => {
    for (const [dataset, classCount] of [
      ['visa', 12],
      ['mpdd', 6],
      ['mvtec', 15],
    ] as const) {
      const figures = findPublishedFigures(results, dataset, 'anomalyclip').filter(
        ({ paper }) => paper === 'AnomalyCLIP',
      );
      const ofClasses = figures.filter(({ className }) => className !== null);
      expect(ofClasses).toHaveLength(classCount);
      const mean = ofClasses.reduce((sum, { pixel }) => sum + (pixel.auroc ?? NaN), 0) / classCount;
      expect(Math.abs(mean - (figuresOfClass(figures, null)[0]?.pixel.auroc ?? NaN))).toBeLessThan(0.001);
    }
  });

  test('a set without masks in the papers has image figures only, one of lesions alone pixel figures only', () => {
    const [head] = findPublishedFigures(results, 'HeadCT', 'faprompt');
    expect(head?.image.auroc).toBeGreaterThan(0);
    expect(head?.pixel).toEqual({ auroc: null, aupro: null });
    const [colon] = findPublishedFigures(results, 'ColonDB', 'clip');
    expect(colon?.image).toEqual({ auroc: null, ap: null });
    expect(colon?.pixel.aupro).toBeGreaterThan(0);
  });

  test('unknown data sets and methods that no paper has give nothing', () => {
    expect(findPublishedFigures(results, 'my screws', 'clip')).toEqual([]);
    expect(findPublishedFigures(results, '', 'clip')).toEqual([]);
    expect(findPublishedFigures(results, 'mvtec', 'baseline')).toEqual([]);
  });

  test('every data set of the tables is found by its own name for every method but the baseline', () => {
    for (const name of new Set(results.datasets.map(({ dataset }) => dataset)))
      for (const method of methodIdSchema.options.filter((id) => id !== 'baseline' && id !== 'faprompt'))
        expect(findPublishedFigures(results, name, method).length, `${name} ${method}`).toBeGreaterThan(0);
  });

  test('the core answers with them', async () => {
    const { core } = await openTestCore();
    const { figures } = await core.call('published.figures', { datasetName: 'BTAD', methodId: 'winclip' });
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.every(({ dataset }) => dataset === 'BTAD')).toBe(true);
  });
});
