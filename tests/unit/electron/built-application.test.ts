import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildProject } from '../../../src-main/launch/build.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const runFile = promisify(execFile);
let folder: string;

beforeEach(async () => {
  await buildProject();
  folder = await mkdtemp(path.join(tmpdir(), 'built-application-'));
  await mkdir(path.join(folder, 'images'));
  const noise = { type: 'gaussian', mean: 120, sigma: 20 } as const;
  for (const name of ['one', 'two'])
    await sharp({ create: { width: 80, height: 60, channels: 3, background: '#777', noise } })
      .png()
      .toFile(path.join(folder, 'images', `${name}.png`));
}, 120_000);
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Drives the application with the stand-in in the place of Electron; see the driver. */
async function drive(...resourcesFolder: string[]): Promise<unknown> {
  const driver = path.join(root, 'tests/support/drive-built-application.ts');
  const args = [driver, path.join(folder, 'data'), path.join(folder, 'images'), ...resourcesFolder];
  const { stdout, stderr } = await runFile(process.execPath, args, { timeout: 60_000 });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const expected = {
  readyBeforeEvaluated: false,
  pageTitle: 'Anomaly Workbench',
  host: 'electron',
  importState: 'succeeded',
  scanState: 'succeeded',
  scoreCount: 2,
  mapStatus: 200,
  mapBytes: expect.any(Number) as unknown,
  imageType: 'image/png',
  imageBytes: expect.any(Number) as unknown,
  utilityProcessCount: 1,
};

it('the built application goes from a folder to a map over its own IPC, protocol and utility process, and quits', async () => {
  expect(await drive()).toMatchObject(expected);
}, 120_000);

// A made-up runtime is a handful of files on Linux; macOS wants a whole application bundle.
it.runIf(process.platform === 'linux')(
  'what electron-builder packs is all that the application needs, and of native files only this platform’s',
  async () => {
    // A made-up runtime: electron-builder copies and renames it, and downloads nothing.
    const electronDist = path.join(folder, 'electron');
    await mkdir(path.join(electronDist, 'resources'), { recursive: true });
    await mkdir(path.join(electronDist, 'locales'));
    await writeFile(path.join(electronDist, 'locales', 'en-US.pak'), '');
    await writeFile(path.join(electronDist, 'LICENSE'), '');
    await writeFile(path.join(electronDist, 'version'), '45.4.1');
    await writeFile(path.join(electronDist, 'electron'), '#!/bin/sh\n');
    await chmod(path.join(electronDist, 'electron'), 0o755);
    const output = path.join(folder, 'packed');
    await runFile(
      process.execPath,
      [
        path.join(root, 'node_modules/electron-builder/out/cli/cli.js'),
        '--linux',
        '--dir',
        `-c.electronDist=${electronDist}`,
        `-c.directories.output=${output}`,
        '-c.asar=false',
      ],
      { cwd: root, timeout: 100_000 },
    );
    const [unpacked = ''] = (await readdir(output)).filter((name) => name.endsWith('unpacked'));
    const resources = path.join(output, unpacked, 'resources');
    expect(await drive(resources)).toMatchObject(expected);

    const files = await readdir(resources, { recursive: true });
    expect(
      files.filter((file) => /darwin|win32|\.dll$|\.dylib$/.test(file) && !file.endsWith('.js')),
    ).toEqual([]);
    expect(
      files.filter((file) => /@mui|react|konva|\.map$|\.ts$/.test(file) && !file.includes('@img')),
    ).toEqual([]);
    const needed = [
      'assets/README.md',
      'assets/published-results.json',
      'models/catalogue.json',
      'models/starter/model.safetensors',
      'models/starter/prompts/anomalyclip.safetensors',
      'models/starter/prompts/faprompt.safetensors',
      'app/out/main/pixel-worker.js',
    ];
    expect(files).toEqual(expect.arrayContaining(needed.map((file) => path.normalize(file))));
  },
  200_000,
);
