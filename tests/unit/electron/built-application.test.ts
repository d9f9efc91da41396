import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { buildProject } from '../../../src-main/launch/build.mjs';

it('the built application goes from a folder to a map over its own IPC, protocol and utility process, and quits', async () => {
  await buildProject();
  const folder = await mkdtemp(path.join(tmpdir(), 'built-application-'));
  try {
    const images = path.join(folder, 'images');
    await mkdir(images);
    for (const name of ['one', 'two'])
      await sharp({
        create: {
          width: 80,
          height: 60,
          channels: 3,
          background: '#777',
          noise: { type: 'gaussian', mean: 120, sigma: 20 },
        },
      })
        .png()
        .toFile(path.join(images, `${name}.png`));
    const driver = path.resolve(import.meta.dirname, '../../support/drive-built-application.ts');
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [driver, path.join(folder, 'data'), images],
      { timeout: 60_000 },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      readyBeforeEvaluated: false,
      pageTitle: 'Anomaly Workbench',
      host: 'electron',
      importState: 'succeeded',
      scanState: 'succeeded',
      scoreCount: 2,
      mapStatus: 200,
      mapBytes: expect.any(Number) as unknown,
      imageType: 'image/png',
      utilityProcessCount: 1,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
