import { describe, expect, it } from 'vitest';
import type { MethodId } from '../../../src-shared/domain/method.ts';
import {
  eventually,
  importPictures,
  openTestCore,
  temporaryFolder,
  writeTree,
  type TestCore,
  type TestCoreOptions,
} from './support/harness.ts';

const names = (count: number, prefix = 'part') =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(3, '0')}.png`);

/** A core with a model in its library; the fake compute process scores by it whatever it is. */
async function openWithModel(options: TestCoreOptions = {}) {
  const test = await openTestCore(options);
  const { modelId, job } = await test.core.call('models.import', {
    path: '/models/clip.safetensors',
    name: 'clip',
  });
  await test.jobEnd(job.id);
  return { ...test, modelId };
}

const wishes = (...methodIds: MethodId[]) =>
  methodIds.map((methodId) => ({ methodId, promptSetId: null, settings: {} }));

const linesOf = async (test: TestCore, word: string) =>
  (await test.computeLog()).filter((line) => line.startsWith(`${word} `));

async function runsOf(test: TestCore, datasetId: number) {
  return (await test.core.call('runs.list', { datasetId })).runs;
}

describe('runs that share a pass', () => {
  it('read every image once and store what each method says of it', async () => {
    const test = await openWithModel();
    const { datasetId } = await importPictures(test, names(5));
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip', 'clip-ac'),
    });
    expect(job).toMatchObject({ runId: runs[0]!.id, title: expect.stringMatching(/^3 methods on /) });
    expect(runs.map(({ methodId, modelId, jobId }) => [methodId, modelId, jobId])).toEqual([
      ['baseline', null, job.id],
      ['clip', test.modelId, job.id],
      ['clip-ac', test.modelId, job.id],
    ]);
    expect(await test.jobEnd(job.id)).toMatchObject({
      state: 'succeeded',
      progress: { done: 5, total: 5 },
    });
    for (const [index, { id }] of runs.entries()) {
      const { scores } = await test.core.call('runs.scores', { runId: id });
      expect(scores.map((score) => Number(score.toFixed(2)))).toEqual(
        [0.05, 0.04, 0.03, 0.02, 0.01].map((score) => Number((score + index).toFixed(2))),
      );
      expect(await test.core.call('runs.get', { runId: id })).toMatchObject({
        state: 'succeeded',
        error: null,
        scoredCount: 5,
        rendering: { sizePx: 256, sigmaPx: 4 },
      });
    }
    expect(await linesOf(test, 'image')).toHaveLength(5);
    expect(await linesOf(test, 'open')).toEqual(['open 1 baseline clip clip-ac']);
  });

  it('go on without a method that cannot be prepared, whose run says why', async () => {
    const test = await openWithModel({ computeEnv: { FAKE_COMPUTE_REFUSES: 'clip' } });
    const { datasetId } = await importPictures(test, names(3));
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip', 'anomalyclip'),
    });
    // What can be known beforehand is said at once.
    expect(runs[2]).toMatchObject({
      state: 'failed',
      error: { code: 'needs-choice', message: expect.stringContaining('needs learned prompts') },
    });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    expect(await runsOf(test, datasetId)).toMatchObject([
      { state: 'succeeded', scoredCount: 3, error: null },
      {
        state: 'failed',
        scoredCount: 0,
        failedCount: 0,
        error: { code: 'incompatible', message: 'clip does not like the model.' },
      },
      { state: 'failed', scoredCount: 0, error: { code: 'needs-choice' } },
    ]);
    // It costs nothing, so the others are not prepared a second time.
    expect(await linesOf(test, 'open')).toEqual(['open 1 baseline clip']);
  });

  it('are not made where none of them can run, and the first reason is given', async () => {
    const test = await openWithModel();
    const { datasetId } = await importPictures(test, names(2));
    const call = test.core.call('runs.createMany', {
      datasetId,
      modelId: null,
      runs: wishes('clip', 'anomalyclip'),
    });
    await expect(call).rejects.toMatchObject({
      code: 'needs-choice',
      message: expect.stringMatching(/^CLIP needs a model/),
    });
    expect(await runsOf(test, datasetId)).toEqual([]);
  });

  it('fail with their job where nothing can be prepared', async () => {
    const test = await openWithModel({ computeEnv: { FAKE_COMPUTE_REFUSES: 'clip,clip-ac' } });
    const { datasetId } = await importPictures(test, names(2));
    const { job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('clip', 'clip-ac'),
    });
    expect(await test.jobEnd(job.id)).toMatchObject({
      state: 'failed',
      error: { code: 'incompatible', message: 'clip does not like the model.' },
    });
  });

  it('keep an image that one method cannot score as that run’s failure alone', async () => {
    const test = await openWithModel();
    const { datasetId } = await importPictures(test, ['a-1.png', 'b-2-not-for-clip.png', 'broken-3.png']);
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip'),
    });
    expect((await test.jobEnd(job.id)).progress.message).toContain('2 could not be scored');
    const failures = await Promise.all(
      runs.map(async ({ id }) =>
        (await test.core.call('runs.failures', { runId: id, offset: 0, limit: 9 })).failures.map(
          ({ path, message }) => `${path}: ${message}`,
        ),
      ),
    );
    expect(failures).toEqual([
      ['broken-3.png: broken-3.png is damaged.'],
      [
        'b-2-not-for-clip.png: b-2-not-for-clip.png is not for clip.',
        'broken-3.png: broken-3.png is damaged.',
      ],
    ]);
  });

  it('go on without a method that fails inside at every image, and it can be gone on with alone', async () => {
    const dataFolder = await temporaryFolder();
    const test = await openWithModel({ dataFolder, computeEnv: { FAKE_COMPUTE_DEFECT: 'clip' } });
    const { datasetId } = await importPictures(test, names(30));
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip', 'clip-ac'),
    });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    const [baseline, clip, clipAc] = await runsOf(test, datasetId);
    expect([baseline!.scoredCount, clipAc!.scoredCount]).toEqual([30, 30]);
    expect(clip).toMatchObject({ state: 'failed', scoredCount: 0, error: { code: 'internal' } });
    expect(clip!.error?.message).toContain('The first 8 images all failed inside the method');
    expect(await linesOf(test, 'open')).toEqual(['open 1 baseline clip clip-ac', 'open 2 baseline clip-ac']);
    expect(await linesOf(test, 'image')).toHaveLength(30);
    await test.core.close();

    // Mended: only the run that lacks results is taken up.
    const mended = await openTestCore({ dataFolder });
    await mended.core.call('jobs.resume', { jobId: job.id });
    expect((await mended.jobEnd(job.id)).state).toBe('succeeded');
    expect(await mended.core.call('runs.get', { runId: runs[1]!.id })).toMatchObject({
      state: 'succeeded',
      error: null,
      scoredCount: 30 - clip!.failedCount,
    });
    expect((await linesOf(mended, 'open')).at(-1)).toBe('open 1 clip');
  });

  it('go on after cancelling, and after an import of further images, with what is missing', async () => {
    const test = await openWithModel({ computeEnv: { FAKE_COMPUTE_DELAY_MS: '15' } });
    const { datasetId, root } = await importPictures(test, names(40));
    const { job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip'),
    });
    await test.jobEnd(job.id, (now) => now.progress.done >= 5);
    await test.core.call('jobs.cancel', { jobId: job.id });
    const [first, second] = await runsOf(test, datasetId);
    expect(first!.scoredCount).toBeGreaterThanOrEqual(5);
    expect(first!.scoredCount).toBeLessThan(40);
    // One transaction an image: no run is ahead of another.
    expect(second!.scoredCount).toBe(first!.scoredCount);
    await test.core.call('jobs.resume', { jobId: job.id });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    expect((await runsOf(test, datasetId)).map((run) => run.scoredCount)).toEqual([40, 40]);
    const asked = (await linesOf(test, 'image')).length;
    expect(asked).toBeLessThanOrEqual(42);

    await writeTree(root, { 'new-041.png': 'picture' });
    const again = await test.core.call('datasets.import', { path: root });
    await test.jobEnd(again.job.id);
    await test.core.call('jobs.resume', { jobId: job.id });
    await test.jobEnd(job.id);
    expect((await runsOf(test, datasetId)).map((run) => run.scoredCount)).toEqual([41, 41]);
    expect(await linesOf(test, 'image')).toHaveLength(asked + 1);
  });

  it('go on when one of them is removed, and stop with the last', async () => {
    const test = await openWithModel({ computeEnv: { FAKE_COMPUTE_DELAY_MS: '15' } });
    const { datasetId } = await importPictures(test, names(60));
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip', 'clip-ac'),
    });
    await test.jobEnd(job.id, (now) => now.progress.done >= 3);
    await test.core.call('runs.remove', { runId: runs[0]!.id });
    expect(await test.core.call('jobs.get', { jobId: job.id })).toMatchObject({
      state: 'running',
      runId: runs[1]!.id,
    });
    await eventually(async () => (await linesOf(test, 'open')).includes('open 2 clip clip-ac'));
    await test.core.call('runs.remove', { runId: runs[1]!.id });
    await eventually(async () => (await linesOf(test, 'open')).includes('open 3 clip-ac'));
    await test.jobEnd(job.id, (now) => now.progress.done >= 12);
    expect(await runsOf(test, datasetId)).toMatchObject([{ id: runs[2]!.id, state: 'running' }]);
    await test.core.call('runs.remove', { runId: runs[2]!.id });
    expect((await test.core.call('jobs.get', { jobId: job.id })).state).toBe('cancelled');
    expect(test.logs.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it('give up an image that kills the compute process twice, in every run, and blame no other', async () => {
    const test = await openWithModel();
    const { datasetId } = await importPictures(test, [
      'a-1.png',
      'crash-2.png',
      'd-4.png',
      'e-5.png',
      // Far from the other: what is on its way when the process dies is under suspicion too.
      'f-crash-once-003.png',
    ]);
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip'),
    });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    for (const { id } of runs) {
      const { failures } = await test.core.call('runs.failures', { runId: id, offset: 0, limit: 9 });
      expect(failures).toMatchObject([
        { path: 'crash-2.png', message: 'the compute process stopped while reading this image' },
      ]);
      expect(await test.core.call('runs.get', { runId: id })).toMatchObject({ scoredCount: 4 });
    }
  });

  it('hold the model they share, and do not mix the results of two models of one name', async () => {
    const test = await openWithModel({ computeEnv: { FAKE_COMPUTE_DELAY_MS: '15' } });
    const { datasetId } = await importPictures(test, names(40));
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: test.modelId,
      runs: wishes('baseline', 'clip'),
    });
    expect(runs.map((run) => run.modelSha256)).toEqual([null, 'a'.repeat(64)]);
    await test.jobEnd(job.id, (now) => now.progress.done >= 2);
    await expect(test.core.call('models.remove', { modelId: test.modelId })).rejects.toMatchObject({
      code: 'in-use',
    });
    await test.core.call('jobs.cancel', { jobId: job.id });
    await test.core.call('models.remove', { modelId: test.modelId });
    await test.core.call('jobs.resume', { jobId: job.id });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    expect(await runsOf(test, datasetId)).toMatchObject([
      { state: 'succeeded', scoredCount: 40 },
      { state: 'failed', error: { code: 'not-found', message: expect.stringContaining('was removed') } },
    ]);

    const other = await test.core.call('models.import', { path: '/models/other.safetensors', name: 'clip' });
    await test.jobEnd(other.job.id);
    expect(other.modelId).toBe(test.modelId);
    await test.core.call('jobs.resume', { jobId: job.id });
    await test.jobEnd(job.id);
    expect((await runsOf(test, datasetId))[1]).toMatchObject({
      state: 'failed',
      error: { code: 'incompatible', message: expect.stringContaining('Another model is «clip» now') },
    });
  });
});
