import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../../src-main/cli/main.ts';
import { openCore } from '../../../src-main/serving/open-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { projectRoot, temporaryFolder, writeTree } from '../core/support/harness.ts';
import { recordingIo } from './recording-io.ts';

const paths = findProjectPaths(path.join(projectRoot, 'src-main/cli'));

/** The demo on assets of its own, and unless a test is about it without the starter model: it says the same whether there is one or not. */
async function demo(
  assetsFolder: string,
  args: readonly string[],
  starterModelFolder = path.join(assetsFolder, 'no-model'),
) {
  const io = recordingIo();
  const dataFolders: string[] = [];
  const own = { ...paths, assetsFolder, starterModelFolder };
  const code = await runCli(['demo', ...args], {
    io,
    paths: own,
    openCore: (dataFolder, log) => {
      dataFolders.push(dataFolder);
      return openCore({ paths: own, dataFolder, host: 'cli', log });
    },
  });
  return { code, io, dataFolders };
}

async function assetsWithSamples(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['clip-bpe', 'prompts', 'published-results.json'])
    await symlink(path.join(paths.assetsFolder, name), path.join(folder, name));
  const side = 64;
  const picture = (spot: boolean, channels: 1 | 3, seed: number) => {
    const data = Uint8Array.from({ length: side * side * channels }, (_, i) => {
      const [x, y] = [Math.floor(i / channels) % side, Math.floor(i / channels / side)];
      const inside = spot && Math.hypot(x - 40, y - 24) < 9;
      return inside ? 250 : channels === 1 ? 0 : 90 + ((x * 7 + y * 13 + seed) % 11);
    });
    return sharp(data, { raw: { width: side, height: side, channels } })
      .png()
      .toBuffer();
  };
  await writeTree(path.join(folder, 'samples'), {
    'plate/test/good/0.png': await picture(false, 3, 1),
    'plate/test/good/1.png': await picture(false, 3, 2),
    'plate/test/spot/0.png': await picture(true, 3, 3),
    'plate/ground_truth/spot/0_mask.png': await picture(true, 1, 0),
  });
  return folder;
}

describe('demo', () => {
  it('runs what can run, writes the report, says why the rest did not run, and does not call that done', async () => {
    const assets = await assetsWithSamples();
    const report = path.join(await temporaryFolder(), 'demo.html');
    const { code, io, dataFolders } = await demo(assets, ['--report', report]);
    expect(io.out).toMatch(/Image AUROC, % +baseline\nplate +100\.0\nmean +100\.0\n/);
    expect(io.out).toMatch(/Pixel AUROC, % +baseline\nplate +9\d\.\d\n/);
    expect(io.out).toMatch(/Seconds an image +baseline\nplate +\d\.\d{3}\n/);
    expect(io.out).toContain('CLIP was not run: it needs the starter model');
    expect(io.out).toContain(report);
    expect(io.err).toContain('Not everything was done: 3 of 4 methods did not run.');
    expect(code).toBe(1);
    const text = await readFile(report, 'utf8');
    expect(text).toContain('Block statistics');
    expect(text).toContain('CLIP-AC</strong>: it needs the starter model');
    // Nothing of it stays but the report.
    expect(dataFolders).toHaveLength(1);
    expect(existsSync(dataFolders[0]!)).toBe(false);
  });

  it(
    'runs the methods with learned prompts too, with those that come with the starter model',
    { timeout: 120_000 },
    async () => {
      const assets = await assetsWithSamples();
      const report = path.join(await temporaryFolder(), 'demo.html');
      const { code, io } = await demo(assets, ['--report', report, '--json'], paths.starterModelFolder);
      const { methods } = JSON.parse(io.out) as { methods: Record<string, { unavailable?: string }> };
      expect(Object.keys(methods)).toEqual(expect.arrayContaining(['winclip', 'anomalyclip', 'faprompt']));
      for (const one of Object.values(methods)) expect(one).not.toHaveProperty('unavailable');
      expect(code).toBe(0);
      expect(await readFile(report, 'utf8')).toContain('Starter FAPrompt');
    },
  );

  it('keeps the data folder that --data names, and prints one JSON document', async () => {
    const assets = await assetsWithSamples();
    const folder = await temporaryFolder();
    const data = path.join(folder, 'data');
    const { io } = await demo(assets, ['--json', '--data', data, '--report', path.join(folder, 'r.html')]);
    expect(JSON.parse(io.out)).toMatchObject({
      dataset: { imageCount: 3 },
      methods: {
        baseline: { classes: { plate: { image: { auroc: 1 } } }, mean: { image: { auroc: 1 } } },
        clip: { unavailable: expect.stringContaining('starter model') as string },
      },
      report: path.join(folder, 'r.html'),
      error: { code: 'unavailable' },
    });
    expect(existsSync(data)).toBe(true);
  });

  it('says so where the sample images are missing', async () => {
    const assets = await temporaryFolder();
    await mkdir(path.join(assets, 'prompts'));
    const { code, io } = await demo(assets, []);
    expect(code).toBe(1);
    expect(io.err).toContain('The sample images are missing');
  });
});
