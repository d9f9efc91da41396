import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { MethodParams } from '../../../src-shared/contract/methods.ts';
import { openDatabase } from '../../../src-main/core/db/open-database.ts';
import { TargetFolder } from '../../../src-main/core/exports/target-folder.ts';
import {
  baselineRun,
  migrationsFolder,
  openTestCore,
  temporaryFolder,
  writeTree,
} from '../core/support/harness.ts';

type Wish = MethodParams<'exports.plan'>;

async function scanned(runCount = 1) {
  const opened = await openTestCore();
  const root = await temporaryFolder();
  const names = ['good/10', 'good/20', 'crack/80', 'crack/90'].map((name) => `nut/test/${name}.png`);
  await writeTree(root, Object.fromEntries(names.map((name) => [name, 'picture' as const])));
  const { dataset, job } = await opened.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await opened.jobEnd(job.id);
  const runIds: number[] = [];
  for (let k = 0; k < runCount; k++) {
    const created = await opened.core.call('runs.create', baselineRun(dataset.id));
    await opened.jobEnd(created.job.id);
    runIds.push(created.run.id);
  }
  const { imageIds } = await opened.core.call('images.columns', { datasetId: dataset.id, runId: null });
  const exportTo = async (folder: string, wish: Wish) => {
    const created = await opened.core.call('exports.create', { ...wish, folder, overwrite: false });
    return await opened.jobEnd(created.job.id);
  };
  return { ...opened, datasetId: dataset.id, runIds, imageIds, exportTo };
}

const wishOf = (runIds: readonly number[], more: Partial<Wish> = {}): Wish => ({
  runs: runIds.map((runId) => ({ runId })),
  options: { what: ['csv'] },
  ...more,
});

async function imagesOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'predictions.csv'), 'utf8');
  return text
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(',')[0]!);
}

describe('which images an export writes', () => {
  test('those at or above the threshold, those with a verdict, or those that were listed', async () => {
    const { core, runIds, imageIds, exportTo } = await scanned();
    const base = await temporaryFolder();
    const [runId] = runIds;
    for (const [row, value] of [
      [0, 'good'],
      [1, 'defect'],
    ] as const)
      await core.call('verdicts.record', {
        ...{ imageId: imageIds[row]!, value, note: '', runId: runId!, threshold: 0.5, wasBlind: false },
      });
    await core.call('verdicts.record', {
      ...{ imageId: imageIds[1]!, value: null, note: '', runId: null, threshold: null, wasBlind: false },
    });
    await exportTo(join(base, 'a'), wishOf(runIds, { images: { kind: 'predicted-defect' } }));
    expect(await imagesOf(join(base, 'a'))).toEqual(['nut/test/crack/80.png', 'nut/test/crack/90.png']);
    await exportTo(join(base, 'b'), wishOf(runIds, { images: { kind: 'with-verdict' } }));
    expect(await imagesOf(join(base, 'b'))).toEqual(['nut/test/crack/80.png']);
    const listed = { kind: 'listed', imageIds: [imageIds[3]!, 99_999], words: 'chosen' } as const;
    await exportTo(join(base, 'c'), wishOf(runIds, { images: listed }));
    expect(await imagesOf(join(base, 'c'))).toEqual(['nut/test/good/20.png']);
    expect(await readFile(join(base, 'c', 'export.json'), 'utf8')).toContain('"images": "chosen"');
    await expect(
      exportTo(
        join(base, 'd'),
        wishOf(runIds, { images: { kind: 'listed', imageIds: [99_999], words: '' } }),
      ),
    ).rejects.toMatchObject({ code: 'bad-request' });
  });

  test('several runs are written into a folder each, with one report beside them', async () => {
    const { runIds, exportTo, core } = await scanned(2);
    const folder = join(await temporaryFolder(), 'out');
    const job = await exportTo(folder, wishOf(runIds, { report: { imagesPerClass: 2 } }));
    expect(job).toMatchObject({ state: 'succeeded', progress: { done: 8, total: 8 } });
    expect((await readdir(folder)).sort()).toEqual([
      'report.html',
      ...runIds.map((id) => `run-${id}-baseline`),
    ]);
    const written = await core.call('exports.written', { jobId: job.id });
    expect(written).toMatchObject({ folder, report: 'report.html', isThere: true });
    expect(written.runs.map(({ run, state }) => [run.id, state])).toEqual(
      runIds.map((id) => [id, 'finished']),
    );
    await expect(exportTo(folder, wishOf([runIds[0]!, runIds[0]!]))).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(exportTo(folder, wishOf(runIds, { options: { what: [] } }))).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});

describe('what an export would write', () => {
  test('is counted as it is then written, and its size is near', async () => {
    const { core, runIds, exportTo } = await scanned();
    const wish = wishOf(runIds, { options: { what: ['csv', 'json', 'maps-npy', 'masks'] } });
    const plan = await core.call('exports.plan', wish);
    const folder = join(await temporaryFolder(), 'out');
    await exportTo(folder, wish);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(plan.fileCount).toBe(files.length);
    let size = 0;
    for (const { parentPath, name } of files) size += (await stat(join(parentPath, name))).size;
    expect(plan.triedImages).toBe(3);
    expect(Math.abs(plan.sizeBytes! - size) / size).toBeLessThan(0.05);
    expect(plan.runs[0]).toMatchObject({ folder: '', imageCount: 4, withoutScore: 0 });
    expect(plan.runs[0]!.scoreThresholds).toMatchObject([{ className: 'nut', value: 0.5 }]);
  });

  test('a folder is told of without being made', async () => {
    const { core, datasetId } = await scanned();
    const base = await temporaryFolder();
    const look = (folder: string) => core.call('exports.inspectFolder', { folder, datasetId });
    expect(await look(join(base, 'not', 'there'))).toMatchObject({ state: 'new', problem: null });
    expect(await readdir(base)).toEqual([]);
    expect((await look(base)).state).toBe('empty');
    await (await open(join(base, 'x'), 'w')).close();
    expect((await look(base)).state).toBe('not-empty');
    expect((await look(base)).freeBytes).toBeGreaterThan(0);
    expect((await look(join(base, 'x'))).problem).toMatchObject({ code: 'bad-request' });
    const { root } = await core.call('datasets.get', { datasetId });
    expect((await look(root)).problem).toMatchObject({ code: 'forbidden' });
  });
});

describe('a full disk', () => {
  test('ends a file with what to do, and leaves nothing of it', async () => {
    const folder = await temporaryFolder();
    const probe = await open(join(folder, 'probe'), 'w');
    const prototype = Object.getPrototypeOf(probe) as { write: (typeof probe)['write'] };
    await probe.close();
    const full = vi
      .spyOn(prototype, 'write')
      .mockRejectedValue(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
    try {
      const target = TargetFolder.open(folder);
      await expect(target.write('deep/map.npy', (sink) => sink(new Uint8Array(10)))).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(/no room left on the disk of .*map\.npy\. Free some space/) as string,
      });
    } finally {
      full.mockRestore();
    }
    expect(await readdir(join(folder, 'deep'))).toEqual([]);
  });

  test('of the database says so, and nothing that was stored before is lost', async () => {
    const dataFolder = await temporaryFolder();
    const options = { dataFolder, migrationsFolder, log: () => undefined };
    const database = openDatabase(options);
    database.run("INSERT INTO settings (key, value) VALUES ('kept', '1')");
    const pages = database.pragma('page_count');
    database.pragma(`max_page_count = ${String(pages)}`);
    const note = 'x'.repeat(100_000);
    expect(() => {
      database.run('INSERT INTO settings (key, value) VALUES (?, ?)', ['large', JSON.stringify(note)]);
    }).toThrow(expect.objectContaining({ code: 'disk-full' }) as Error);
    database.close();
    const again = openDatabase(options);
    expect(again.all('SELECT key FROM settings')).toEqual([{ key: 'kept' }]);
    again.close();
  });
});
