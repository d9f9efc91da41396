import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  baselineRun,
  eventually,
  importPictures,
  openTestCore,
  temporaryFolder,
  type TestCore,
} from './support/harness.ts';

async function importModel({ core, jobEnd }: TestCore, name: string, path = '/files/vit.safetensors') {
  const { modelId, job } = await core.call('models.import', { path, name });
  return { modelId, job: await jobEnd(job.id) };
}

async function unavailable({ core }: TestCore, modelId: string | null = null) {
  const { methods } = await core.call('methods.list', { modelId });
  return Object.fromEntries(methods.map((method) => [method.id, method.unavailable]));
}

describe('models', () => {
  it('are listed when they are complete, under an id made of their name', async () => {
    const test = await openTestCore();
    const { modelId, job } = await importModel(test, 'ViT-L/14 @336 (OpenAI)');
    expect(job.state).toBe('succeeded');
    expect(modelId).toBe('vit-l-14-336-openai');
    const { models } = await test.core.call('models.list', {});
    expect(models).toMatchObject([
      { id: modelId, name: 'ViT-L/14 @336 (OpenAI)', sourceFile: '/files/vit.safetensors' },
    ]);
    expect(test.events).toContainEqual({ event: 'models.changed' });
    expect((await importModel(test, 'ViT-L/14 @336 (OpenAI)')).modelId).toBe(`${modelId}-2`);
    expect((await importModel(test, '模型')).modelId).toBe('model');
  });

  it('leave nothing in the library when their import fails', async () => {
    const test = await openTestCore();
    const { job, modelId } = await importModel(test, 'Broken', '/files/broken.pt');
    expect(job).toMatchObject({ state: 'failed', error: { code: 'corrupt-file' } });
    expect(await test.core.call('models.list', {})).toEqual({ models: [] });
    const { dataFolder } = await test.core.call('app.info', {});
    expect(existsSync(join(dataFolder, 'models', modelId))).toBe(false);
  });

  it('ask before anything is queued when a checkpoint leaves something open', async () => {
    const test = await openTestCore();
    await expect(test.core.call('models.import', { path: '/files/question.pt' })).rejects.toMatchObject({
      code: 'needs-choice',
      message: expect.stringContaining('How many heads?'),
    });
    expect((await test.core.call('jobs.list', {})).jobs).toEqual([]);
  });

  it('can be cancelled while they are imported, and imported again', async () => {
    const test = await openTestCore();
    const { job } = await test.core.call('models.import', { path: '/files/slow.pt', name: 'M' });
    await eventually(async () => (await test.computeLog()).includes('import slow.pt'));
    expect((await test.core.call('jobs.cancel', { jobId: job.id })).state).toBe('cancelled');
    expect((await importModel(test, 'M')).modelId).toBe('m');
  });

  it('replace what a killed import left under their id', async () => {
    const dataFolder = await temporaryFolder();
    const test = await openTestCore({ dataFolder });
    const { job, modelId } = await test.core.call('models.import', { path: '/files/broken.pt', name: 'M' });
    await test.jobEnd(job.id);
    await mkdir(join(dataFolder, 'models', modelId), { recursive: true });
    await writeFile(join(dataFolder, 'models', modelId, 'half.bin'), 'x');
    await test.core.call('jobs.resume', { jobId: job.id });
    expect((await test.jobEnd(job.id)).state).toBe('failed');
    expect(existsSync(join(dataFolder, 'models', modelId))).toBe(false);
  });

  it('are whole again or gone after a removal that was killed, at the next start', async () => {
    const dataFolder = await temporaryFolder();
    const models = join(dataFolder, 'models');
    const aside = (modelId: string) => join(models, `${modelId}.removed-${randomUUID()}`);
    const test = await openTestCore({ dataFolder });
    await importModel(test, 'Listed');
    await importModel(test, 'Gone');
    await test.core.call('models.remove', { modelId: 'gone' });
    await test.core.close();
    await rename(join(models, 'listed'), aside('listed'));
    await mkdir(aside('gone'));
    await openTestCore({ dataFolder });
    expect(await readdir(models)).toEqual(['listed']);
    expect(await readdir(join(models, 'listed'))).toEqual(['model.safetensors']);
  });

  it('are not removed while a run uses them, and go with their files', async () => {
    const dataFolder = await temporaryFolder();
    const test = await openTestCore({ dataFolder });
    const { modelId } = await importModel(test, 'M');
    const { datasetId } = await importPictures(test, ['stuck-1.png']);
    const { job } = await test.core.call('runs.create', {
      ...baselineRun(datasetId),
      methodId: 'clip',
      modelId,
    });
    await expect(test.core.call('models.remove', { modelId })).rejects.toMatchObject({ code: 'in-use' });
    await test.core.call('jobs.cancel', { jobId: job.id });
    await test.core.call('models.remove', { modelId });
    expect(await readdir(join(dataFolder, 'models'))).toEqual([]);
    await test.core.call('jobs.resume', { jobId: job.id });
    const ended = await test.jobEnd(job.id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'not-found' } });
    expect(ended.error?.message).toContain(`«${modelId}»`);
  });
});

describe('learned prompts', () => {
  it('are stored with their file and removed with it', async () => {
    const dataFolder = await temporaryFolder();
    const test = await openTestCore({ dataFolder });
    const set = await test.core.call('prompts.import', { path: '/files/epoch_15.pth' });
    expect(set).toMatchObject({ name: 'epoch_15', textWidth: 768, contextLength: 12 });
    expect(await readdir(join(dataFolder, 'prompts'))).toHaveLength(1);
    await test.core.call('prompts.remove', { promptSetId: set.id });
    expect(await readdir(join(dataFolder, 'prompts'))).toEqual([]);
    await expect(test.core.call('prompts.remove', { promptSetId: set.id })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('leave nothing behind when they cannot be read', async () => {
    const dataFolder = await temporaryFolder();
    const test = await openTestCore({ dataFolder });
    await expect(test.core.call('prompts.import', { path: '/files/broken.pth' })).rejects.toMatchObject({
      code: 'corrupt-file',
    });
    expect(await test.core.call('prompts.list', {})).toEqual({ promptSets: [] });
    expect(await readdir(join(dataFolder, 'prompts'))).toEqual([]);
  });
});

describe('the list of methods', () => {
  it('says of each what it lacks and what to do, step by step', async () => {
    const test = await openTestCore();
    let reasons = await unavailable(test);
    expect(reasons['baseline']).toBeNull();
    for (const id of ['clip', 'clip-ac', 'anomalyclip'])
      expect(reasons[id]).toMatch(/needs a CLIP model.*Import/);
    const { modelId } = await importModel(test, 'M');
    reasons = await unavailable(test);
    expect([reasons['clip'], reasons['clip-ac']]).toEqual([null, null]);
    expect(reasons['anomalyclip']).toMatch(/needs learned prompts.*Learn some.*import/);
    await test.core.call('prompts.import', { path: '/files/narrow.pth' });
    for (const asked of [null, modelId]) {
      expect((await unavailable(test, asked))['anomalyclip']).toMatch(/text width 512.*768.*Import/);
    }
    await test.core.call('prompts.import', { path: '/files/right.pth' });
    expect((await unavailable(test, modelId))['anomalyclip']).toBeNull();
    await expect(unavailable(test, 'other')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('making a run', () => {
  it('refuses what cannot work before anything is stored', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['a-1.png']);
    const empty = await importPictures(test, []);
    const { modelId } = await importModel(test, 'M');
    const narrow = await test.core.call('prompts.import', { path: '/files/narrow.pth' });
    const base = { ...baselineRun(datasetId), methodId: 'anomalyclip' as const };
    const cases = [
      [baselineRun(999), 'not-found'],
      [baselineRun(empty.datasetId), 'bad-request'],
      [base, 'needs-choice'],
      [{ ...base, modelId: 'other' }, 'not-found'],
      [{ ...base, modelId }, 'needs-choice'],
      [{ ...base, modelId, promptSetId: 99 }, 'not-found'],
      [{ ...base, modelId, promptSetId: narrow.id }, 'incompatible'],
      [{ ...base, modelId, settings: { imageSizePx: 5 } }, 'bad-request'],
    ] as const;
    for (const [params, code] of cases) {
      await expect(test.core.call('runs.create', params)).rejects.toMatchObject({ code });
    }
    expect(await test.core.call('runs.list', { datasetId: null })).toEqual({ runs: [] });
  });

  it('drops a model and prompts that the method does not use', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['a-1.png']);
    const { modelId } = await importModel(test, 'M');
    const { run } = await test.core.call('runs.create', {
      ...baselineRun(datasetId),
      modelId,
      promptSetId: 3,
    });
    expect(run).toMatchObject({ modelId: null, promptSetId: null });
  });

  it('is undone by removing the run, which stops its job', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['stuck-1.png']);
    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    await test.core.call('runs.remove', { runId: run.id });
    expect((await test.core.call('jobs.get', { jobId: job.id })).state).toBe('cancelled');
    expect(await test.core.call('runs.list', { datasetId })).toEqual({ runs: [] });
    await expect(test.core.call('runs.scores', { runId: run.id })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('the rest of the contract', () => {
  it('lists a folder with folders first and says where it is', async () => {
    const { core } = await openTestCore();
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'z'));
    await writeFile(join(folder, 'a10.pt'), 'xyz');
    await writeFile(join(folder, 'a9.pt'), 'x');
    await writeFile(join(folder, '.hidden'), 'x');
    const listed = await core.call('folders.list', { path: `${folder}/z/..` });
    expect(listed).toMatchObject({ path: folder, truncated: false });
    expect(listed.entries).toEqual([
      { name: 'z', kind: 'folder', sizeBytes: null },
      { name: 'a9.pt', kind: 'file', sizeBytes: 1 },
      { name: 'a10.pt', kind: 'file', sizeBytes: 3 },
    ]);
    expect((await core.call('folders.list', { path: '/' })).parent).toBeNull();
    await expect(core.call('folders.list', { path: join(folder, 'no') })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(core.call('folders.list', { path: '.' })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('keeps settings over a restart', async () => {
    const dataFolder = await temporaryFolder();
    const first = await openTestCore({ dataFolder });
    await first.core.call('settings.set', { key: 'overlay', value: { opacity: 0.5, map: null } });
    await first.core.close();
    const second = await openTestCore({ dataFolder });
    expect((await second.core.call('settings.get', {})).values).toEqual({
      overlay: { opacity: 0.5, map: null },
    });
  });

  it('has a doctor that looks at everything and finds nothing wrong here', async () => {
    const { core } = await openTestCore();
    const { checks } = await core.call('app.doctor', {});
    expect(checks.map((check) => check.name)).toEqual([
      'Anomaly Workbench',
      'System',
      'Machine',
      'Node.js',
      'Database',
      'Data folder',
      'Disk use',
      'Free space',
      'Compute process',
    ]);
    expect(checks.filter((check) => check.state === 'error')).toEqual([]);
  });

  it('tells a window what a command line does on the same data folder', async () => {
    const dataFolder = await temporaryFolder();
    const window = await openTestCore({ dataFolder, timing: { tickMs: 30 } });
    const cli = await openTestCore({ dataFolder, host: 'cli', timing: { tickMs: 30 } });
    const { datasetId } = await importPictures(cli, ['a-1.png']);
    const { job } = await cli.core.call('runs.create', baselineRun(datasetId));
    await cli.jobEnd(job.id);
    await eventually(() =>
      window.events.some(
        (e) => e.event === 'job.changed' && e.job.id === job.id && e.job.state === 'succeeded',
      ),
    );
    expect(window.events).toContainEqual({ event: 'datasets.changed', datasetId: null });
  });
});
