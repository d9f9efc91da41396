import { appendFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { writeTree } from '../core/support/harness.ts';
import {
  eventually,
  openTestCore,
  picture,
  temporaryFolder,
  type TestCore,
} from '../core/support/harness.ts';
import { folderOf, importAll } from './import-tools.ts';

const watchTiming = { settleMs: 150, tickMs: 20, lookMs: 60, gapMs: 50 };

async function watched(files: Parameters<typeof writeTree>[1] = { 'a.png': 'picture' }) {
  const dataFolder = await temporaryFolder();
  const test = await openTestCore({ dataFolder, watchTiming });
  const root = await folderOf(files);
  const { dataset } = await importAll(test, root);
  const watching = await test.core.call('datasets.watch', { datasetId: dataset.id, watch: true });
  expect(watching.watch).toEqual({ state: 'watching', message: '' });
  return { test, root, datasetId: dataset.id, dataFolder };
}

async function paths({ core }: TestCore, datasetId: number): Promise<string[]> {
  const page = { datasetId, runId: null, className: null, offset: 0, limit: 100 };
  const { rows } = await core.call('images.list', { ...page, sort: 'path', descending: false });
  return rows.map((row) => row.image.path);
}

const until = (test: TestCore, datasetId: number, wanted: readonly string[]) =>
  eventually(async () => JSON.stringify(await paths(test, datasetId)) === JSON.stringify(wanted));

describe('a watched folder', () => {
  it('takes in new images, those of new folders too, and tells the windows', async () => {
    const { test, root, datasetId } = await watched();
    await writeFile(join(root, 'b.png'), await picture('png', 9, 9));
    await until(test, datasetId, ['a.png', 'b.png']);
    await mkdir(join(root, 'new/deep'), { recursive: true });
    await writeFile(join(root, 'new/deep/c.png'), await picture('png', 9, 8));
    await until(test, datasetId, ['a.png', 'b.png', 'new/deep/c.png']);
    test.events.length = 0;
    await writeFile(join(root, 'new/deep/d.png'), await picture('png', 9, 7));
    await until(test, datasetId, ['a.png', 'b.png', 'new/deep/c.png', 'new/deep/d.png']);
    await eventually(() =>
      test.events.some((event) => event.event === 'datasets.changed' && event.datasetId === datasetId),
    );
  });

  it('notices what is changed, renamed and removed', async () => {
    const { test, root, datasetId } = await watched({ 'a.png': 'picture', 'sub/b.png': 'picture' });
    await writeFile(join(root, 'a.png'), await picture('png', 30, 20));
    await eventually(async () => {
      const page = { datasetId, runId: null, className: null, offset: 0, limit: 1 };
      const { rows } = await test.core.call('images.list', { ...page, sort: 'path', descending: false });
      return rows[0]?.image.widthPx === 30;
    });
    await rename(join(root, 'a.png'), join(root, 'z.png'));
    await until(test, datasetId, ['sub/b.png', 'z.png']);
    await rm(join(root, 'sub'), { recursive: true });
    await until(test, datasetId, ['z.png']);
  });

  it('waits for a file that is still being written and never calls it damaged', async () => {
    const { test, root, datasetId } = await watched();
    const bytes = await picture('png', 200, 200);
    const seen: string[] = [];
    const stop = test.core.subscribe((event) => {
      if (event.event === 'datasets.changed')
        void test.core.call('datasets.problems', { datasetId, offset: 0, limit: 9 }).then(({ problems }) => {
          seen.push(...problems.map((problem) => problem.path));
        });
    });
    const handle = await open(join(root, 'slow.png'), 'w');
    const step = Math.ceil(bytes.length / 60);
    let at = 0;
    // A piece a poll, four settling times in all: it never comes to rest half written.
    await eventually(async () => {
      await handle.write(bytes.subarray(at, at + step));
      if (at === 15 * step) await writeFile(join(root, 'quick.png'), await picture('png', 7, 7));
      at += step;
      return at >= bytes.length;
    });
    await handle.close();
    await until(test, datasetId, ['a.png', 'quick.png', 'slow.png']);
    stop();
    expect(seen).toEqual([]);
  });

  it('does not take half a table for the whole of it', async () => {
    const names = ['a.png', 'b.png', 'c.png', 'd.png'];
    const table = ['path,label', ...names.map((name) => `${name},good`)].join('\n');
    const { test, root, datasetId } = await watched({
      ...Object.fromEntries(names.map((name) => [name, 'picture' as const])),
      'list.csv': table,
    });
    const counts: number[] = [];
    const stop = test.core.subscribe((event) => {
      if (event.event === 'datasets.changed')
        void test.core.call('datasets.get', { datasetId }).then(({ imageCount }) => counts.push(imageCount));
    });
    await writeFile(join(root, 'e.png'), await picture('png', 9, 9));
    const handle = await open(join(root, 'list.csv'), 'w');
    const signs = [...`${table}\ne.png,bad\n`];
    // A sign a poll, some four settling times in all.
    await eventually(async () => {
      await handle.write(signs.shift() ?? '');
      return signs.length === 0;
    });
    await handle.close();
    await until(test, datasetId, [...names, 'e.png']);
    stop();
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(4);
  });

  it('says that its folder is gone, keeps the images, and goes on when it is back', async () => {
    const { test, root, datasetId } = await watched();
    const state = async () => (await test.core.call('datasets.get', { datasetId })).watch;
    await rename(root, `${root}-away`);
    await eventually(async () => (await state())?.state === 'missing');
    expect((await state())?.message).toContain(root);
    expect(await paths(test, datasetId)).toEqual(['a.png']);
    await writeFile(join(`${root}-away`, 'b.png'), await picture('png', 9, 9));
    await rename(`${root}-away`, root);
    await until(test, datasetId, ['a.png', 'b.png']);
    expect((await state())?.state).toBe('watching');
  });

  it('is watched again after a restart, with what came in between, until it is told not to', async () => {
    const { test, root, datasetId, dataFolder } = await watched();
    await test.core.close();
    await writeFile(join(root, 'b.png'), await picture('png', 9, 9));
    const next = await openTestCore({ dataFolder, watchTiming });
    await until(next, datasetId, ['a.png', 'b.png']);
    const stopped = await next.core.call('datasets.watch', { datasetId, watch: false });
    expect(stopped.watch).toBeUndefined();
    await writeFile(join(root, 'c.png'), await picture('png', 9, 8));
    await importAll(next, await folderOf({ 'x.png': 'picture' }));
    expect(await paths(next, datasetId)).toEqual(['a.png', 'b.png']);
    // A command does not begin to watch by itself, and says who does.
    await next.core.call('datasets.watch', { datasetId, watch: true });
    await next.core.close();
    const command = await openTestCore({ dataFolder, watchTiming, host: 'cli' });
    expect((await command.core.call('datasets.get', { datasetId })).watch).toMatchObject({
      state: 'elsewhere',
    });
  });

  it('leaves one job behind, however often it was read, and ignores files that are no images', async () => {
    const { test, root, datasetId } = await watched();
    for (const name of ['b.png', 'c.png', 'd.png']) {
      await writeFile(join(root, name), await picture('png', 9, name.charCodeAt(0)));
      await eventually(async () => (await paths(test, datasetId)).includes(name));
    }
    const { jobs } = await test.core.call('jobs.list', {});
    expect(jobs.filter((job) => job.kind === 'dataset-import')).toHaveLength(1);
    await appendFile(join(root, 'log.txt'), 'x');
    await test.core.call('datasets.remove', { datasetId });
    expect((await test.core.call('datasets.list', {})).datasets).toEqual([]);
  });
});
