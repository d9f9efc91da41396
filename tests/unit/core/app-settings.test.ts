import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataFolderChoice } from '../../../src-main/core/core.ts';
import { createFeatureCacheLimit } from '../../../src-main/core/library/feature-cache-limit.ts';
import { createThumbnailLimit, pruneFolder } from '../../../src-main/core/library/thumbnail-limit.ts';
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

describe('kept features', () => {
  it('are counted, limited and deleted by the window', async () => {
    const dataFolder = await temporaryFolder();
    const { core } = await openTestCore({ dataFolder });
    const shelf = join(dataFolder, 'cache', 'features', 'ab');
    await makeThumbnail(shelf, 'old.features', 40_000_000, 100);
    await makeThumbnail(shelf, 'new.features', 40_000_000, 10);
    const before = await core.call('app.diskUse', {});
    expect(before.parts).toContainEqual({ kind: 'features of images', sizeBytes: 80_000_000 });
    expect(before.featureLimitBytes).toBe(8_000_000_000);
    const limited = await core.call('app.limitFeatures', { limitBytes: 50_000_000 });
    expect(limited.featureLimitBytes).toBe(50_000_000);
    expect(await readdir(shelf)).toEqual(['new.features']);
    const cleared = await core.call('app.clearFeatures', {});
    expect(cleared.parts.map(({ kind }) => kind)).not.toContain('features of images');
  });
});

describe('a limit on a full disk', () => {
  it.each([
    ['features', createFeatureCacheLimit],
    ['thumbnails', createThumbnailLimit],
  ])('gives the room of %s back before it is stored, which needs some', async (_, create) => {
    const folder = await temporaryFolder();
    await makeThumbnail(folder, 'old.features', 4000, 100);
    await makeThumbnail(folder, 'new.features', 4000, 10);
    let left: string[] | null = null;
    const settings = {
      all: () => ({}),
      get: () => undefined,
      set: () => {
        left = readdirSync(folder);
      },
    };
    await create(folder, { settings }, () => undefined).setLimit(5000);
    expect(left).toEqual(['new.features']);
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

describe('a copy of the data folder', () => {
  async function withChoice(options: Parameters<typeof openTestCore>[0] = {}) {
    const dataFolder = await temporaryFolder();
    let next: string | null = null;
    const dataFolderChoice: DataFolderChoice = {
      folder: dataFolder,
      origin: 'usual',
      usualFolder: dataFolder,
      next: () => next,
      choose: (folder) => {
        next = folder;
      },
    };
    const { core } = await openTestCore({ ...options, dataFolder, dataFolderChoice });
    await core.call('settings.set', { key: 'author.name', value: 'Ada' });
    await mkdir(join(dataFolder, 'models', 'mine'), { recursive: true });
    await writeFile(join(dataFolder, 'models', 'mine', 'weights.bin'), Buffer.alloc(100_000, 7));
    await makeThumbnail(join(dataFolder, 'thumbnails', '128'), 'a.jpg', 1000, 10);
    return { core, dataFolder, place: await temporaryFolder() };
  }

  it('holds all that was decided and every model, is opened next, and leaves the old folder alone', async () => {
    const { core, dataFolder, place } = await withChoice();
    const target = join(place, 'new', 'data');
    const seen = await core.call('app.inspectDataFolder', { folder: target });
    expect(seen.content).toBe('empty');
    expect(seen.neededBytes).toBeGreaterThan(100_000);
    expect(await readdir(place)).toEqual([]);
    const before = (await readdir(dataFolder)).toSorted();
    expect(await core.call('app.copyDataFolder', { folder: target })).toMatchObject({
      folder: dataFolder,
      nextFolder: target,
    });
    expect((await readdir(dataFolder)).toSorted()).toEqual(before);
    expect(await readdir(join(place, 'new'))).toEqual(['data']);
    expect(await readdir(target)).not.toContain('thumbnails');
    expect(await readFile(join(target, 'models', 'mine', 'weights.bin'))).toEqual(Buffer.alloc(100_000, 7));
    const { core: copied } = await openTestCore({ dataFolder: target });
    const { values } = await copied.call('settings.get', {});
    expect(values['author.name']).toBe('Ada');
  });

  it('takes the place of an empty folder, and of nothing else', async () => {
    const { core, place } = await withChoice();
    await core.call('app.copyDataFolder', { folder: place });
    expect(await readdir(place)).toContain('workbench.sqlite');
    expect((await core.call('app.inspectDataFolder', { folder: place })).content).toBe('data');
    await expect(core.call('app.copyDataFolder', { folder: place })).rejects.toMatchObject({
      code: 'bad-request',
    });
    const photos = await temporaryFolder();
    await writeFile(join(photos, 'a.png'), 'mine');
    for (const method of ['app.inspectDataFolder', 'app.copyDataFolder'] as const)
      await expect(core.call(method, { folder: photos })).rejects.toMatchObject({ code: 'bad-request' });
    expect(await readdir(photos)).toEqual(['a.png']);
  });

  it('that is stopped leaves nothing, and the next start as it was', async () => {
    const { core, dataFolder, place } = await withChoice();
    const copy = core.call('app.copyDataFolder', { folder: join(place, 'data') });
    const refused = expect(copy).rejects.toMatchObject({ code: 'cancelled' });
    await expect(core.call('app.copyDataFolder', { folder: join(place, 'other') })).rejects.toMatchObject({
      code: 'busy',
    });
    await core.call('app.stopCopyingDataFolder', {});
    await refused;
    expect(await readdir(place)).toEqual([]);
    expect((await core.call('app.dataFolder', {})).nextFolder).toBe(dataFolder);
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
