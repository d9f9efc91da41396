import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../src-main/cli/main.ts';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../../src-main/core/create-core.ts';
import { openCore } from '../../../src-main/serving/open-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { starterModelNote } from '../../../src-shared/domain/model.ts';
import { writeStemCheckpoint } from '../../support/stem-checkpoint.ts';
import { fakeComputeEntry } from '../core/support/harness.ts';
import { recordingIo, type RecordingIo } from './recording-io.ts';

// The command line on the real core and a real compute process, with the method that needs no model.

const projectPaths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));
let folder: string;

/** Without a starter model, unless a test wrote one to `starter`. */
async function cli(args: readonly string[], io: RecordingIo = recordingIo()) {
  const paths = { ...projectPaths, starterModelFolder: path.join(folder, 'starter') };
  const code = await runCli([...args, '--data', path.join(folder, 'data')], {
    io,
    paths,
    openCore: (dataFolder, log) => openCore({ paths, dataFolder, host: 'cli', log }),
  });
  return { code, io, json: () => JSON.parse(io.out) as Record<string, unknown> };
}

/** The same with a stand-in for the compute process that takes `delayMs` an image: a run of many is surely still going on. */
async function slowCli(args: readonly string[], delayMs: number, io: RecordingIo = recordingIo()) {
  const code = await runCli([...args, '--data', path.join(folder, 'data')], {
    io,
    paths: projectPaths,
    openCore: (dataFolder, log) =>
      createCore({
        ...projectPaths,
        dataFolder,
        host: 'cli',
        version: '0.0.0-test',
        computeLauncher: createForkLauncher({
          entryPath: fakeComputeEntry,
          assetsFolder: projectPaths.assetsFolder,
          env: { ...process.env, FAKE_COMPUTE_DELAY_MS: String(delayMs) },
        }),
        log,
        starterModelFolder: path.join(folder, 'starter'),
      }),
  });
  return { code, io };
}

/** A flat grey picture; a defective one has a bright spot. */
async function writePicture(
  file: string,
  { seed, defect }: { seed: number; defect: boolean },
): Promise<void> {
  const side = 64;
  const pixels = Buffer.alloc(side * side * 3);
  for (let k = 0; k < side * side; k++) {
    const [x, y] = [k % side, Math.floor(k / side)];
    const spot = defect && Math.hypot(x - 40, y - 24) < 9;
    pixels.fill(spot ? 250 : 90 + ((x * 7 + y * 13 + seed * 31) % 11), k * 3, k * 3 + 3);
  }
  await mkdir(path.dirname(file), { recursive: true });
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(file);
}

async function writeMvtec(root: string, imagesEach: number): Promise<void> {
  for (let k = 0; k < imagesEach; k++) {
    await writePicture(path.join(root, 'plate', 'test', 'good', `${k}.png`), { seed: k, defect: false });
    await writePicture(path.join(root, 'plate', 'test', 'spot', `${k}.png`), { seed: k, defect: true });
  }
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Who presses Ctrl+C at the first picture of progress that says of some of 80 images that they are done. */
const impatientAfterSome = () =>
  recordingIo(true, (text, io) => {
    if (/[1-9]\d?\/80/.test(text)) io.interrupt();
  });

describe('scan', () => {
  it('imports the folder first, prints AUROC per class, and makes a second run when asked again', async () => {
    const images = path.join(folder, 'images');
    await writeMvtec(images, 3);
    const first = await cli(['scan', images, '--method', 'baseline', '--json']);
    expect(first.io.err).toBe('');
    expect(first.code).toBe(0);
    expect(first.json()).toMatchObject({
      dataset: { layout: 'mvtec', imageCount: 6 },
      run: { id: 1, scoredCount: 6, failedCount: 0, imageAuroc: [{ className: 'plate', auroc: 1 }] },
      failures: [],
      meanAuroc: 1,
    });
    const second = await cli(['scan', images, '--method', 'baseline']);
    expect(second.code).toBe(0);
    expect(second.io.out).toMatch(/plate +3 +3 +0 +100\.0 %/);
    expect(second.io.out).toMatch(/Run 2: 6 of 6 images scored/);
    const { datasets } = (await cli(['datasets', 'list', '--json'])).json() as { datasets: unknown[] };
    expect(datasets).toHaveLength(1);
  });

  it('is cancelled by Ctrl+C with code 130 and goes on at the image where it was', async () => {
    const images = path.join(folder, 'images');
    await writeMvtec(images, 40);
    await cli(['import', images]);
    const impatient = impatientAfterSome();
    const cancelled = await slowCli(['scan', images, '--method', 'baseline'], 30, impatient);
    expect(cancelled.code).toBe(130);
    expect(impatient.listenerCount).toBe(0);

    const resumed = await cli(['scan', images, '--method', 'baseline', '--resume', '--json']);
    expect(resumed.code).toBe(0);
    expect(resumed.json()).toMatchObject({ run: { id: 1, scoredCount: 80 } });

    const nothingLeft = await cli(['scan', images, '--method', 'baseline', '--resume', '--json']);
    expect(nothingLeft.code).toBe(1);
    expect(nothingLeft.json()).toMatchObject({ error: { code: 'not-found' } });
  });

  it('goes on by itself with the same arguments, and starts over with --new', async () => {
    const images = path.join(folder, 'images');
    await writeMvtec(images, 40);
    // Imported before: the progress of an import counts to 80 too.
    await cli(['import', images]);
    const args = ['scan', images, '--method', 'baseline'];
    expect((await slowCli([...args, '--sigma', '2'], 30, impatientAfterSome())).code).toBe(130);
    const other = await slowCli([...args, '--sigma', '3'], 30, impatientAfterSome());
    expect(other.code).toBe(130);
    expect(other.io.err).not.toContain('Going on');

    const fresh = await cli([...args, '--sigma', '2', '--new', '--json']);
    expect(fresh.json()).toMatchObject({ run: { id: 3, scoredCount: 80 } });
    const same = await cli([...args, '--sigma', '2']);
    expect(same.io.err).toMatch(/Going on with run 1 at image \d+ of 80/);
    expect(same.io.out).toMatch(/Run 1: 80 of 80 images scored \(\d+ of them before\)/);
  });

  it('watches a run that another process works on, does none of it itself, and stops only the watching', async () => {
    const images = path.join(folder, 'images');
    await writeMvtec(images, 40);
    await cli(['import', images]);
    const args = ['scan', images, '--method', 'baseline'];
    const others: Promise<{ code: number; io: RecordingIo }>[] = [];
    const impatient = recordingIo(true, (text, io) => {
      if (/\d+\/80/.test(text)) io.interrupt();
    });
    const first = recordingIo(true, (text) => {
      if (/\d\/80/.test(text) && others.length === 0)
        others.push(slowCli(args, 80), slowCli(args, 80, impatient));
    });
    const done = await slowCli(args, 80, first);
    expect(done.io.out).toMatch(/Run 1: 80 of 80 images scored in/);
    const [watching, leaving] = await Promise.all(others);
    expect(watching).toMatchObject({ code: 0 });
    expect(watching?.io.err).toMatch(/Another process is working on run 1 \(\d+ of 80 images so far\)/);
    expect(watching?.io.out).toMatch(/Run 1: 80 of 80 images scored .*by another process/);
    expect(leaving?.code).toBe(130);
    expect(leaving?.io.err).toContain('The other process goes on');
  });

  it('lists the files that could not be read', async () => {
    const images = path.join(folder, 'images');
    await writePicture(path.join(images, 'one.png'), { seed: 1, defect: false });
    await writeFile(path.join(images, 'broken.png'), 'this is no picture');
    const told = await cli(['scan', images, '--method', 'baseline']);
    expect(told.code).toBe(0);
    expect(told.io.err).toMatch(/^1 file could not be read:\n {2}broken\.png: .+\n$/);
    const json = await cli(['scan', images, '--method', 'baseline', '--json']);
    expect(json.io.err).toBe('');
    expect(json.json()).toMatchObject({ unreadableFiles: [{ path: 'broken.png' }] });
  });

  it('fails with the list of images that vanished since the import, and still prints the rest', async () => {
    const images = path.join(folder, 'images');
    await writeMvtec(images, 2);
    await cli(['import', images, '--name', 'plates']);
    await rm(path.join(images, 'plate', 'test', 'spot', '1.png'));
    const { code, json } = await cli(['scan', 'plates', '--method', 'baseline', '--json']);
    expect(code).toBe(1);
    expect(json()).toMatchObject({
      run: { scoredCount: 3, failedCount: 1 },
      failures: [{ path: 'plate/test/spot/1.png' }],
      error: { code: 'unreadable', message: '1 of 4 images could not be scored.' },
    });
  });

  it('takes the starter model where nothing else was imported, and says what it is good for', async () => {
    await writeStemCheckpoint(path.join(folder, 'starter'));
    const images = path.join(folder, 'images');
    await writeMvtec(images, 1);
    const told = await cli(['scan', images, '--method', 'clip']);
    expect(told.code).toBe(0);
    expect(told.io.err).toContain(`starter: ${starterModelNote}\n`);
    const json = await cli(['scan', images, '--method', 'clip', '--json']);
    expect(json.io.err).toBe('');
    expect(json.json()).toMatchObject({ run: { modelId: 'starter', scoredCount: 2 } });
    const { models } = (await cli(['models', 'list', '--json'])).json() as { models: unknown[] };
    expect(models).toMatchObject([{ id: 'starter', bundled: true, note: starterModelNote }]);
  });

  it('says what is missing: the folder, the data set, an image, the model, the prompts', async () => {
    await mkdir(path.join(folder, 'empty'));
    await writeMvtec(path.join(folder, 'images'), 1);
    const failure = async (...args: string[]) => {
      const { code, io } = await cli(['scan', ...args]);
      expect(code).toBe(1);
      return io.err;
    };
    expect(await failure(path.join(folder, 'nowhere'), '--method', 'baseline')).toContain('nowhere');
    expect(await failure('17', '--method', 'baseline')).toContain('no data set 17');
    expect(await failure('nothing-ds', '--method', 'baseline')).toContain(
      'nothing-ds is neither a folder nor a data set',
    );
    expect(await failure(path.join(folder, 'empty'), '--method', 'baseline')).toContain('empty');
    expect((await cli(['datasets', 'list', '--json'])).json()).toEqual({ datasets: [] });
    expect(await failure(path.join(folder, 'images'), '--method', 'clip')).toContain('models import');
  });
});

describe('import', () => {
  it('lists problems and still does what it was asked', async () => {
    const images = path.join(folder, 'images');
    await writePicture(path.join(images, 'one.png'), { seed: 1, defect: false });
    await mkdir(path.join(images, 'deep'));
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
      .jpeg()
      .toFile(path.join(images, 'deep', 'two.jpg'));
    await writeFile(path.join(images, 'broken.png'), 'this is no picture');
    const { code, io } = await cli(['import', images, '--layout', 'folder', '--name', 'mixed']);
    expect(code).toBe(0);
    expect(io.out).toContain('«mixed»: 2 images');
    expect(io.out).toMatch(/1 problems?:\n {2}broken\.png: /);
  });
});

describe('doctor and the data folder', () => {
  it('finds this machine in order, and says that it made the data folder', async () => {
    const { code, json } = await cli(['doctor', '--json']);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ madeDataFolder: path.join(folder, 'data') });
    expect((await cli(['doctor', '--json'])).json()).toMatchObject({ madeDataFolder: null });
    const { checks } = json() as { checks: { name: string; state: string }[] };
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['Node.js', 'Compute process']));
    expect(checks.filter(({ state }) => state === 'error')).toEqual([]);
  });
});
