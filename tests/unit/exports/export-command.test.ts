import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src-main/cli/main.ts';
import { openCore } from '../../../src-main/serving/open-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { recordingIo } from '../cli/recording-io.ts';

// The command line on the real core and a real compute process, with the method that needs no model.

const projectPaths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));
let folder: string;
let runId: number;

async function cli(...args: readonly string[]) {
  const io = recordingIo();
  const paths = { ...projectPaths, starterModelFolder: path.join(folder, 'no-model') };
  const code = await runCli([...args, '--data', path.join(folder, 'data')], {
    io,
    paths,
    openCore: (dataFolder, log) => openCore({ paths, dataFolder, host: 'cli', log }),
  });
  return { code, io, json: () => JSON.parse(io.out) as Record<string, unknown> };
}

async function writePlate(file: string, defect: boolean, seed: number): Promise<void> {
  const [width, height] = [90, 60];
  const pixels = Buffer.alloc(width * height * 3);
  for (let k = 0; k < width * height; k++) {
    const spot = defect && Math.hypot((k % width) - 60, Math.floor(k / width) - 20) < 9;
    pixels.fill(spot ? 250 : 90 + ((k * 7 + seed * 31) % 11), k * 3, k * 3 + 3);
  }
  await mkdir(path.dirname(file), { recursive: true });
  await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(file);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'export-cli-'));
  for (let k = 0; k < 2; k++) {
    await writePlate(path.join(folder, 'images/plate/test/good', `${k}.png`), false, k);
    await writePlate(path.join(folder, 'images/plate/test/spot', `${k}.png`), true, k);
  }
  const scan = await cli('scan', path.join(folder, 'images'), '--method', 'baseline', '--json');
  expect(scan.code, scan.io.err + scan.io.out).toBe(0);
  runId = (scan.json()['run'] as { id: number }).id;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('export', () => {
  it('writes what is asked for, tells thresholds and counts, and prints the same as JSON', async () => {
    const to = path.join(folder, 'out');
    const text = await cli('export', String(runId), '--to', to, '--what', 'csv,masks,overlays', '--jpeg');
    expect(text.io.err).toBe('');
    expect(text.code).toBe(0);
    expect(text.io.out).toMatch(/4 images to .*out\nFiles: .*csv 1/);
    expect(text.io.out).toMatch(/plate +score +[\d.]+ +default: best F1/);
    expect(text.io.out).toMatch(/plate +map +[\d.]+ +default: 99 %/);
    expect((await readdir(to)).sort()).toEqual(['export.json', 'masks', 'overlays', 'predictions.csv']);
    const overlay = sharp(path.join(to, 'overlays/plate/test/spot/0_overlay.jpg'));
    expect(await overlay.metadata()).toMatchObject({ format: 'jpeg', width: 90, height: 60 });
    // The defect is covered by the mask, and little else is.
    const mask = await sharp(path.join(to, 'masks/plate/test/spot/0_mask.png'))
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    expect(mask[20 * 90 + 60]).toBe(255);
    expect(mask[50 * 90 + 10]).toBe(0);

    const json = await cli(
      ...['export', String(runId), '--to', path.join(folder, 'json'), '--what', 'csv'],
      ...['--threshold', 'false-alarms=50%', '--json'],
    );
    expect(json.code).toBe(0);
    expect(json.json()).toMatchObject({
      state: 'finished',
      counts: { images: 4, files: { csv: 1 } },
      options: { scoreThreshold: { kind: 'false-alarms', share: 0.5 } },
    });
  });

  it('takes thresholds by the names of operating points, and says which there are', async () => {
    const paths = { ...projectPaths, starterModelFolder: path.join(folder, 'no-model') };
    const dataFolder = path.join(folder, 'data');
    const core = await openCore({ paths, dataFolder, host: 'cli', log: () => undefined });
    const point = {
      ...{ runId, className: null, secondThreshold: null, minRegionAreaPx: 0 },
      recipe: { kind: 'manual' as const, target: null },
      counts: {
        ...{ truePositives: 0, falsePositives: 0, trueNegatives: 2, falseNegatives: 2 },
        ...{ unlabelledAbove: 0, unlabelledBelow: 0 },
      },
    };
    const strict = { ...point, name: 'Strict', level: 'image' as const, threshold: 1e6 };
    await core.call('operatingPoints.save', strict);
    await core.call('operatingPoints.save', { ...point, name: 'Masks', level: 'pixel', threshold: 1e6 });
    await core.close();

    const to = path.join(folder, 'named');
    const run = (...args: readonly string[]) => cli('export', String(runId), '--to', to, ...args);
    const named = await run(
      ...['--what', 'csv,masks', '--operating-point', 'Strict', '--operating-point', 'Masks', '--json'],
    );
    expect(named.code, named.io.err).toBe(0);
    expect(named.json()).toMatchObject({
      scoreThresholds: [{ value: 1e6, chosenBy: 'operating point «Strict»: set by hand' }],
      mapThresholds: [{ value: 1e6, chosenBy: 'operating point «Masks»: set by hand' }],
    });
    const [, ...rows] = (await readFile(path.join(to, 'predictions.csv'), 'utf8')).trim().split('\n');
    expect(rows.map((row) => row.split(',')[4])).toEqual(['good', 'good', 'good', 'good']);

    const unknown = await run('--what', 'csv', '--operating-point', 'Loose');
    expect([unknown.code, unknown.io.err]).toEqual([
      1,
      expect.stringMatching(/no operating point «Loose»\. There are: «Masks» \(2\), «Strict» \(1\)/),
    ]);
    const useless = await run('--what', 'csv', '--operating-point', 'Masks', '--overwrite');
    expect([useless.code, useless.io.err]).toEqual([1, expect.stringContaining('masks and overlays alone')]);
    const twice = await run(
      '--what',
      'csv',
      '--threshold',
      '1',
      '--operating-point',
      'Strict',
      '--overwrite',
    );
    expect([twice.code, twice.io.err]).toEqual([1, expect.stringContaining('another one is given')]);
  });

  it('fails where the folder is not empty, and goes on with --overwrite', async () => {
    const to = path.join(folder, 'full');
    await mkdir(to);
    await writeFile(path.join(to, 'notes.txt'), 'mine');
    const refused = await cli('export', String(runId), '--to', to, '--what', 'csv');
    expect([refused.code, refused.io.out]).toEqual([1, '']);
    expect(refused.io.err).toMatch(/not empty\. .* with --overwrite\.\n$/);
    expect((await cli('export', String(runId), '--to', to, '--what', 'csv', '--overwrite')).code).toBe(0);
    expect(await readFile(path.join(to, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it.each([
    ['a kind that is not there', ['--what', 'csv,maps'], 'maps'],
    ['a threshold that is none', ['--what', 'csv', '--threshold', 'best'], 'best-f1'],
    ['a score threshold for masks', ['--what', 'masks', '--threshold', '0.5'], '--map-threshold'],
    ['a size for a table', ['--what', 'csv', '--size', 'original'], '--size'],
    ['nothing to write', [], '--what'],
  ])('says at once that %s is wrong usage', async (_, args, words) => {
    const wrong = await cli('export', String(runId), '--to', path.join(folder, 'never'), ...args);
    expect(wrong.code).toBe(2);
    expect(wrong.io.err).toContain(words);
  });

  it('has an exit code for a run that is not there', async () => {
    const missing = await cli('export', '77', '--to', path.join(folder, 'never'), '--what', 'csv', '--json');
    expect(missing.code).toBe(1);
    expect(missing.json()).toMatchObject({ error: { code: 'not-found' } });
  });
});

describe('report', () => {
  it('compares runs in one HTML file', async () => {
    const second = await cli('scan', path.join(folder, 'images'), '--method', 'baseline', '--new', '--json');
    const other = (second.json()['run'] as { id: number }).id;
    const file = path.join(folder, 'comparison.html');
    const written = await cli('report', file, '--runs', `${runId},${other}`);
    expect(written.io.err).toBe('');
    expect(written.code).toBe(0);
    expect(await readFile(file, 'utf8')).toContain('Block statistics');
  });

  it.runIf(process.platform === 'linux')('says which folder takes no files', async () => {
    const refused = await cli('report', '/proc/r.html', '--runs', String(runId));
    expect([refused.code, refused.io.out]).toEqual([1, '']);
    expect(refused.io.err).toMatch(
      /^\/proc\/r\.html cannot be written: the folder \/proc takes no new files\./,
    );
  });

  it.each([
    [['report', 'x.html', '--runs', '1,1'], 2],
    [['report', 'x.txt', '--runs', '1'], 1],
    [['report', 'x.html', '--runs', '77'], 1],
  ])('%j ends with %i', async (args, code) => {
    expect((await cli(...args)).code).toBe(code);
  });
});
