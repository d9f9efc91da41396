import { cp, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { MethodParams } from '../../../src-shared/contract/methods.ts';
import { exportSummarySchema, type ExportKind } from '../../../src-shared/domain/export.ts';
import { openDatabase } from '../../../src-main/core/db/open-database.ts';
import {
  baselineRun,
  migrationsFolder,
  openTestCore,
  temporaryFolder,
  writeTree,
  type TestCore,
} from '../core/support/harness.ts';

const files = {
  'nut/test/good/10.png': 'picture',
  'nut/test/good/20.png': 'picture',
  'nut/test/crack/80.png': 'picture',
  'nut/test/crack/90.png': 'picture',
  'nut/test/crack/90.jpg': 'picture',
  'nut/ground_truth/crack/80_mask.png': 'picture',
} as const;

async function scanned(opened: TestCore, tree: Parameters<typeof writeTree>[1] = files) {
  const root = await temporaryFolder();
  await writeTree(root, tree);
  const { dataset, job } = await opened.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await opened.jobEnd(job.id);
  const created = await opened.core.call('runs.create', baselineRun(dataset.id));
  await opened.jobEnd(created.job.id);
  return { root, datasetId: dataset.id, runId: created.run.id };
}

type Options = MethodParams<'exports.create'>['options'];

async function exportRun(
  { core, jobEnd }: TestCore,
  runId: number,
  folder: string,
  what: ExportKind[],
  options: Partial<Options> = {},
  overwrite = false,
) {
  const { job } = await core.call('exports.create', {
    runs: [{ runId }],
    folder,
    overwrite,
    options: { what, ...options },
  });
  return await jobEnd(job.id);
}

async function summaryOf(folder: string) {
  return exportSummarySchema.parse(JSON.parse(await readFile(join(folder, 'export.json'), 'utf8')));
}

async function predictionsOf(folder: string) {
  return JSON.parse(await readFile(join(folder, 'predictions.json'), 'utf8')) as Record<string, unknown>;
}

async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const everything: ExportKind[] = ['csv', 'json', 'maps-png', 'maps-tiff', 'maps-npy', 'masks', 'overlays'];

describe('an export', () => {
  test('writes the metrics that «evaluate» gives for the run into predictions.json, with their error bound', async () => {
    const opened = await openTestCore();
    // Pixel metrics need a mask of every anomalous image.
    const masked = ['crack/80', 'crack/90'].flatMap((name) => [
      `nut/test/${name}.png`,
      `nut/ground_truth/${name}_mask.png`,
    ]);
    const names = ['nut/test/good/10.png', 'nut/test/good/20.png', ...masked];
    const { runId } = await scanned(opened, Object.fromEntries(names.map((name) => [name, 'picture'])));
    const { classes, mean, rendering } = await opened.core.call('runs.evaluate', { runId });
    expect(classes).toMatchObject([
      {
        className: 'nut',
        counts: { good: 2, anomalous: 2, masks: 2 },
        image: { auroc: 1 },
        errorBound: expect.any(Number) as number,
      },
    ]);
    expect(classes[0]?.pixel.auroc).toEqual(expect.any(Number));
    const folder = await temporaryFolder();
    await exportRun(opened, runId, join(folder, 'all'), ['json']);
    expect(await predictionsOf(join(folder, 'all'))).toMatchObject({
      metrics: { classes, mean, rendering },
      metricsProblem: null,
    });
    await exportRun(opened, runId, join(folder, 'one'), ['json'], { className: 'nut' });
    expect(await predictionsOf(join(folder, 'one'))).toMatchObject({
      metrics: { classes, mean: null, rendering },
    });
  });

  test('says in predictions.json why there are no metrics', async () => {
    const opened = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, { 'a.png': 'picture', 'b.png': 'picture' });
    const { dataset, job } = await opened.core.call('datasets.import', { path: root });
    await opened.jobEnd(job.id);
    const created = await opened.core.call('runs.create', baselineRun(dataset.id));
    await opened.jobEnd(created.job.id);
    const folder = join(await temporaryFolder(), 'out');
    await exportRun(opened, created.run.id, folder, ['json']);
    const { metrics, metricsProblem, images } = await predictionsOf(folder);
    expect(metrics).toBeNull();
    expect(metricsProblem).toContain('labelled good or anomalous');
    expect(images).toHaveLength(2);
  });

  test('writes every kind under names that mirror the images, and says in export.json what they are', async () => {
    const opened = await openTestCore();
    const { runId } = await scanned(opened);
    const folder = join(await temporaryFolder(), 'new', 'out');
    const job = await exportRun(opened, runId, folder, everything);
    expect(job).toMatchObject({ state: 'succeeded', kind: 'export', runId, progress: { done: 5, total: 5 } });

    const names = ['crack/80', 'crack/90', 'crack/90_png', 'good/10', 'good/20'];
    const suffixes = {
      'maps-png': '_map.png',
      'maps-tiff': '_map.tiff',
      'maps-npy': '_map.npy',
      masks: '_mask.png',
      overlays: '_overlay.png',
    };
    expect(await tree(folder)).toEqual(
      [
        'export.json',
        'predictions.csv',
        'predictions.json',
        ...Object.entries(suffixes).flatMap(([kind, suffix]) =>
          names.map((name) => `${kind}/nut/test/${name}${suffix}`),
        ),
      ].sort(),
    );
    const summary = await summaryOf(folder);
    expect(summary).toMatchObject({
      state: 'finished',
      run: { id: runId, methodId: 'baseline', rendering: { sizePx: 256, sigmaPx: 4 } },
      counts: {
        images: 5,
        withoutScore: 0,
        failed: 0,
        files: { csv: 1, masks: 5, overlays: 5, 'maps-png': 5 },
      },
      renamed: [{ path: 'nut/test/crack/90.png', name: 'nut/test/crack/90_png' }],
    });
    expect(await readFile(join(folder, 'predictions.csv'), 'utf8')).toBe(
      [
        'image,class,label,score,prediction,threshold,verdict,author,time,note',
        'nut/test/crack/80.png,nut,anomalous,0.8,anomalous,0.5,,,,',
        'nut/test/crack/90.jpg,nut,anomalous,0.9,anomalous,0.5,,,,',
        'nut/test/crack/90.png,nut,anomalous,0.9,anomalous,0.5,,,,',
        'nut/test/good/10.png,nut,good,0.1,good,0.5,,,,',
        'nut/test/good/20.png,nut,good,0.2,good,0.5,,,,',
        '',
      ].join('\r\n'),
    );
    expect(summary.scoreThresholds).toEqual([
      { className: 'nut', value: 0.5, chosenBy: 'default: best F1 (100.0 %)' },
    ]);
  });

  test('gives the newest verdict of each image with note, author and time, safe for a spreadsheet', async () => {
    const opened = await openTestCore();
    const { runId, datasetId } = await scanned(opened);
    const { imageIds } = await opened.core.call('images.columns', { datasetId, runId: null });
    await opened.core.call('settings.set', { key: 'author', value: 'Ines, line 4' });
    const say = (row: number, value: 'good' | 'defect' | null, note: string) =>
      opened.core.call('verdicts.record', {
        ...{ imageId: imageIds[row]!, value, note, runId, threshold: 0.5, wasBlind: false },
      });
    await say(0, 'good', '');
    const held = await say(0, 'defect', '=SUM(A1)\nsee "left"');
    await say(1, 'good', '');
    await say(1, null, '');
    const folder = join(await temporaryFolder(), 'out');
    await exportRun(opened, runId, folder, ['csv']);
    const csv = await readFile(join(folder, 'predictions.csv'), 'utf8');
    const time = new Date(held.createdAtMs).toISOString();
    expect(csv).toContain(`,anomalous,0.5,defect,"Ines, line 4",${time},"'=SUM(A1)\nsee ""left"""\r\n`);
    expect(csv.match(/,,,,\r\n/g)).toHaveLength(4);
    expect((await summaryOf(folder)).notes.join(' ')).toContain('newest verdict');
  });

  test("renders maps at the run's size or the image's, one scale for all, the same numbers in every format", async () => {
    const opened = await openTestCore();
    const { runId } = await scanned(opened);
    const folder = join(await temporaryFolder(), 'out');
    await exportRun(opened, runId, folder, ['maps-png', 'maps-npy', 'masks'], { size: 'original' });
    const { scale } = (await summaryOf(folder)).run;
    const npy = await readFile(join(folder, 'maps-npy/nut/test/good/20_map.npy'));
    const values = new Float32Array(npy.buffer.slice(npy.byteOffset + npy.length - 16 * 12 * 4));
    expect(npy.toString('latin1', 10, 80)).toContain("'shape': (12, 16)");
    const png = sharp(join(folder, 'maps-png/nut/test/good/20_map.png'));
    expect(await png.metadata()).toMatchObject({ width: 16, height: 12, depth: 'ushort' });
    const raw = await png.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
    const levels = new Uint16Array(raw.buffer, raw.byteOffset, 16 * 12);
    const expected = [...values].map((value) =>
      Math.round(((value - scale!.mapMin) / (scale!.mapMax - scale!.mapMin)) * 65_535),
    );
    expect(Math.max(...levels.map((level, i) => Math.abs(level - expected[i]!)))).toBeLessThanOrEqual(1);

    const other = join(await temporaryFolder(), 'out');
    await exportRun(opened, runId, other, ['maps-tiff', 'masks'], { size: 'rendering' });
    const sizes = ['maps-tiff/nut/test/good/20_map.tiff', 'masks/nut/test/good/20_mask.png'].map((name) =>
      sharp(join(other, name)).metadata(),
    );
    for (const size of await Promise.all(sizes)) expect(size).toMatchObject({ width: 256, height: 256 });
  });

  test('cuts masks and predictions where it is told, for one class alone, in MVTec names', async () => {
    const opened = await openTestCore();
    const { runId } = await scanned(opened, {
      ...files,
      'bolt/test/good/30.png': 'picture',
    });
    const folder = join(await temporaryFolder(), 'out');
    await exportRun(opened, runId, folder, ['csv', 'masks', 'maps-tiff'], {
      className: 'nut',
      names: 'mvtec',
      scoreThreshold: { kind: 'value', value: 0.85 },
      mapThreshold: { kind: 'value', value: -1 },
    });
    expect(await tree(folder)).toContain('maps-tiff/nut/test/crack/80.tiff');
    expect((await tree(folder)).some((name) => name.includes('bolt'))).toBe(false);
    const csv = await readFile(join(folder, 'predictions.csv'), 'utf8');
    expect(csv).toContain('80.png,nut,anomalous,0.8,good,0.85,,,,\r\n');
    expect(csv).toContain('90.png,nut,anomalous,0.9,anomalous,0.85,,,,\r\n');
    const mask = await sharp(join(folder, 'masks/nut/test/good/10.png')).raw().toBuffer();
    expect(new Set(mask)).toEqual(new Set([255]));
  });

  test('refuses a folder that is not empty, the images, and its own data folder, before any job is made', async () => {
    const opened = await openTestCore();
    const { runId, root } = await scanned(opened);
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'mine.txt'), 'mine');
    const jobsBefore = (await opened.core.call('jobs.list', {})).jobs.length;
    const attempt = (to: string, overwrite = false) => exportRun(opened, runId, to, ['csv'], {}, overwrite);
    await expect(attempt(folder)).rejects.toMatchObject({ code: 'already-exists' });
    await expect(attempt(root, true)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(attempt(join(root, 'deep', 'er'))).rejects.toMatchObject({ code: 'forbidden' });
    await symlink(root, join(folder, 'link'));
    await expect(attempt(join(folder, 'link', 'out'))).rejects.toMatchObject({ code: 'forbidden' });
    const { dataFolder } = await opened.core.call('app.info', {});
    await expect(attempt(join(dataFolder, 'out'))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(attempt(join(folder, 'mine.txt'))).rejects.toMatchObject({ code: 'bad-request' });
    await expect(exportRun(opened, 999, folder, ['csv'])).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      exportRun(opened, runId, join(folder, 'new'), ['csv'], { className: 'nail' }),
    ).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('nut') as string });
    expect((await opened.core.call('jobs.list', {})).jobs).toHaveLength(jobsBefore);

    expect(await attempt(folder, true)).toMatchObject({ state: 'succeeded' });
    expect(await readFile(join(folder, 'mine.txt'), 'utf8')).toBe('mine');
  });

  test('goes on after a crash where it was, and replaces what an earlier export left', async () => {
    const opened = await openTestCore();
    const { runId } = await scanned(opened);
    const folder = join(await temporaryFolder(), 'out');
    const first = await exportRun(opened, runId, folder, ['maps-npy']);
    // As a crash leaves it: not said to be finished, one file missing, one half written.
    const summary = await summaryOf(folder);
    await writeFile(join(folder, 'export.json'), JSON.stringify({ ...summary, state: 'unfinished' }));
    const [kept, lost] = ['good/10', 'good/20'].map((name) =>
      join(folder, `maps-npy/nut/test/${name}_map.npy`),
    );
    const before = await stat(kept!);
    await rename(lost!, `${lost}.part`);
    await opened.core.call('jobs.resume', { jobId: first.id });
    expect(await opened.jobEnd(first.id)).toMatchObject({ state: 'succeeded' });
    expect((await stat(kept!)).ino).toBe(before.ino);
    expect((await tree(folder)).filter((name) => name.includes('good'))).toEqual([
      'maps-npy/nut/test/good/10_map.npy',
      'maps-npy/nut/test/good/20_map.npy',
    ]);

    await exportRun(opened, runId, folder, ['maps-npy'], {}, true);
    expect((await stat(kept!)).ino).not.toBe(before.ino);
  });

  test('writes nothing for an image whose stored path leads somewhere else, and says so', async () => {
    const dataFolder = await temporaryFolder();
    const opened = await openTestCore({ dataFolder });
    const { runId, datasetId } = await scanned(opened);
    const database = openDatabase({ dataFolder, migrationsFolder, log: () => undefined });
    database.run(
      "UPDATE images SET path = '../../../evil.png' WHERE dataset_id = ? AND path LIKE '%good/10%'",
      [datasetId],
    );
    database.run("UPDATE images SET path = '/tmp/evil.png' WHERE dataset_id = ? AND path LIKE '%good/20%'", [
      datasetId,
    ]);
    database.close();
    const above = await temporaryFolder();
    const folder = join(above, 'a', 'b', 'out');
    const job = await exportRun(opened, runId, folder, ['csv', 'maps-png', 'overlays']);
    expect(job).toMatchObject({ state: 'failed', error: { code: 'unreadable' } });
    expect(await readdir(above)).toEqual(['a']);
    expect(await readdir(join(above, 'a', 'b'))).toEqual(['out']);
    expect((await summaryOf(folder)).failures.map(({ path }) => path)).toEqual([
      '../../../evil.png',
      '/tmp/evil.png',
    ]);
    expect((await tree(folder)).filter((name) => name.startsWith('overlays'))).toHaveLength(3);
  });

  test('names an image that is gone, writes the others, and fails; one without a score has an empty row', async () => {
    const opened = await openTestCore();
    const { runId, root } = await scanned(opened, { ...files, 'nut/test/good/50-broken.png': 'picture' });
    await mkdir(join(root, 'away'));
    await rename(join(root, 'nut/test/good/10.png'), join(root, 'away/10.png'));
    await cp(join(root, 'nut/test/good/20.png'), join(root, 'away/20.png'));
    await writeFile(join(root, 'nut/test/good/20.png'), 'no picture');
    const folder = join(await temporaryFolder(), 'out');
    const job = await exportRun(opened, runId, folder, ['csv', 'overlays', 'masks']);
    expect(job.state).toBe('failed');
    expect(job.error?.message).toMatch(/2 files could not be written/);
    const summary = await summaryOf(folder);
    expect(summary.counts).toMatchObject({
      images: 6,
      withoutScore: 1,
      failed: 2,
      files: { overlays: 3, masks: 5 },
    });
    expect(summary.failures[0]?.path).toBe('overlays: nut/test/good/10.png');
    expect(await readFile(join(folder, 'predictions.csv'), 'utf8')).toContain(
      '50-broken.png,nut,good,,,0.5,,,,\r\n',
    );
  });

  test('stops at once when it is cancelled, and leaves no half file', async () => {
    const opened = await openTestCore();
    const { runId } = await scanned(opened, {
      ...files,
      ...Object.fromEntries(
        Array.from({ length: 60 }, (_, k) => [`nut/test/good/${k}-more.png`, 'picture' as const]),
      ),
    });
    const folder = join(await temporaryFolder(), 'out');
    const { job } = await opened.core.call('exports.create', {
      runs: [{ runId }],
      folder,
      overwrite: false,
      options: { what: everything },
    });
    await opened.jobEnd(job.id, ({ progress }) => progress.done > 1);
    const cancelled = await opened.core.call('jobs.cancel', { jobId: job.id });
    expect(cancelled.state).toBe('cancelled');
    await opened.core.close();
    const left = await tree(folder);
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(left).not.toContain('predictions.csv');
    expect((await summaryOf(folder)).state).toBe('unfinished');
  });
});

describe('thresholds by rule', () => {
  test.each([
    [{ kind: 'best-f1' } as const, 0.5],
    [{ kind: 'full-recall' } as const, 0.5],
    [{ kind: 'false-alarms', share: 0 } as const, 0.5],
    [{ kind: 'default' } as const, 0.5],
  ])('%j cuts between the good and the anomalous', async (scoreThreshold, value) => {
    const opened = await openTestCore();
    const { runId } = await scanned(opened);
    const folder = join(await temporaryFolder(), 'out');
    await exportRun(opened, runId, folder, ['csv'], { scoreThreshold });
    expect((await summaryOf(folder)).scoreThresholds[0]?.value).toBe(value);
  });

  test('cannot be chosen without both labels, which is said at once', async () => {
    const opened = await openTestCore();
    const { runId } = await scanned(opened, { 'nut/test/good/10.png': 'picture' });
    await expect(
      exportRun(opened, runId, join(await temporaryFolder(), 'out'), ['csv'], {
        scoreThreshold: { kind: 'best-f1' },
      }),
    ).rejects.toMatchObject({ code: 'needs-choice', message: expect.stringContaining('nut') as string });
  });
});
