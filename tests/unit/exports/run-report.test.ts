import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  baselineRun,
  openTestCore,
  temporaryFolder,
  writeTree,
  type TestCore,
} from '../core/support/harness.ts';

async function scan({ core, jobEnd }: TestCore, files: Parameters<typeof writeTree>[1], name = 'Batch 7') {
  const root = await temporaryFolder();
  await writeTree(root, files);
  const { dataset, job } = await core.call('datasets.import', { path: root, layout: 'mvtec', name });
  await jobEnd(job.id);
  const created = await core.call('runs.create', baselineRun(dataset.id));
  await jobEnd(created.job.id);
  return created.run.id;
}

async function square(): Promise<Buffer> {
  const data = Uint8Array.from({ length: 16 * 12 }, (_, i) => {
    const [x, y] = [i % 16, Math.floor(i / 16)];
    return x > 4 && x < 11 && y > 3 && y < 9 ? 255 : 0;
  });
  return await sharp(data, { raw: { width: 16, height: 12, channels: 1 } })
    .png()
    .toBuffer();
}

const report = (file: string, runIds: number[], imagesPerClass = 12) => ({
  runIds,
  file,
  imagesPerClass,
  notRun: [],
});

/** What a reader sees, with single spaces. */
const wordsOf = (text: string) => text.replace(/<style>.*?<\/style>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ');

describe('the report of runs', () => {
  test('is one HTML file with figures, and the worst images first under map, contour and ground truth', async () => {
    const opened = await openTestCore();
    const runId = await scan(opened, {
      'nut/test/good/10.png': 'picture',
      'nut/test/good/20.png': 'picture',
      'nut/test/crack/90.png': 'picture',
      'nut/ground_truth/crack/90_mask.png': await square(),
    });
    const folder = await temporaryFolder();
    const file = join(folder, 'new', 'report.html');

    const written = await opened.core.call('reports.write', report(file, [runId], 2));

    const text = await readFile(file, 'utf8');
    const words = wordsOf(text);
    expect(written).toEqual({ file, sizeBytes: Buffer.byteLength(text) });
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).toContain('<h1>Batch 7</h1>');
    // Worst first, and no more than asked for.
    expect(text.indexOf('nut/test/crack/90.png')).toBeLessThan(text.indexOf('nut/test/good/20.png'));
    expect(text).not.toContain('nut/test/good/10.png');
    expect(text).toContain('1 more with lower scores are not shown');
    expect(text).toMatch(/<path class="contour" d="M[\d. LZM]+"/);
    expect(text).toMatch(/<path class="truth" d="M[\d. LZM]+"/);
    expect(words).toContain('score 0.900');
    // Image AUROC of 10, 20 against 90.
    expect(words).toMatch(/AUROC AP F1-max .*nut 100\.0 100\.0 100\.0/);
    expect(await readdir(join(folder, 'new'))).toEqual(['report.html']);
  });

  test('tells thresholds with how they were chosen, saved operating points, and every verdict ever given', async () => {
    const opened = await openTestCore();
    const { core } = opened;
    const runId = await scan(opened, {
      'nut/test/good/10.png': 'picture',
      'nut/test/crack/90.png': 'picture',
    });
    const { datasetId } = await core.call('runs.get', { runId });
    const file = join(await temporaryFolder(), 'report.html');
    await core.call('reports.write', report(file, [runId]));
    const before = wordsOf(await readFile(file, 'utf8'));
    expect(before).toContain('No verdict was given on these images.');
    expect(before).toContain('No operating point was saved.');
    expect(before).toMatch(/nut default: best F1 \(100\.0 %\) 0\.50000 1 0 0\.0 \(0\.0 to 97\.5\)/);

    await core.call('settings.set', { key: 'author', value: 'Ines' });
    const point = {
      ...{
        runId,
        level: 'image' as const,
        className: null,
        threshold: 0.42,
        secondThreshold: null,
        minRegionAreaPx: 1,
      },
      recipe: { kind: 'false-alarm-rate', target: 0.05 },
      counts: {
        ...{ truePositives: 1, falsePositives: 0, trueNegatives: 1, falseNegatives: 0 },
        ...{ unlabelledAbove: 0, unlabelledBelow: 0 },
      },
    } as const;
    await core.call('operatingPoints.save', { ...point, name: 'Line 4' });
    const removed = await core.call('operatingPoints.save', { ...point, name: 'Old', threshold: 0.7 });
    await core.call('operatingPoints.remove', { id: removed.id });
    const { imageIds } = await core.call('images.columns', { datasetId, runId: null });
    const say = (value: 'good' | 'defect', threshold: number, note: string) =>
      core.call('verdicts.record', { imageId: imageIds[0]!, value, note, runId, threshold, wasBlind: true });
    await say('good', 0.7, '<b>smudge</b>');
    await say('defect', 0.42, '');
    await core.call('reports.write', report(file, [runId]));
    const text = await readFile(file, 'utf8');
    const words = wordsOf(text);
    expect(words).toContain('at most 5.0 % of the good images stopped');
    expect(words).toMatch(/None nut 0 1 0 1 /);
    expect(words).toMatch(/good \(superseded\) &lt;b&gt;smudge&lt;\/b&gt; Ines .* «Old», blind/);
    expect(words).toMatch(/defect Ines [\d-]+ [\d:]+ 0\.90000 0\.42000 run \d+, baseline, .*«Line 4», blind/);
    expect(text).not.toContain('<b>');
  });

  test('needs nothing but itself: no script, and nothing is fetched', async () => {
    const opened = await openTestCore();
    const runId = await scan(opened, { 'nut/test/good/10.png': 'picture' });
    const file = join(await temporaryFolder(), 'report.html');
    await opened.core.call('reports.write', report(file, [runId]));

    const text = await readFile(file, 'utf8');
    expect(text).not.toMatch(/<script|<link|@import|url\(/i);
    const sources = [...text.matchAll(/(?:src|href)="([^"]{0,30})/g)].map((match) => match[1] ?? '');
    expect(sources.length).toBeGreaterThan(1);
    expect(sources.filter((source) => !/^(data:image\/jpeg;base64,|#)/.test(source))).toEqual([]);
  });

  test('shows names and reasons as they are, markup in them included', async () => {
    const opened = await openTestCore();
    const runId = await scan(
      opened,
      { '<b>nut & "bolt"/test/good/10\'.png': 'picture' },
      '<script>alert(1)</script>',
    );
    const file = join(await temporaryFolder(), 'report.html');
    await opened.core.call('reports.write', {
      ...report(file, [runId]),
      notRun: [{ name: 'CLIP', reason: 'no <model> here' }],
    });

    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('<b>');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('&lt;b&gt;nut &amp; &quot;bolt&quot;/test/good/10&#39;.png');
    expect(text).toContain('no &lt;model&gt; here');
  });

  test('an image that a run could not score and runs of two data sets are told', async () => {
    const opened = await openTestCore();
    const files = { 'nut/test/good/10.png': 'picture', 'nut/test/good/20-broken.png': 'picture' } as const;
    const runId = await scan(opened, files);
    const other = await scan(opened, { 'nut/test/good/10.png': 'picture' });
    const folder = await temporaryFolder();
    await opened.core.call('reports.write', report(join(folder, 'report.html'), [runId]));
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain(
      '1 of 2 images could not be scored and are left out.',
    );
    await expect(
      opened.core.call('reports.write', report(join(folder, 'both.html'), [runId, other])),
    ).rejects.toMatchObject({ code: 'bad-request' });
    await expect(
      opened.core.call('reports.write', report(join(folder, 'notes.txt'), [runId])),
    ).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('notes.txt') as string });
    expect(await readdir(folder)).toEqual(['report.html']);
  });
});
