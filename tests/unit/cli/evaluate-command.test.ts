import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../../src-main/cli/main.ts';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../../src-main/core/create-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import {
  assetsFolder,
  fakeComputeEntry,
  migrationsFolder,
  projectRoot,
  temporaryFolder,
  writeTree,
} from '../core/support/harness.ts';
import { recordingIo } from './recording-io.ts';

// The command line on a real core; the compute process is the fake one: an image's score is the number in its name.

const paths = findProjectPaths(path.join(projectRoot, 'src-main/cli'));

interface World {
  readonly data: string;
  readonly photos: string;
  /** What the compute process was asked for since the last time. */
  log(): Promise<string[]>;
  run(args: readonly string[]): Promise<Outcome>;
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  json(): Record<string, unknown> & { readonly methods: Record<string, Record<string, unknown>> };
}

async function mask(): Promise<Buffer> {
  const data = Uint8Array.from({ length: 16 * 12 }, (_, i) => (i % 16 > 8 ? 255 : 0));
  return sharp(data, { raw: { width: 16, height: 12, channels: 1 } })
    .png()
    .toBuffer();
}

/** Two classes: «bolt» has no training images, «nut» two. */
async function openWorld(): Promise<World> {
  const folder = await temporaryFolder();
  const data = path.join(folder, 'data');
  const photos = path.join(folder, 'photos');
  const logFile = path.join(folder, 'compute.log');
  await writeTree(photos, {
    'bolt/test/good/10.png': 'picture',
    'bolt/test/good/20.png': 'picture',
    'bolt/test/good/85.png': 'picture',
    'bolt/test/crack/80.png': 'picture',
    'bolt/test/crack/90.png': 'picture',
    'bolt/ground_truth/crack/80_mask.png': await mask(),
    'bolt/ground_truth/crack/90_mask.png': await mask(),
    'nut/train/good/1.png': 'picture',
    'nut/train/good/2.png': 'picture',
    'nut/test/good/30.png': 'picture',
    'nut/test/bent/70.png': 'picture',
  });
  const run = async (args: readonly string[]): Promise<Outcome> => {
    const io = recordingIo();
    const code = await runCli([...args, '--data', data], {
      io,
      paths,
      openCore: (dataFolder, log) =>
        createCore({
          ...{ dataFolder, assetsFolder, migrationsFolder, log, host: 'cli', version: '0' },
          computeLauncher: createForkLauncher({
            entryPath: fakeComputeEntry,
            assetsFolder,
            env: { ...process.env, FAKE_COMPUTE_LOG: logFile },
          }),
        }),
    });
    return { code, out: io.out, err: io.err, json: () => JSON.parse(io.out) as ReturnType<Outcome['json']> };
  };
  expect((await run(['models', 'import', '/models/clip.safetensors', '--name', 'clip'])).code).toBe(0);
  return {
    data,
    photos,
    run,
    log: async () => {
      const lines = (await readFile(logFile, 'utf8').catch(() => '')).split('\n').filter(Boolean);
      await rm(logFile, { force: true });
      return lines;
    },
  };
}

const count = (lines: readonly string[], word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).length;

describe('evaluate', () => {
  it('takes every metric of every method and class in one pass, and says why a method could not run', async () => {
    const world = await openWorld();
    const { code, json } = await world.run([
      ...['evaluate', world.photos, '--methods', 'baseline,anomalyclip,clip', '--model', 'clip', '--json'],
    ]);
    const document = json();
    expect(Object.keys(document.methods)).toEqual(['baseline', 'anomalyclip', 'clip']);
    for (const key of ['baseline', 'clip'])
      expect(document.methods[key]).toMatchObject({
        classes: {
          bolt: {
            counts: { good: 3, anomalous: 2, masks: 2, failed: 0, references: 0 },
            // 80 and 90 against 10, 20 and 85.
            image: { auroc: 5 / 6, ap: (1 + 2 / 3) / 2, f1Max: 4 / 5 },
            pixel: {
              auroc: expect.any(Number) as number,
              ap: expect.any(Number) as number,
              f1Max: expect.any(Number) as number,
              aupro: expect.any(Number) as number,
            },
          },
          nut: {
            counts: { good: 1, anomalous: 1, masks: 0, failed: 0 },
            image: { auroc: 1, ap: 1, f1Max: 1 },
            pixel: { auroc: null, ap: null, f1Max: null, aupro: null, auproPaper: null },
          },
        },
        mean: { image: { auroc: expect.closeTo(11 / 12, 12) as number } },
      });
    expect(document.methods['anomalyclip']).toEqual({
      unavailable: expect.stringContaining('none that are here fit the model «clip»') as string,
    });
    expect(document['error']).toMatchObject({
      code: 'unavailable',
      message: 'Not everything was done: anomalyclip could not run.',
    });
    expect(code).toBe(1);
    const log = await world.log();
    expect(log).toContain('open 1 baseline clip');
    expect(count(log, 'image')).toBe(9);
  });

  it('asks only for what can run with «all» and with --skip-unavailable', async () => {
    const world = await openWorld();
    const all = await world.run(['evaluate', world.photos, '--methods', 'all', '--json']);
    expect(all.code).toBe(0);
    expect(Object.keys(all.json().methods).slice(0, 3)).toEqual(['baseline', 'clip', 'clip-ac']);
    expect(all.json().methods['anomalyclip']).toHaveProperty('unavailable');
    const skipping = ['--methods', 'baseline,anomalyclip', '--skip-unavailable', '--json'];
    expect((await world.run(['evaluate', world.photos, ...skipping])).code).toBe(0);
  });

  it('uses finished runs again, scores only what is new in the folder, and begins anew with --new', async () => {
    const world = await openWorld();
    const evaluate = async (methods: string, ...more: string[]) => {
      const { code, json } = await world.run([
        ...['evaluate', world.photos, '--methods', methods, '--json', ...more],
      ]);
      expect(code).toBe(0);
      const log = await world.log();
      const runs = Object.values(json().methods).map((one) => [one['runId'], one['isReused']]);
      return { runs, images: count(log, 'image'), opens: log.filter((line) => line.startsWith('open')) };
    };
    const first = await evaluate('baseline,clip');
    expect(first).toMatchObject({ images: 9 });
    const [[baselineRun], [clipRun]] = first.runs as [[number], [number]];
    const ids = [
      [baselineRun, true],
      [clipRun, true],
    ];
    expect(await evaluate('baseline,clip')).toMatchObject({ images: 0, runs: ids });
    // Another method is another pass, for it alone.
    const third = await evaluate('baseline,clip,clip-ac');
    expect(third).toMatchObject({ images: 9, opens: ['open 1 clip-ac'] });
    expect(third.runs.slice(0, 2)).toEqual(ids);
    // So is another setting, of the methods that read it.
    expect(await evaluate('baseline,clip', '--image-size', '240')).toMatchObject({
      images: 9,
      opens: ['open 1 clip'],
    });
    await writeTree(world.photos, { 'nut/test/good/31.png': 'picture' });
    const grown = await evaluate('baseline,clip');
    expect(grown).toMatchObject({ images: 1, opens: ['open 1 baseline clip'] });
    expect(grown.runs.map(([runId]) => runId)).toEqual([baselineRun, clipRun]);
    const anew = await evaluate('baseline', '--new');
    expect(anew).toMatchObject({ images: 10 });
    expect(anew.runs[0]![0]).not.toBe(baselineRun);
  });

  it('shows few-shot methods their references, the same ones each time, and leaves those out of the metrics', async () => {
    const world = await openWorld();
    const args = ['evaluate', world.photos, '--methods', 'winclip', '--shots', '0,1,2', '--json'];
    const { code, json } = await world.run(args);
    expect(code).toBe(0);
    const { methods } = json();
    expect(Object.keys(methods)).toEqual(['winclip', 'winclip+1', 'winclip+2']);
    expect(methods['winclip']).not.toHaveProperty('references');
    expect(methods['winclip+2']!['references']).toEqual([
      { className: 'bolt', paths: ['bolt/test/good/10.png', 'bolt/test/good/20.png'] },
      { className: 'nut', paths: ['nut/train/good/1.png', 'nut/train/good/2.png'] },
    ]);
    // «bolt» has no training images: what was shown is left out. «nut» loses nothing.
    expect(methods['winclip+2']!['classes']).toMatchObject({
      bolt: { counts: { good: 1, references: 2 }, image: { auroc: 0.5 } },
      nut: { counts: { good: 1, references: 0 } },
    });
    const log = await world.log();
    expect(log).toContain('open 1 winclip winclip:10.png:1.png winclip:10.png+20.png:1.png+2.png');
    expect(count(log, 'image')).toBe(9);

    // A shorter way to say it, and an order that is drawn.
    const drawn = await world.run([
      ...['evaluate', world.photos, '--methods', 'winclip+1', '--reference-seed', '7', '--json'],
    ]);
    const again = await world.run([
      ...['evaluate', world.photos, '--methods', 'winclip+1', '--reference-seed', '7', '--new', '--json'],
    ]);
    expect(drawn.json().methods['winclip+1']!['isReused']).toBe(false);
    expect(again.json().methods['winclip+1']!['references']).toEqual(
      drawn.json().methods['winclip+1']!['references'],
    );
  });

  it('shows what there is where a class has fewer good images, says so, and needs one of each class', async () => {
    const world = await openWorld();
    const few = await world.run(['evaluate', world.photos, '--methods', 'winclip+3', '--json']);
    expect(few.code).toBe(0);
    expect(few.json().methods['winclip+3']!['classes']).toMatchObject({
      bolt: { counts: { good: 0, references: 3 }, notes: [expect.stringContaining('No image of 2 is good')] },
      nut: { counts: { good: 0, references: 1 } },
    });
    expect(few.json().methods['winclip+3']!['mean']).toMatchObject({
      classes: { image: [], pixel: ['bolt'] },
    });
    await rm(path.join(world.photos, 'bolt/test/good'), { recursive: true });
    const { code, out, err } = await world.run([
      ...['evaluate', world.photos, '--methods', 'winclip+4,baseline'],
    ]);
    expect(code).toBe(1);
    expect(out).toContain('winclip+4 was not run: References are images labelled good, and «bolt» has none.');
    expect(err).toContain('winclip+4 could not run');
    const nutOnly = path.join(world.photos, 'nut');
    const alone = await world.run(['evaluate', nutOnly, '--methods', 'winclip+9', '--layout', 'mvtec']);
    expect(alone.out).toContain('nut: Shown 3 of 9 references: it has no more good images.');
  });

  it('prints a table a metric with the means, and writes the same figures as CSV', async () => {
    const world = await openWorld();
    const csv = path.join(world.data, 'new', 'metrics.csv');
    const { code, out } = await world.run([
      ...['evaluate', world.photos, '--methods', 'baseline,clip', '--csv', csv],
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /Image AUROC +baseline +clip\nbolt +83\.3 +83\.3\nnut +100\.0 +100\.0\nmean +91\.7 +91\.7\n/,
    );
    expect(out).toMatch(/Pixel AUPRO, MVTec’s definition +baseline +clip\n/);
    expect(out).toMatch(/Pixel AUROC .*\nbolt .*\nnut +- +-\nmean of 1 of 2 classes +\d/);
    expect(out).toContain('nut: No anomalous image has a mask: image metrics only, no pixel metrics.\n');
    const [header, ...rows] = (await readFile(csv, 'utf8')).trimEnd().split('\r\n');
    expect(header).toMatch(/^method,class,source,good,anomalous,masks,failed,references,image_auroc,/);
    expect(rows.map((row) => row.split(',').slice(0, 4))).toEqual([
      ['baseline', 'bolt', 'measured', '3'],
      ['baseline', 'nut', 'measured', '1'],
      ['baseline', 'mean', 'measured', ''],
      ['clip', 'bolt', 'measured', '3'],
      ['clip', 'nut', 'measured', '1'],
      ['clip', 'mean', 'measured', ''],
    ]);
    expect(Number(rows[0]!.split(',')[8])).toBeCloseTo(5 / 6, 12);
  });

  it('says over which classes a mean is where one lost its only good image', async () => {
    const world = await openWorld();
    for (const name of ['10.png', '20.png']) await rm(path.join(world.photos, 'bolt/test/good', name));
    const methods = ['evaluate', world.photos, '--methods'];
    const alone = await world.run([...methods, 'winclip+1']);
    expect(alone.out).toMatch(/Image AUROC .*\nbolt +-\nnut +100\.0\nmean of 1 of 2 classes +100\.0\n/);
    const both = await world.run([...methods, 'winclip,winclip+1']);
    expect(both.out).toMatch(
      /Image AUROC .*\nbolt +50\.0 +-\nnut .*\nmean +75\.0 +100\.0\nwinclip\+1: mean of 1 of 2 classes\n\n/,
    );
    const { methods: found } = (await world.run([...methods, 'winclip,winclip+1', '--json'])).json();
    expect(found['winclip']!['mean']).toMatchObject({ classes: { image: ['bolt', 'nut'], pixel: ['bolt'] } });
    expect(found['winclip+1']!['mean']).toMatchObject({ classes: { image: ['nut'] } });
  });

  it('says of images without labels that nothing can be measured, before it scores them', async () => {
    const world = await openWorld();
    const plain = path.join(world.photos, 'nut/test/good');
    const { code, out, err } = await world.run([
      ...['evaluate', plain, '--methods', 'baseline', '--layout', 'folder', '--name', 'plain'],
    ]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      /No image of «plain» .* there is nothing to hold scores against\. .*«scan».*«export»/,
    );
    expect(count(await world.log(), 'image')).toBe(0);
  });

  it('sets the papers’ figures beside ours where they are of these classes, and nothing where the name alone agrees', async () => {
    const world = await openWorld();
    const other = await world.run([
      ...['evaluate', world.photos, '--name', 'MPDD', '--methods', 'clip', '--json'],
    ]);
    expect(other.json().methods['clip']).not.toHaveProperty('published.0');
    expect((await world.run(['evaluate', 'MPDD', '--methods', 'clip'])).out).not.toContain('Published');

    await rename(path.join(world.photos, 'bolt'), path.join(world.photos, 'carpet'));
    const csv = path.join(world.data, 'metrics.csv');
    const { out } = await world.run([
      ...['evaluate', world.photos, '--name', 'MVTec AD', '--methods', 'clip,winclip+1', '--csv', csv],
    ]);
    expect(out).toMatch(/\ncarpet +clip .*AnomalyCLIP, tables? 1/);
    // Two classes are not the fifteen that the paper's mean is over.
    expect(out).not.toMatch(/\nmean +clip .*tables? 1/);
    expect(await readFile(csv, 'utf8')).toMatch(/\r\nclip,Carpet,"AnomalyCLIP, tables? 1/);
    // They are zero-shot figures.
    expect(out).not.toMatch(/ winclip\+1 .*tables? 1/);
  });

  it('takes a data set by its name or number as it is, and does not call an image left out done', async () => {
    const world = await openWorld();
    await writeTree(world.photos, { 'nut/test/good/broken-32.png': 'picture' });
    const { code, json } = await world.run([
      ...['evaluate', world.photos, '--name', 'Small parts', '--methods', 'baseline', '--json'],
    ]);
    expect(code).toBe(1);
    expect(json()['error']).toEqual({
      code: 'unreadable',
      message: '1 of 10 images could not be scored.',
    });
    await writeTree(world.photos, { 'nut/test/good/33.png': 'picture' });
    const named = await world.run(['evaluate', 'Small parts', '--methods', 'baseline', '--json']);
    expect(named.json()['dataset']).toMatchObject({ name: 'Small parts', imageCount: 10 });
  });

  it('gives each method the prompts that are its own, and asks where several fit', async () => {
    const world = await openWorld();
    for (const name of ['one', 'two'])
      await world.run(['prompts', 'import', `/prompts/${name}.pth`, '--name', name]);
    const methods = ['--methods', 'baseline,anomalyclip', '--json'];
    const unclear = await world.run(['evaluate', world.photos, ...methods]);
    expect(unclear.json()['error']).toMatchObject({
      code: 'needs-choice',
      message: expect.stringMatching(/choose with --prompts: 1 \(one\), 2 \(two\)/) as string,
    });
    const chosen = await world.run(['evaluate', world.photos, ...methods, '--prompts', 'two']);
    expect(chosen.code).toBe(0);
    expect(chosen.json().methods['anomalyclip']).toMatchObject({ promptSetId: 2 });
    const useless = await world.run([
      ...['evaluate', world.photos, '--methods', 'faprompt,baseline', '--prompts', 'two'],
    ]);
    expect(useless.err).toContain(
      'The prompts «two» are for anomalyclip, which is not among the methods asked for.',
    );
  });
});

describe('scan with several methods', () => {
  it('makes one pass, goes on with what was begun, and prints a column a method', async () => {
    const world = await openWorld();
    const { code, out } = await world.run(['scan', world.photos, '--methods', 'baseline,clip']);
    expect(code).toBe(0);
    expect(out).toMatch(/class +good +anomalous +unlabelled +AUROC baseline +AUROC clip\n/);
    expect(out).toMatch(/Run 2, CLIP: 9 of 9 images scored in/);
    expect(count(await world.log(), 'image')).toBe(9);
    const failing = await world.run(['scan', world.photos, '--methods', 'baseline,faprompt', '--json']);
    expect(failing.code).toBe(1);
    expect(failing.json()).toMatchObject({
      runs: [{ key: 'baseline', run: { state: 'succeeded' } }],
      unavailable: { faprompt: expect.stringContaining('needs learned prompts') as string },
    });
    const none = await world.run(['scan', world.photos, '--methods', 'baseline,clip', '--resume']);
    expect(none.err).toContain('There is no unfinished run');
  });
});
