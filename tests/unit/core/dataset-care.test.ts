import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { findFolders } from '../../../src-main/core/handlers/find-folders.ts';
import { spreadOut } from '../../../src-main/core/datasets/preview-files.ts';
import { folderOf } from '../datasets/import-tools.ts';
import {
  maskPicture,
  openTestCore,
  picture,
  temporaryFolder,
  writeTree,
  type TestCore,
} from './support/harness.ts';

async function imported({ core, jobEnd }: TestCore, root: string) {
  const { dataset, job } = await core.call('datasets.import', { path: root });
  await jobEnd(job.id);
  return await core.call('datasets.get', { datasetId: dataset.id });
}

function emptyMask(width: number, height: number): Promise<Buffer> {
  return sharp(Buffer.alloc(width * height), { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

describe('looking into a folder before its import', () => {
  it('opens images, tells what cannot be read and what is there twice, and shows a few of every class and label', async () => {
    const { core } = await openTestCore();
    const twice = await picture('.png', 20, 20);
    const root = await folderOf({
      'cup/train/good/1.png': 'picture',
      'cup/test/good/1.png': twice,
      'cup/test/good/2.png': twice,
      'cup/test/crack/1.png': 'picture',
      'cup/test/crack/2.png': 'no image at all',
      'cup/ground_truth/crack/1_mask.png': 'picture',
    });
    const preview = await core.call('datasets.inspect', { path: root, openFiles: true });
    expect(preview).toMatchObject({ imageCount: 4, openedCount: 5, splits: { train: 1, test: 3, none: 0 } });
    expect(preview.problemKinds).toContainEqual({ code: 'unsupported-format', count: 1 });
    expect(preview.problemKinds).toContainEqual({ code: 'duplicate', count: 1 });
    expect(preview.pictures.map(({ path, label }) => [path, label])).toContainEqual([
      'cup/test/crack/1.png',
      'anomalous',
    ]);
    expect(preview.pictures.map(({ path }) => path)).not.toContain('cup/test/crack/2.png');
    const shown = await core.asset(`/assets/preview/${preview.previewId ?? ''}/1`);
    expect(shown).toMatchObject({ status: 200, contentType: 'image/jpeg' });
    const beyond = `/assets/preview/${preview.previewId ?? ''}/${preview.pictures.length + 1}`;
    expect(await core.asset(beyond)).toMatchObject({ status: 404 });
    expect(await core.asset(`/assets/preview/${'0'.repeat(32)}/1`)).toMatchObject({ status: 404 });
    expect((await core.call('datasets.list', {})).datasets).toEqual([]);
  });

  it('counts the masks that the import would use beside those that were found', async () => {
    const test = await openTestCore();
    const masks = {
      'cup/ground_truth/crack/1_mask.png': await maskPicture(),
      'cup/ground_truth/crack/2_mask.png': await maskPicture(30, 30),
      'cup/ground_truth/crack/3_mask.png': await emptyMask(16, 12),
    };
    const root = await folderOf({
      'cup/test/good/1.png': 'picture',
      ...Object.fromEntries([1, 2, 3].map((k) => [`cup/test/crack/${k}.png`, 'picture' as const])),
      ...masks,
    });
    const preview = await test.core.call('datasets.inspect', { path: root, openFiles: true });
    const counts = { name: 'cup', good: 1, anomalous: 3, unlabelled: 0, masks: 1 };
    expect(preview.classes).toEqual([{ ...counts, masksFound: 3 }]);
    expect(preview.pictures.filter(({ hasMask }) => hasMask).map(({ path }) => path)).toEqual([
      'cup/test/crack/1.png',
    ]);
    expect((await imported(test, root)).classes).toEqual([counts]);
  });

  it('counts an image whose empty mask leaves it without a label as the import does', async () => {
    const test = await openTestCore();
    const root = await folderOf({
      'images/1.png': 'picture',
      'images/2.png': 'picture',
      'masks/1.png': await maskPicture(),
      'masks/2.png': await emptyMask(16, 12),
    });
    const { classes, layout } = await test.core.call('datasets.inspect', { path: root, openFiles: true });
    expect(layout).toBe('images-masks');
    const stored = (await imported(test, root)).classes;
    expect(stored).toMatchObject([{ good: 0, anomalous: 1, unlabelled: 1, masks: 1 }]);
    expect(classes).toEqual(stored.map((counts) => ({ ...counts, masksFound: 2 })));
  });

  it('opens nothing unless it is asked to', async () => {
    const { core } = await openTestCore();
    const preview = await core.call('datasets.inspect', { path: await folderOf({ 'a.png': 'no image' }) });
    expect(preview).toMatchObject({ imageCount: 1, openedCount: null, previewId: null, problemCount: 0 });
  });

  it('takes a table in place of its folder, and names the tables there are', async () => {
    const { core } = await openTestCore();
    const root = await folderOf({
      'a.png': 'picture',
      'b.png': 'picture',
      'first.csv': 'path,label\na.png,good\n',
      'second.csv': 'path,label\na.png,good\nb.png,bad\n',
    });
    const preview = await core.call('datasets.inspect', { path: join(root, 'second.csv') });
    expect(preview).toMatchObject({ layout: 'list', layoutOptions: { table: 'second.csv' }, imageCount: 2 });
    expect(preview.root.endsWith(basename(root))).toBe(true);
    expect(preview.tables).toEqual(['first.csv', 'second.csv']);
    await expect(core.call('datasets.inspect', { path: join(root, 'a.png') })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });

  it('ends at once when it is stopped, and says so', async () => {
    const { core } = await openTestCore();
    const tree: Record<string, 'picture'> = {};
    for (let k = 0; k < 400; k++) tree[`${k}.png`] = 'picture';
    const root = await folderOf(tree);
    const looking = core.call('datasets.inspect', { path: root, openFiles: true, inspectionId: 'one' });
    await core.call('datasets.stopInspecting', { inspectionId: 'one' });
    await expect(looking).rejects.toMatchObject({ code: 'cancelled' });
    await core.call('datasets.stopInspecting', { inspectionId: 'never began' });
  });

  it('begins a large folder everywhere at once', () => {
    const spread = spreadOut(Array.from({ length: 6400 }, (_, k) => k));
    expect(spread.slice(0, 3)).toEqual([0, 100, 200]);
    expect(new Set(spread).size).toBe(6400);
    expect(spreadOut([1, 2, 3])).toEqual([1, 2, 3]);
  });
});

describe('a data set that is kept for long', () => {
  it('is renamed, and remembers when it was opened', async () => {
    const test = await openTestCore();
    const { id } = await imported(test, await folderOf({ 'a.png': 'picture' }));
    const renamed = await test.core.call('datasets.rename', { datasetId: id, name: '  Felt, November ' });
    expect(renamed).toMatchObject({ name: 'Felt, November' });
    expect(renamed.lastOpenedAtMs).toBeUndefined();
    const before = Date.now();
    const opened = await test.core.call('datasets.opened', { datasetId: id });
    expect(opened.lastOpenedAtMs).toBeGreaterThanOrEqual(before);
    await expect(test.core.call('datasets.rename', { datasetId: id, name: ' ' })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });

  it('tells what a second look at its folder brought', async () => {
    const test = await openTestCore();
    const root = await folderOf({ 'a.png': 'picture', 'b.png': 'picture', 'c.png': 'picture' });
    expect((await imported(test, root)).lastLook).toMatchObject({ added: 3, changed: 0, removed: 0 });
    await rm(join(root, 'a.png'));
    await writeFile(join(root, 'b.png'), await picture('.png', 40, 40));
    await writeTree(root, { 'd.png': 'picture', 'e.png': 'picture' });
    expect((await imported(test, root)).lastLook).toMatchObject({ added: 2, changed: 1, removed: 1 });
  });

  it('says when its folder is gone, and goes on where the folder is now', async () => {
    const test = await openTestCore();
    const root = await folderOf({ 'a.png': 'picture', 'sub/b.png': 'picture' });
    const { id, root: before } = await imported(test, root);
    const folderOfSet = async () => (await test.core.call('datasets.folders', {})).folders[0];
    expect(await folderOfSet()).toEqual({ datasetId: id, state: 'there', message: '' });
    const { rows: images } = await test.core.call('images.list', {
      datasetId: id,
      ...{ runId: null, className: null, sort: 'path', descending: false, offset: 0, limit: 10 },
    });
    const elsewhere = join(await temporaryFolder(), 'moved');
    await rename(root, elsewhere);
    expect(await folderOfSet()).toMatchObject({ state: 'missing' });
    expect((await folderOfSet())?.message).toContain(before);

    const strange = await folderOf({ 'z.png': 'picture' });
    const moveTo = (path: string) => test.core.call('datasets.relocate', { datasetId: id, path });
    await expect(moveTo(strange)).rejects.toMatchObject({ code: 'incompatible' });
    const { job, dataset } = await moveTo(elsewhere);
    expect(dataset.root).toContain('moved');
    await test.jobEnd(job.id);
    expect(await folderOfSet()).toMatchObject({ state: 'there' });
    const { rows: after } = await test.core.call('images.list', {
      datasetId: id,
      ...{ runId: null, className: null, sort: 'path', descending: false, offset: 0, limit: 10 },
    });
    expect(after).toEqual(images);
  });

  it('does not take the folder of another one', async () => {
    const test = await openTestCore();
    const root = await folderOf({ 'a.png': 'picture' });
    const copy = await temporaryFolder();
    await cp(root, copy, { recursive: true });
    const { id } = await imported(test, root);
    await imported(test, copy);
    const taken = test.core.call('datasets.relocate', { datasetId: id, path: copy });
    await expect(taken).rejects.toMatchObject({ code: 'already-exists' });
  });
});

describe('finding a dropped folder by its name', () => {
  it('puts the folder first that holds most of what was dropped', async () => {
    const root = await temporaryFolder();
    await writeTree(root, {
      'a/felt/1.png': 'x',
      'b/felt/1.png': 'x',
      'b/felt/2.png': 'x',
      'c/felt/9.txt': 'x',
    });
    await mkdir(join(root, 'd/felt'), { recursive: true });
    const found = await findFolders({ name: 'felt', entries: ['1.png', '2.png'] }, [root]);
    expect(found).toEqual([join(root, 'b/felt'), join(root, 'a/felt')]);
    expect(await findFolders({ name: 'felt', entries: ['none.png'] }, [root, '/not/there'])).toEqual([]);
  });
});
