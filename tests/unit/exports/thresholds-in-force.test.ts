import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { MethodParams } from '../../../src-shared/contract/methods.ts';
import { nothingChosen, type ChosenThresholds } from '../../../src-shared/domain/chosen-thresholds.ts';
import { exportSummarySchema } from '../../../src-shared/domain/export.ts';
import { proposeThreshold } from '../../../src-shared/metrics/propose-threshold.ts';
import { baselineRun, openTestCore, temporaryFolder, writeTree } from '../core/support/harness.ts';

/** Two classes; scores are the hundredths in the names, as the fake compute process takes them: 0.1 and 0.9 of each. */
const alike = [
  'nut/test/good/10.png',
  'nut/test/crack/90.png',
  'bolt/test/good/10.png',
  'bolt/test/bent/90.png',
];
/** Classes that score on levels of their own. */
const onLevels = [
  'nut/test/good/10.png',
  'nut/test/crack/30.png',
  'bolt/test/good/50.png',
  'bolt/test/bent/90.png',
];

async function scannedSet(paths: readonly string[] = alike) {
  const opened = await openTestCore();
  const root = await temporaryFolder();
  await writeTree(root, Object.fromEntries(paths.map((path) => [path, 'picture'])));
  const { dataset, job } = await opened.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await opened.jobEnd(job.id);
  const created = await opened.core.call('runs.create', baselineRun(dataset.id));
  await opened.jobEnd(created.job.id);
  return { ...opened, runId: created.run.id };
}

type Opened = Awaited<ReturnType<typeof scannedSet>>;
type ExportOptions = Partial<MethodParams<'exports.create'>['options']>;

/** As the window keeps it. */
async function chooseInWindow(
  { core, runId }: Opened,
  className: string | null,
  chosen: Partial<ChosenThresholds>,
) {
  const value = { ...nothingChosen, ...chosen };
  const key = `window.thresholds.${runId}${className === null ? '' : `/${className}`}`;
  await core.call('settings.set', { key, value });
}

async function exported({ core, jobEnd, runId }: Opened, options: ExportOptions) {
  const folder = join(await temporaryFolder(), 'out');
  const { job } = await core.call('exports.create', {
    runs: [{ runId }],
    folder,
    overwrite: false,
    options: { what: ['csv'], ...options },
  });
  expect((await jobEnd(job.id)).state).toBe('succeeded');
  const summary = exportSummarySchema.parse(JSON.parse(await readFile(join(folder, 'export.json'), 'utf8')));
  return { folder, summary };
}

async function predictions(folder: string): Promise<Record<string, string>> {
  const [, ...rows] = (await readFile(join(folder, 'predictions.csv'), 'utf8')).trim().split('\n');
  return Object.fromEntries(
    rows.map((row) => row.split(',')).map((cells) => [cells[0] ?? '', cells[4] ?? '']),
  );
}

const point = {
  level: 'image' as const,
  className: null,
  threshold: 0.95,
  secondThreshold: 0.5,
  minRegionAreaPx: 0,
  recipe: { kind: 'miss-rate' as const, target: 1 / 500 },
  counts: {
    ...{ truePositives: 0, falsePositives: 0, trueNegatives: 2, falseNegatives: 2 },
    ...{ unlabelledAbove: 0, unlabelledBelow: 0 },
  },
};

describe('an export without a threshold of its own', () => {
  it('proposes what the window proposes: one threshold for all classes, and its own for a class that is written alone', async () => {
    const opened = await scannedSet(onLevels);
    const scores = await opened.core.call('runs.scores', { runId: opened.runId });
    const proposed = proposeThreshold(scores)?.value;
    const all = await exported(opened, {});
    expect(all.summary.scoreThresholds.map(({ value }) => value)).toEqual([proposed, proposed]);
    const values = [];
    for (const className of ['bolt', 'nut'])
      values.push(
        ...(await exported(opened, { className })).summary.scoreThresholds.map(({ value }) => value),
      );
    expect(values.map((value) => value?.toFixed(6))).toEqual(['0.700000', '0.200000']);
    expect(values[0]).not.toBe(proposed);
  });

  it('has those that hold in the window: the class’s own, else the run’s, else the proposed one', async () => {
    const opened = await scannedSet();
    const before = await exported(opened, {});
    expect(before.summary.scoreThresholds.map(({ value }) => value)).toEqual([0.5, 0.5]);
    await chooseInWindow(opened, null, { score: 0.95, second: 0.6 });
    await chooseInWindow(opened, 'nut', {
      score: 0.7,
      recipe: { kind: 'best-f1', target: null, value: 0.7 },
    });
    const { folder, summary } = await exported(opened, {});
    expect(summary.scoreThresholds).toMatchObject([
      { className: 'bolt', value: 0.95, secondValue: 0.6, chosenBy: 'in the window: set by hand' },
      { className: 'nut', value: 0.7, secondValue: null, chosenBy: 'in the window: best F1' },
    ]);
    expect(await predictions(folder)).toEqual({
      'bolt/test/bent/90.png': 'unsure',
      'bolt/test/good/10.png': 'good',
      'nut/test/crack/90.png': 'anomalous',
      'nut/test/good/10.png': 'good',
    });
  });

  it('says by name which operating point was applied there, also when it was removed since', async () => {
    const opened = await scannedSet();
    const { core, runId } = opened;
    const saved = await core.call('operatingPoints.save', { ...point, name: 'Line 4', runId });
    await chooseInWindow(opened, null, {
      score: 0.95,
      recipe: { kind: 'miss-rate', target: 1 / 500, value: 0.95 },
      point: { id: saved.id, value: 0.95 },
    });
    await core.call('operatingPoints.remove', { id: saved.id });
    const { summary } = await exported(opened, {});
    expect(summary.scoreThresholds[0]?.chosenBy).toBe(
      'operating point «Line 4»: at most 0.2 % of what is anomalous missed',
    );
  });

  it('leaves small regions out of masks, as they were left out in the window', async () => {
    const opened = await scannedSet();
    await chooseInWindow(opened, null, { map: -1, minRegionAreaPx: 256 * 256 });
    const whole = await exported(opened, { what: ['masks'] });
    const maskOf = (folder: string) =>
      sharp(join(folder, 'masks/nut/test/crack/90_mask.png'))
        .stats()
        .then(({ channels }) => channels[0]?.max);
    expect(await maskOf(whole.folder)).toBe(255);
    // A region of half the map is smaller than what counts.
    await chooseInWindow(opened, null, { map: 0.3, minRegionAreaPx: 256 * 256 });
    const none = await exported(opened, { what: ['masks'] });
    expect(none.summary.mapThresholds[0]).toMatchObject({ value: 0.3, minRegionAreaPx: 65_536 });
    expect(await maskOf(none.folder)).toBe(0);
  });
});

describe('an export at an operating point', () => {
  it('takes its threshold and its band for the classes it was saved for, and the default for others', async () => {
    const opened = await scannedSet();
    const { core, runId } = opened;
    const saved = await core.call('operatingPoints.save', {
      ...point,
      name: 'Nuts',
      className: 'nut',
      runId,
    });
    const { folder, summary } = await exported(opened, {
      scoreThreshold: { kind: 'operating-point', id: saved.id },
    });
    expect(summary.scoreThresholds).toMatchObject([
      { className: 'bolt', value: 0.5 },
      { className: 'nut', value: 0.95, secondValue: 0.5 },
    ]);
    expect(await predictions(folder)).toMatchObject({
      'bolt/test/bent/90.png': 'anomalous',
      'nut/test/crack/90.png': 'unsure',
    });
  });

  it('is refused before a job is made where it is gone, or lies on maps', async () => {
    const opened = await scannedSet();
    const { core, runId } = opened;
    const onMaps = await core.call('operatingPoints.save', {
      ...point,
      name: 'Masks',
      level: 'pixel',
      runId,
    });
    await expect(
      exported(opened, { scoreThreshold: { kind: 'operating-point', id: onMaps.id } }),
    ).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('Masks') as string });
    await expect(
      exported(opened, { scoreThreshold: { kind: 'operating-point', id: 99 } }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
