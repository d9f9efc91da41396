import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pruneFolder } from '../../../src-main/core/library/thumbnail-limit.ts';
import { openTestCore, temporaryFolder } from './support/harness.ts';

async function makeThumbnail(folder: string, name: string, sizeBytes: number, ageS: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, Buffer.alloc(sizeBytes));
  const time = Date.now() / 1000 - ageS;
  await utimes(file, time, time);
}

describe('thumbnails', () => {
  it('beyond the limit go, those not looked at for longest first', async () => {
    const folder = join(await temporaryFolder(), 'thumbnails');
    await makeThumbnail(join(folder, '128'), 'old.jpg', 400, 300);
    await makeThumbnail(join(folder, '256'), 'newer.jpg', 400, 200);
    await makeThumbnail(join(folder, '256'), 'newest.jpg', 400, 100);
    await pruneFolder(folder, 1200);
    expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg'))).toHaveLength(
      3,
    );
    await pruneFolder(folder, 1000);
    const left = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg'));
    expect(left.toSorted()).toEqual([join('256', 'newer.jpg'), join('256', 'newest.jpg')]);
  });

  it('are counted, limited and deleted by the window', async () => {
    const dataFolder = await temporaryFolder();
    const { core } = await openTestCore({ dataFolder });
    await makeThumbnail(join(dataFolder, 'thumbnails', '128'), 'a.jpg', 60_000_000, 10);
    const before = await core.call('app.diskUse', {});
    expect(before.parts).toContainEqual({ kind: 'thumbnails', sizeBytes: 60_000_000 });
    expect(before.thumbnailLimitBytes).toBe(2_000_000_000);
    const limited = await core.call('app.limitThumbnails', { limitBytes: 50_000_000 });
    expect(limited.thumbnailLimitBytes).toBe(50_000_000);
    expect(limited.parts.map(({ kind }) => kind)).not.toContain('thumbnails');
    await makeThumbnail(join(dataFolder, 'thumbnails', '128'), 'b.jpg', 1000, 10);
    const cleared = await core.call('app.clearThumbnails', {});
    expect(cleared.parts.map(({ kind }) => kind)).not.toContain('thumbnails');
  });
});

describe('the data folder', () => {
  it('keeps no choice where it was handed in', async () => {
    const dataFolder = await temporaryFolder();
    const { core } = await openTestCore({ dataFolder });
    expect(await core.call('app.dataFolder', {})).toMatchObject({
      folder: dataFolder,
      nextFolder: dataFolder,
    });
    await expect(core.call('app.chooseDataFolder', { folder: null })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('a report', () => {
  it('holds every check and the end of the log', async () => {
    const { core } = await openTestCore();
    const { text } = await core.call('app.report', {});
    expect(text).toContain('Anomaly Workbench: 0.0.0-test');
    expect(text).toMatch(/Compute process: ONNX Runtime/);
    expect(text).toMatch(/info Database migrated: 0001/);
  });
});
