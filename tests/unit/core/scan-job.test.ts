import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { baselineRun, eventually, importPictures, openTestCore } from './support/harness.ts';

const names = (count: number, prefix = 'part') =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(3, '0')}.png`);

async function rowsOf(
  core: Awaited<ReturnType<typeof openTestCore>>['core'],
  datasetId: number,
  runId: number,
) {
  const { rows } = await core.call('images.list', {
    datasetId,
    runId,
    className: null,
    sort: 'path',
    descending: false,
    offset: 0,
    limit: 1000,
  });
  return new Map(rows.map((row) => [row.image.path, row.result]));
}

describe('a scan', () => {
  it('stores score and map of every image and widens the run’s scale', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, names(5));
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    const ended = await test.jobEnd(job.id);
    expect(ended).toMatchObject({ state: 'succeeded', progress: { done: 5, total: 5 } });
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({
      state: 'succeeded',
      imageCount: 5,
      scoredCount: 5,
      failedCount: 0,
      rendering: { sizePx: 256, sigmaPx: 4 },
      scale: { scoreMin: 0.01, scoreMax: 0.05, mapMin: 0, mapMax: 0.25 },
    });
    const scores = await test.core.call('runs.scores', { runId: run.id });
    expect(scores.scores).toEqual([0.05, 0.04, 0.03, 0.02, 0.01]);
    const asset = await test.core.asset(`/assets/map/${run.id}/${scores.imageIds[0]}`);
    expect(asset.status).toBe(200);
    const map = decodePatchMap(asset.bytes!);
    expect([map.rows, map.columns]).toEqual([2, 2]);
    expect(map.data[1]).toBeCloseTo(0.05, 4);
    expect(test.events.filter((event) => event.event === 'runs.changed').length).toBeGreaterThan(0);
  });

  it('keeps an image that cannot be scored as a result with its reason and goes on', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['a-1.png', 'broken-2.png', 'nan-3.png', 'd-4.png']);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    const failures = await test.core.call('runs.failures', { runId: run.id, offset: 0, limit: 10 });
    expect(failures.failures.map(({ path, message }) => [path, message])).toEqual([
      ['broken-2.png', 'broken-2.png is damaged.'],
      ['nan-3.png', 'The method computed something that is no number.'],
    ]);
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({
      scoredCount: 2,
      failedCount: 2,
    });
  });

  it('tries again what could not be scored, one image or all, and keeps every score', async () => {
    const test = await openTestCore();
    const names = ['a-1.png', 'broken-2.png', 'nan-3.png', 'd-4.png'];
    const { datasetId, root } = await importPictures(test, names);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.jobEnd(job.id);
    const failuresOf = async () =>
      (await test.core.call('runs.failures', { runId: run.id, offset: 0, limit: 10 })).failures;
    const [first, second] = await failuresOf();
    const before = await test.core.call('runs.scores', { runId: run.id });
    await test.core.call('runs.retryFailures', { runId: run.id, imageId: first!.imageId });
    const ended = await test.jobEnd(job.id);
    expect(ended.state).toBe('succeeded');
    // As broken as before; the other one and the scores were not touched.
    expect((await failuresOf()).map(({ imageId }) => imageId).sort()).toEqual(
      [first!.imageId, second!.imageId].sort(),
    );
    expect(await test.core.call('runs.scores', { runId: run.id })).toEqual(before);
    await writeFile(join(root, 'broken-2.png.mended'), '');
    await test.core.call('runs.retryFailures', { runId: run.id, imageId: null });
    await test.jobEnd(job.id);
    expect((await failuresOf()).map(({ path }) => path)).toEqual(['nan-3.png']);
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({
      state: 'succeeded',
      scoredCount: 3,
      failedCount: 1,
    });
    const scored = before.imageIds[0]!;
    await expect(
      test.core.call('runs.retryFailures', { runId: run.id, imageId: scored }),
    ).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('stops when nothing but failures inside the method comes, instead of spoiling the whole run', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, names(30, 'nan'));
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    const ended = await test.jobEnd(job.id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'internal' } });
    expect(ended.error?.message).toContain('The first 8 images all failed inside the method');
    const { failedCount } = await test.core.call('runs.get', { runId: run.id });
    expect(failedCount).toBeLessThan(10);
  });

  it('recovers when the compute process dies once under an image', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, [...names(3), 'crash-once-007.png', 'z-009.png']);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    const rows = await rowsOf(test.core, datasetId, run.id);
    expect([...rows.values()].map((result) => result?.error)).toEqual([null, null, null, null, null]);
    expect(rows.get('crash-once-007.png')?.score).toBe(0.07);
    expect((await test.computeLog()).filter((line) => line.startsWith('open'))).toHaveLength(2);
  });

  it('gives up an image that kills the compute process twice and blames no other', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, [
      'a-1.png',
      'crash-2.png',
      'crash-3.png',
      'd-4.png',
      'e-5.png',
    ]);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    const rows = await rowsOf(test.core, datasetId, run.id);
    const reason = 'the compute process stopped while reading this image';
    expect(
      Object.fromEntries([...rows].map(([path, result]) => [path, result?.error ?? result?.score])),
    ).toEqual({
      'a-1.png': 0.01,
      'crash-2.png': reason,
      'crash-3.png': reason,
      'd-4.png': 0.04,
      'e-5.png': 0.05,
    });
  });

  it('fails with a readable reason when the compute process dies every time it prepares the method', async () => {
    const test = await openTestCore({ computeEnv: { FAKE_COMPUTE_OPEN: 'crash' } });
    const { datasetId } = await importPictures(test, names(2));
    const { job } = await test.core.call('runs.create', baselineRun(datasetId));
    const ended = await test.jobEnd(job.id);
    expect(ended.state).toBe('failed');
    expect(ended.error?.code).toBe('compute-crashed');
    expect(ended.error?.message).toContain('code 7');
  });

  it('goes on after cancelling with the images that have no result yet', async () => {
    const test = await openTestCore({ computeEnv: { FAKE_COMPUTE_DELAY_MS: '15' } });
    const { datasetId } = await importPictures(test, names(40));
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.jobEnd(job.id, (now) => now.progress.done >= 5);
    expect((await test.core.call('jobs.cancel', { jobId: job.id })).state).toBe('cancelled');
    const { scoredCount } = await test.core.call('runs.get', { runId: run.id });
    expect(scoredCount).toBeGreaterThanOrEqual(5);
    expect(scoredCount).toBeLessThan(40);
    await test.core.call('jobs.resume', { jobId: job.id });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({
      scoredCount: 40,
      failedCount: 0,
    });
    const asked = (await test.computeLog()).filter((line) => line.startsWith('image')).length;
    // Only the two that were on their way when it was cancelled are asked for again.
    expect(asked).toBeLessThanOrEqual(42);
  });

  it('frees the queue at once when the compute process does not let go', async () => {
    const test = await openTestCore();
    const first = await importPictures(test, ['stuck-1.png', 'stuck-2.png']);
    const second = await importPictures(test, names(2));
    const stuck = await test.core.call('runs.create', baselineRun(first.datasetId));
    const next = await test.core.call('runs.create', baselineRun(second.datasetId));
    expect(next.job.state).toBe('queued');
    await eventually(async () => (await test.computeLog()).includes('image stuck-2.png'));
    // The stuck images never end: a cancellation that waited for them would not either.
    await test.core.call('jobs.cancel', { jobId: stuck.job.id });
    expect((await test.core.call('jobs.get', { jobId: next.job.id })).state).toBe('running');
    expect((await test.jobEnd(next.job.id)).state).toBe('succeeded');
    expect(await test.core.call('runs.get', { runId: next.run.id })).toMatchObject({
      scoredCount: 2,
      failedCount: 0,
    });
    expect(await test.core.call('runs.get', { runId: stuck.run.id })).toMatchObject({
      state: 'cancelled',
      scoredCount: 0,
      failedCount: 0,
    });
  });

  it('lets a call that overlaps a cancelled one finish in the next process', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['stuck-1.png']);
    const { job } = await test.core.call('runs.create', baselineRun(datasetId));
    await eventually(async () => (await test.computeLog()).includes('image stuck-1.png'));
    await test.core.call('jobs.cancel', { jobId: job.id });
    const { checks } = await test.core.call('app.doctor', {});
    expect(checks.find((check) => check.name === 'Compute process')).toMatchObject({ state: 'ok' });
  });

  it('fails, and does not call every image broken, when the data set’s folder is gone', async () => {
    const test = await openTestCore();
    const { datasetId, root } = await importPictures(test, ['broken-1.png', 'broken-2.png']);
    await rm(root, { recursive: true });
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    const ended = await test.jobEnd(job.id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'not-found' } });
    expect(ended.error?.message).toContain(root);
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({ failedCount: 0 });
  });

  it('sends progress at most about ten times a second', async () => {
    const test = await openTestCore({ computeEnv: { FAKE_COMPUTE_DELAY_MS: '2' } });
    const { datasetId } = await importPictures(test, names(150));
    const { job } = await test.core.call('runs.create', baselineRun(datasetId));
    const startMs = performance.now();
    await test.jobEnd(job.id);
    const seconds = (performance.now() - startMs) / 1000;
    const sent = test.events.filter((event) => event.event === 'job.changed' && event.job.id === job.id);
    expect(sent.length).toBeGreaterThan(2);
    expect(sent.length).toBeLessThan(10 * seconds + 6);
  });
});
