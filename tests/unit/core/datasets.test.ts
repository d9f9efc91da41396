import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { inspectDataset } from '../../../src-main/core/datasets/inspect-dataset.ts';
import {
  baselineRun,
  importPictures,
  openTestCore,
  picture,
  temporaryFolder,
  writeTree,
  type TestCore,
} from './support/harness.ts';

const inspect = (path: string, limits = { entries: 1000, depth: 20 }) =>
  inspectDataset({ path, excluded: [], signal: new AbortController().signal, limits });

async function importAll({ core, jobEnd }: TestCore, path: string, layout?: 'folder' | 'mvtec') {
  const { dataset, job } = await core.call('datasets.import', { path, ...(layout ? { layout } : {}) });
  const ended = await jobEnd(job.id);
  const { problems } = await core.call('datasets.problems', {
    datasetId: dataset.id,
    offset: 0,
    limit: 1000,
  });
  const { rows } = await core.call('images.list', {
    datasetId: dataset.id,
    runId: null,
    className: null,
    sort: 'path',
    descending: false,
    offset: 0,
    limit: 1000,
  });
  return {
    job: ended,
    dataset: await core.call('datasets.get', { datasetId: dataset.id }),
    images: rows.map((row) => row.image),
    problems: problems.map(({ path: file, code }) => [file, code]).sort(),
    messages: problems.map((problem) => problem.message),
  };
}

const tree = {
  'bottle/train/good/000.png': 'picture',
  'bottle/test/good/000.png': 'picture',
  'bottle/test/crack/000.png': 'picture',
  'bottle/test/crack/001.jpg': 'picture',
  'bottle/test/crack/002.png': 'picture',
  'bottle/ground_truth/crack/000_mask.png': 'picture',
  // MVTec's derivatives name masks as their images.
  'bottle/ground_truth/crack/001.png': 'picture',
  'bottle/ground_truth/crack/009_mask.png': 'picture',
  'cap/test/good/1.png': 'picture',
  'cap/test/dent/1.png': 'picture',
  'licence.txt': 'free',
} as const;

describe('inspecting a folder', () => {
  it('reads anything else as a plain folder, folders below it included', async () => {
    const root = await temporaryFolder();
    await writeTree(root, {
      'a.png': 'picture',
      'deep/er/b.JPG': 'x',
      'notes.txt': 'x',
      '.hidden/c.png': 'x',
    });
    expect(await inspect(root)).toMatchObject({
      layout: 'folder',
      imageCount: 2,
      samples: ['a.png', 'deep/er/b.JPG'],
    });
  });

  it('stops at its limit and says so', async () => {
    const root = await temporaryFolder();
    await writeTree(
      root,
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i % 3}/${i}.png`, 'x'])),
    );
    const preview = await inspect(root, { entries: 12, depth: 20 });
    expect(preview.imageCount).toBeLessThan(30);
    expect(preview.problems.map((problem) => problem.code)).toContain('too-many-files');
  });

  it('says what is wrong with a path that is no folder', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'file.png'), '');
    await expect(inspect(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(inspect(join(root, 'file.png'))).rejects.toMatchObject({ code: 'bad-request' });
    await expect(inspect('relative/folder')).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('stores nothing', async () => {
    const { core } = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, tree);
    await core.call('datasets.inspect', { path: root });
    expect(await core.call('datasets.list', {})).toEqual({ datasets: [] });
    expect((await core.call('jobs.list', {})).jobs).toEqual([]);
  });
});

describe('importing', () => {
  it('refuses another layout for a folder it knows, and loses nothing', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, tree);
    const before = await importAll(test, root);
    const { run, job } = await test.core.call('runs.create', baselineRun(before.dataset.id));
    await test.jobEnd(job.id);
    const finished = await test.core.call('runs.get', { runId: run.id });

    const again = test.core.call('datasets.import', { path: root, layout: 'folder' });
    await expect(again).rejects.toMatchObject({
      code: 'already-exists',
      message: expect.stringContaining('read as mvtec, with 7 images and 1 run.') as string,
    });
    const after = await importAll(test, root, 'mvtec');
    expect(after.dataset).toEqual({ ...before.dataset, lastLook: after.dataset.lastLook });
    expect(after.images).toEqual(before.images);
    expect(await test.core.call('runs.get', { runId: run.id })).toEqual(finished);
  });

  it('says what is wrong with a file without its path, which stands beside it', async () => {
    const root = await temporaryFolder();
    await writeTree(root, { 'ok.png': 'picture', 'broken.png': 'this is no picture' });
    const { messages } = await importAll(await openTestCore(), root);
    expect(messages).toEqual([
      'It cannot be used: its content is no image format that is known here. Save it as PNG, JPEG, WebP, TIFF or BMP.',
    ]);
  });

  it('takes another layout where the first found nothing', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, { 'one.png': 'picture' });
    expect((await importAll(test, root, 'mvtec')).dataset.imageCount).toBe(0);
    expect((await importAll(test, root, 'folder')).dataset).toMatchObject({
      layout: 'folder',
      imageCount: 1,
    });
  });

  it('lists broken, empty, renamed and unread files and imports the rest', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    const png = await picture('png');
    await writeTree(root, {
      'fine.png': 'picture',
      'jpeg-in-truth.png': await picture('jpg'),
      'empty.png': '',
      'text.jpg': 'this is no image',
      'head-only.png': png.subarray(0, 20),
      'film.gif': 'GIF89a',
      'scan.dcm': 'x',
    });
    const { dataset, images, problems, messages } = await importAll(test, root);
    expect(dataset.state).toBe('ready');
    expect(images.map((image) => image.path)).toEqual(['fine.png', 'jpeg-in-truth.png']);
    expect(problems.map(([path]) => path)).toEqual([
      'empty.png',
      'film.gif',
      'head-only.png',
      'scan.dcm',
      'text.jpg',
    ]);
    for (const message of messages) expect(message.length).toBeGreaterThan(20);
  });

  it('follows links to files inside the root only', async () => {
    const test = await openTestCore();
    const [root, outside] = [await temporaryFolder(), await temporaryFolder()];
    await writeTree(root, { 'real.png': 'picture', 'sub/x.png': 'picture' });
    await writeTree(outside, { 'secret.png': 'picture' });
    await symlink(join(root, 'real.png'), join(root, 'inside.png'));
    await symlink(join(outside, 'secret.png'), join(root, 'outside.png'));
    await symlink(outside, join(root, 'folder'));
    await symlink(root, join(root, 'sub', 'loop'));
    await symlink(join(root, 'nowhere.png'), join(root, 'dangling.png'));
    const { images, problems } = await importAll(test, root, 'folder');
    expect(images.map((image) => image.path)).toEqual(['inside.png', 'real.png', 'sub/x.png']);
    expect(problems).toEqual([
      ['dangling.png', 'link-skipped'],
      ['folder', 'link-skipped'],
      ['outside.png', 'link-skipped'],
      // The link inside is the same image a second time.
      ['real.png', 'duplicate'],
      ['sub/loop', 'link-skipped'],
    ]);
  });

  // Root may read everything; there the refusal cannot be made.
  it.skipIf(process.getuid?.() === 0)('lists a folder that may not be read', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, { 'a.png': 'picture', 'closed/b.png': 'picture' });
    await chmod(join(root, 'closed'), 0);
    const { images, problems } = await importAll(test, root);
    await chmod(join(root, 'closed'), 0o755);
    expect(images.map((image) => image.path)).toEqual(['a.png']);
    expect(problems).toEqual([['closed', 'unreadable-folder']]);
  });

  it('never reads the workbench’s own data folder', async () => {
    const root = await temporaryFolder();
    const dataFolder = join(root, 'workbench');
    const test = await openTestCore({ dataFolder });
    await writeTree(root, { 'a.png': 'picture', 'workbench/thumbnails/x.png': 'picture' });
    expect((await importAll(test, root)).images.map((image) => image.path)).toEqual(['a.png']);
  });

  it('fails with the folder’s name when it is gone, and imports when it is back', async () => {
    const test = await openTestCore();
    const { root, datasetId } = await importPictures(test, ['a-1.png']);
    await rename(root, `${root}-away`);
    await expect(test.core.call('datasets.import', { path: root })).rejects.toMatchObject({
      code: 'not-found',
    });
    await rename(`${root}-away`, root);
    const again = await importAll(test, root);
    expect(again.dataset).toMatchObject({ id: datasetId, state: 'ready', imageCount: 1 });
  });
});

describe('importing a folder again', () => {
  const listed = async (test: TestCore, dataset: Dataset, runId: number) => {
    const { rows } = await test.core.call('images.list', {
      datasetId: dataset.id,
      runId,
      className: null,
      sort: 'path',
      descending: false,
      offset: 0,
      limit: 100,
    });
    return new Map(rows.map((row) => [row.image.path, { id: row.image.id, score: row.result?.score }]));
  };

  it('keeps ids and results of unchanged files, forgets those of changed ones, drops what is gone', async () => {
    const test = await openTestCore();
    const { root, datasetId } = await importPictures(test, ['a-1.png', 'b-2.png', 'c-3.png']);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.jobEnd(job.id);
    const before = await listed(test, await test.core.call('datasets.get', { datasetId }), run.id);

    await rm(join(root, 'c-3.png'));
    await writeFile(join(root, 'b-2.png'), await picture('png', 30, 20));
    await writeTree(root, { 'd-4.png': 'picture' });
    const again = await importAll(test, root);
    expect(again.dataset.id).toBe(datasetId);
    const after = await listed(test, again.dataset, run.id);
    expect([...after.keys()]).toEqual(['a-1.png', 'b-2.png', 'd-4.png']);
    expect(after.get('a-1.png')).toEqual(before.get('a-1.png'));
    expect(after.get('b-2.png')).toEqual({ id: before.get('b-2.png')?.id, score: undefined });
    expect(again.images.find((image) => image.path === 'b-2.png')).toMatchObject({
      widthPx: 30,
      heightPx: 20,
    });
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({
      imageCount: 3,
      scoredCount: 1,
      scale: { scoreMin: 0.01, scoreMax: 0.01 },
    });

    await test.core.call('jobs.resume', { jobId: job.id });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({ scoredCount: 3 });
    const asked = (await test.computeLog()).filter((line) => line === 'image a-1.png');
    expect(asked).toHaveLength(1);
  });

  it('keeps all results when the data set is given another name', async () => {
    const test = await openTestCore();
    const { root, datasetId } = await importPictures(test, ['a-1.png', 'b-2.png']);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.jobEnd(job.id);
    const { dataset, job: again } = await test.core.call('datasets.import', { path: root, name: 'renamed' });
    await test.jobEnd(again.id);
    expect([...(await listed(test, dataset, run.id)).values()].map((row) => row.score)).toEqual([0.01, 0.02]);
    const renamed = await test.core.call('runs.get', { runId: run.id });
    expect(renamed.scoredCount).toBe(2);
    expect(renamed.imageAuroc.map((entry) => entry.className)).toEqual(['renamed']);
  });

  it('notices a file of the same length by its time', async () => {
    const test = await openTestCore();
    const { root, datasetId } = await importPictures(test, ['a-1.png']);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.jobEnd(job.id);
    await utimes(join(root, 'a-1.png'), 1, 1);
    const again = await importAll(test, root);
    expect(await listed(test, again.dataset, run.id)).toEqual(
      new Map([['a-1.png', { id: again.images[0]!.id, score: undefined }]]),
    );
  });

  it('answers with the running import when it is asked for twice', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, tree);
    const [one, two] = await Promise.all([
      test.core.call('datasets.import', { path: root }),
      test.core.call('datasets.import', { path: `${root}/../${root.split('/').at(-1)}` }),
    ]);
    expect(two.dataset.id).toBe(one.dataset.id);
    expect(two.job.id).toBe(one.job.id);
    await test.jobEnd(one.job.id);
  });
});

describe('removing a data set', () => {
  it('hides it at once, clears its rows away, and lets its folder be imported anew', async () => {
    const test = await openTestCore();
    const { root, datasetId } = await importPictures(test, ['a-1.png', 'b-2.png']);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.jobEnd(job.id);
    await test.core.call('datasets.remove', { datasetId });
    expect(await test.core.call('datasets.list', {})).toEqual({ datasets: [] });
    await expect(test.core.call('runs.get', { runId: run.id })).rejects.toMatchObject({ code: 'not-found' });
    await expect(test.core.call('datasets.get', { datasetId })).rejects.toMatchObject({ code: 'not-found' });
    await expect(test.core.call('jobs.resume', { jobId: job.id })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect((await test.core.asset('/assets/image/1')).status).toBe(404);
    expect((await test.core.asset(`/assets/map/${run.id}/1`)).status).toBe(404);
    const again = await importAll(test, root);
    expect(again.dataset.id).not.toBe(datasetId);
    expect(again.dataset.imageCount).toBe(2);
  });

  it('is refused while a job works on it or waits to, and names each', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['stuck-1.png']);
    const { job } = await test.core.call('runs.create', baselineRun(datasetId));
    const { job: waiting } = await test.core.call('runs.create', baselineRun(datasetId));
    const refusal = await test.core.call('datasets.remove', { datasetId }).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: 'in-use' });
    const { message } = refusal as Error;
    expect(message).toContain(`job ${job.id} «${job.title}» is running`);
    expect(message).toContain(`job ${waiting.id} «${waiting.title}» is waiting`);
    expect(message).toContain('Cancel it under «Jobs»');
    expect((await test.core.call('jobs.get', { jobId: job.id })).state).toBe('running');
    expect((await test.core.call('datasets.get', { datasetId })).id).toBe(datasetId);
  });

  it('stops what works on it where that was asked for', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['stuck-1.png']);
    const { job } = await test.core.call('runs.create', baselineRun(datasetId));
    const { job: waiting } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.core.call('datasets.remove', { datasetId, cancelJobs: true });
    for (const { id } of [job, waiting])
      expect((await test.core.call('jobs.get', { jobId: id })).state).toBe('cancelled');
    expect(await test.core.call('datasets.list', {})).toEqual({ datasets: [] });
  });

  it('never touches a file', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await mkdir(join(root, 'sub'));
    await writeTree(root, { 'sub/a.png': 'picture' });
    const { dataset } = await importAll(test, root);
    await test.core.call('datasets.remove', { datasetId: dataset.id });
    expect((await importAll(test, root)).images.map((image) => image.path)).toEqual(['sub/a.png']);
  });
});
