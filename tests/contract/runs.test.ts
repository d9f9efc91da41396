import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { runSchema } from '../../src-shared/domain/run.ts';
import { importPictures, openTestCore, temporaryFolder, writeTree } from '../unit/core/support/harness.ts';

const wish = { methodId: 'baseline' as const, promptSetId: null, settings: {} };

describe('making runs over the contract', () => {
  it('refuses what is no list of runs, before anything is stored', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['a-1.png']);
    const cases: object[] = [
      { datasetId, modelId: null, runs: [] },
      { datasetId, modelId: null, runs: Array.from({ length: 33 }, () => wish) },
      { datasetId, modelId: null, runs: [{ ...wish, methodId: 'patchcore' }] },
      { datasetId, modelId: null, runs: [{ ...wish, modelId: 'clip' }] },
      { datasetId, modelId: null, runs: [{ ...wish, settings: { shots: 65 } }] },
      { datasetId, modelId: null },
    ];
    for (const params of cases)
      expect(await test.core.dispatch({ id: 1, method: 'runs.createMany', params })).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
    expect(await test.core.call('runs.list', { datasetId })).toEqual({ runs: [] });
  });

  it('makes the same run alone and in a list, with only the settings that its method reads', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['a-1.png']);
    const settings = { sigmaPx: 2, shots: 4, referenceSeed: 3, imageSizePx: 224, layers: [1] };
    const one = await test.core.call('runs.create', { datasetId, modelId: null, ...wish, settings });
    const { runs, job } = await test.core.call('runs.createMany', {
      datasetId,
      modelId: null,
      runs: [{ ...wish, settings }],
    });
    expect(one.run.settings).toEqual({ sigmaPx: 2 });
    const { id, jobId, createdAtMs } = runs[0]!;
    expect(runs).toEqual([{ ...one.run, id, jobId, createdAtMs, state: runs[0]!.state }]);
    expect(job).toMatchObject({
      id: jobId,
      runId: id,
      title: expect.stringMatching(/^Block statistics on /),
    });
    await test.jobEnd(jobId);
  });

  it('tells a run’s references and its own failure in the run', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, {
      'nut/train/good/1.png': 'picture',
      'nut/test/good/2.png': 'picture',
      'nut/test/bent/9.png': 'picture',
    });
    const { dataset, job } = await test.core.call('datasets.import', { path: root });
    await test.jobEnd(job.id);
    const model = await test.core.call('models.import', { path: '/models/clip.safetensors', name: 'clip' });
    await test.jobEnd(model.job.id);
    const { runs } = await test.core.call('runs.createMany', {
      datasetId: dataset.id,
      modelId: 'clip',
      runs: [
        { methodId: 'winclip', promptSetId: null, settings: { shots: 2 } },
        { methodId: 'faprompt', promptSetId: null, settings: {} },
      ],
    });
    expect(runs[0]).toMatchObject({
      error: null,
      settings: { shots: 2 },
      references: [{ className: 'nut', paths: ['nut/train/good/1.png', 'nut/test/good/2.png'] }],
    });
    expect(runs[1]).toMatchObject({ state: 'failed', references: [], error: { code: 'needs-choice' } });
    for (const run of runs) expect(runSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
    await test.jobEnd(runs[0]!.jobId);
    // The image that was shown counts in no metric of that run.
    const { imageAuroc } = await test.core.call('runs.get', { runId: runs[0]!.id });
    expect(imageAuroc).toEqual([{ className: 'nut', auroc: null }]);
  });

  it('shows the part of a file that a reference is', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    const black = { create: { width: 16, height: 12, channels: 3 as const, background: '#000' } };
    await writeTree(root, {
      'kos01/Part0.jpg': 'picture',
      'kos01/Part0_label.png': await sharp(black).png().toBuffer(),
    });
    const { dataset, job } = await test.core.call('datasets.import', { path: root, layout: 'sdd' });
    expect((await test.jobEnd(job.id)).state).toBe('succeeded');
    const model = await test.core.call('models.import', { path: '/models/clip.safetensors', name: 'clip' });
    await test.jobEnd(model.job.id);
    const { job: scan } = await test.core.call('runs.create', {
      ...{ datasetId: dataset.id, modelId: 'clip', methodId: 'winclip', promptSetId: null },
      settings: { shots: 2 },
    });
    await test.jobEnd(scan.id);
    const [open] = (await test.computeLog()).filter((line) => line.startsWith('open'));
    // A picture of 16×12 is cut into a top and a bottom half.
    expect(open).toMatch(/^open 1 winclip:Part0\.jpg@(0\+Part0\.jpg@6|6\+Part0\.jpg@0)$/);
  });
});
