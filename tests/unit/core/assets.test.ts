import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { assetPaths } from '../../../src-shared/contract/asset-paths.ts';
import {
  baselineRun,
  importPictures,
  openTestCore,
  picture,
  temporaryFolder,
  writeTree,
} from './support/harness.ts';

async function openWithOneImage(name = 'a-1.png') {
  const dataFolder = await temporaryFolder();
  const test = await openTestCore({ dataFolder });
  const imported = await importPictures(test, [name]);
  return { ...test, ...imported, dataFolder };
}

describe('the asset route', () => {
  it('names the file of an image that a browser can show', async () => {
    const { core, root } = await openWithOneImage();
    const asset = await core.asset(assetPaths.image(1));
    expect(asset).toMatchObject({ status: 200, contentType: 'image/png', filePath: join(root, 'a-1.png') });
    expect(asset.bytes).toBeUndefined();
    expect(asset.headers['cache-control']).toContain('private');
  });

  it('answers 304 to a browser that has it, until the file changes', async () => {
    const { core, root } = await openWithOneImage();
    for (const path of [assetPaths.image(1), assetPaths.thumbnail(1, 128)]) {
      const first = await core.asset(path);
      const etag = first.headers['etag'];
      expect(etag).toMatch(/^".+"$/);
      const again = await core.asset(path, { ifNoneMatch: `W/"other", ${etag}` });
      expect(again.status).toBe(304);
      expect(again.bytes ?? again.filePath).toBeUndefined();
      expect(again.headers['etag']).toBe(etag);
    }
    const { headers } = await core.asset(assetPaths.image(1));
    await writeFile(join(root, 'a-1.png'), await picture('png', 40, 40));
    expect((await core.asset(assetPaths.image(1), { ifNoneMatch: headers['etag'] })).status).toBe(200);
  });

  it('makes thumbnails in a window of grey values from all 16 bits, and from 8 bits as the viewer filters them', async () => {
    const { core, root } = await openWithOneImage();
    // Left half 2,000, right half 2,040: one and the same of 256 greys, far apart in a window of 80 about 2,020.
    const wide = Uint16Array.from({ length: 64 * 32 }, (_, k) => (k % 64 < 32 ? 2000 : 2040));
    const raw = { width: 64, height: 32, channels: 1 as const };
    const greys = async (path: string) => {
      const asset = await core.asset(path);
      expect(asset).toMatchObject({ status: 200, contentType: 'image/jpeg' });
      const { data, info } = await sharp(asset.bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
      const at = (x: number) => data[16 * info.width + x]!;
      return [at(8), at(56)];
    };
    await sharp(wide, { raw }).toColourspace('grey16').png().toFile(join(root, 'a-1.png'));
    const [flat, same] = await greys(assetPaths.thumbnail(1, 128));
    expect(Math.abs(flat! - same!)).toBeLessThan(4);
    const [dark, bright] = await greys(assetPaths.windowed(1, 128, { level: 2020, window: 80 }));
    expect(dark).toBeCloseTo(255 * 0.25, -1);
    expect(bright).toBeCloseTo(255 * 0.75, -1);

    const narrow = Uint8Array.from(wide, (value) => (value === 2000 ? 100 : 120));
    await sharp(narrow, { raw }).png().toFile(join(root, 'a-1.png'));
    // Level 110, window 40 of 255.
    const window = { level: 110 * 257, window: 40 * 257 };
    const [low, high] = await greys(assetPaths.windowed(1, 128, window));
    expect(low).toBeCloseTo(255 * 0.25, -1);
    expect(high).toBeCloseTo(255 * 0.75, -1);
    for (const wrong of ['0/80', '2020/0', '65536/80', '2020/80/1', '2020', '-5/80'])
      expect((await core.asset(`/assets/windowed/1/128/${wrong}`)).status).toBe(400);
  });

  it('makes a thumbnail once and keeps it in the data folder', async () => {
    const { core, root, dataFolder } = await openWithOneImage();
    await writeFile(join(root, 'a-1.png'), await picture('png', 600, 300));
    const [one, two] = await Promise.all([
      core.asset(assetPaths.thumbnail(1, 256)),
      core.asset(assetPaths.thumbnail(1, 256)),
    ]);
    expect(await sharp(one.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 256, height: 128 });
    expect(two.bytes).toEqual(one.bytes);
    const kept = (await readdir(join(dataFolder, 'thumbnails'), { recursive: true })).filter((name) =>
      name.endsWith('.jpg'),
    );
    expect(kept).toHaveLength(1);
    await writeFile(join(dataFolder, 'thumbnails', kept[0]!), 'kept');
    expect(Buffer.from((await core.asset(assetPaths.thumbnail(1, 256))).bytes!).toString()).toBe('kept');
  });

  it('shows thumbnails also where they cannot be kept', async () => {
    const { core, dataFolder, logs } = await openWithOneImage();
    await rm(join(dataFolder, 'thumbnails'), { recursive: true, force: true });
    await writeFile(join(dataFolder, 'thumbnails'), 'in the way');
    expect((await core.asset(assetPaths.thumbnail(1, 128))).status).toBe(200);
    expect(logs.some((line) => line.includes('Thumbnails cannot be kept'))).toBe(true);
  });

  it('gives masks as PNG and 404 where there is none', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, {
      'c/test/cut/a.png': 'picture',
      'c/test/good/b.png': 'picture',
      'c/ground_truth/cut/a_mask.png': 'picture',
    });
    const { job, dataset } = await test.core.call('datasets.import', { path: root });
    await test.jobEnd(job.id);
    const { rows } = await test.core.call('images.list', {
      datasetId: dataset.id,
      runId: null,
      className: null,
      sort: 'path',
      descending: false,
      offset: 0,
      limit: 10,
    });
    const [cut, good] = rows.map((row) => row.image.id);
    const mask = await test.core.asset(assetPaths.mask(cut!));
    expect(mask).toMatchObject({ status: 200, contentType: 'image/png' });
    expect(await sharp(mask.bytes).metadata()).toMatchObject({ format: 'png', width: 16, height: 12 });
    expect((await test.core.asset(assetPaths.mask(good!))).status).toBe(404);
  });

  it('answers everything that is no asset address without looking at a file', async () => {
    const { core, root } = await openWithOneImage();
    const attempts = [
      '',
      '/',
      '/assets',
      '/assets/image',
      '/assets/image/',
      '/assets/image/0',
      '/assets/image/-1',
      '/assets/image/1.5',
      '/assets/image/1/..',
      '/assets/image/../../etc/passwd',
      '/assets/image/..%2f..%2fetc%2fpasswd',
      `/assets/image/${root}/a-1.png`,
      '/assets/image/a-1.png',
      '/assets/image/1%00',
      '/assets/thumbnail/1',
      '/assets/thumbnail/1/129',
      '/assets/thumbnail/1/256/more',
      '/assets/mask/1e99',
      '/assets/mask/ 1',
      '/assets/mask/0x1',
      '/assets/mask/01',
      '/assets/image/1?x=/etc/passwd',
      '/assets/map/1',
      '/etc/passwd',
    ];
    for (const path of attempts) {
      const asset = await core.asset(path);
      expect([path, asset.status === 400 || asset.status === 404, asset.filePath]).toEqual([
        path,
        true,
        undefined,
      ]);
    }
    expect((await core.asset('/assets/image/99')).status).toBe(404);
  });

  it('refuses a file that was replaced by a link out of its data set', async () => {
    const { core, root } = await openWithOneImage();
    const outside = await temporaryFolder();
    await writeTree(outside, { 'secret.png': 'picture' });
    await rm(join(root, 'a-1.png'));
    await symlink(join(outside, 'secret.png'), join(root, 'a-1.png'));
    for (const path of [assetPaths.image(1), assetPaths.thumbnail(1, 128)]) {
      const asset = await core.asset(path);
      expect(asset.status).toBe(403);
      expect(asset.filePath).toBeUndefined();
    }
  });

  it('refuses a folder that was replaced by a link out of its data set', async () => {
    const test = await openTestCore();
    const [root, outside] = [await temporaryFolder(), await temporaryFolder()];
    await writeTree(root, { 'sub/a.png': 'picture' });
    await writeTree(outside, { 'a.png': 'picture' });
    const { job } = await test.core.call('datasets.import', { path: root });
    await test.jobEnd(job.id);
    await rm(join(root, 'sub'), { recursive: true });
    await symlink(outside, join(root, 'sub'));
    expect((await test.core.asset(assetPaths.image(1))).status).toBe(403);
  });

  it('says of a file that is gone or became something else what happened', async () => {
    const { core, root } = await openWithOneImage();
    await rm(join(root, 'a-1.png'));
    const gone = await core.asset(assetPaths.image(1));
    expect(gone.status).toBe(404);
    expect(Buffer.from(gone.bytes!).toString()).toContain('a-1.png');
    await writeFile(join(root, 'a-1.png'), 'no image any more');
    expect((await core.asset(assetPaths.thumbnail(1, 128))).status).toBe(415);
    await rm(join(root, 'a-1.png'));
    await mkdir(join(root, 'a-1.png'));
    expect((await core.asset(assetPaths.image(1))).status).toBeGreaterThanOrEqual(400);
  });

  it('has maps only of images that were scored', async () => {
    const test = await openWithOneImage('broken-1.png');
    const { run, job } = await test.core.call('runs.create', baselineRun(test.datasetId));
    await test.jobEnd(job.id);
    expect((await test.core.asset(assetPaths.patchMap(run.id, 1))).status).toBe(404);
    expect((await test.core.asset(assetPaths.patchMap(run.id + 1, 1))).status).toBe(404);
  });
});
