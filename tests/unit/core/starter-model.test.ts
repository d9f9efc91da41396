import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { starterModelNote } from '../../../src-shared/domain/model.ts';
import { writeStemCheckpoint } from '../../support/stem-checkpoint.ts';
import {
  assetsFolder,
  eventually,
  importPictures,
  openTestCore,
  projectRoot,
  temporaryFolder,
  type TestCoreOptions,
} from './support/harness.ts';

/** What a program brings; the fake compute process looks at names, not at contents. */
async function programsFiles(name = 'starter', weights = 'weights'): Promise<string> {
  const folder = join(await temporaryFolder(), name);
  await mkdir(folder);
  await writeFile(join(folder, 'model.safetensors'), weights);
  await writeFile(join(folder, 'open_clip_config.json'), '{}');
  return folder;
}

/** As the command line opens it: nothing is made before it is asked for. */
const openQuietly = (options: TestCoreOptions) => openTestCore({ host: 'cli', ...options });

async function listed({ core }: Awaited<ReturnType<typeof openTestCore>>) {
  return (await core.call('models.list', {})).models;
}

describe('the starter model', () => {
  it('is there when models are first asked for, with what to say of it', async () => {
    const world = await openQuietly({ starterModelFolder: await programsFiles() });
    expect(await world.computeLog()).toEqual([]);
    expect(await listed(world)).toMatchObject([{ id: 'starter', bundled: true, note: starterModelNote }]);
    expect(await world.computeLog()).toEqual(['import starter']);
    const { methods } = await world.core.call('methods.list', { modelId: 'starter' });
    expect(methods.find(({ id }) => id === 'clip')?.unavailable).toBeNull();
  });

  it('is made behind a window’s start without being asked for', async () => {
    const { events } = await openTestCore({ starterModelFolder: await programsFiles() });
    await eventually(() => events.some(({ event }) => event === 'models.changed'));
    expect(events.filter(({ event }) => event === 'models.changed')).toHaveLength(1);
  });

  it('is not missed where the program brings none', async () => {
    expect(await listed(await openQuietly({}))).toEqual([]);
    const empty = await openQuietly({ starterModelFolder: await temporaryFolder() });
    expect(await listed(empty)).toEqual([]);
    expect(await empty.computeLog()).toEqual([]);
  });

  it('is made once, not at every start, and again from other files', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles();
    const first = await openQuietly({ dataFolder, starterModelFolder });
    const [made] = await listed(first);
    await first.core.close();
    const second = await openQuietly({ dataFolder, starterModelFolder });
    expect(await listed(second)).toEqual([made]);
    expect(await second.computeLog()).toEqual(['import starter']);
    await second.core.close();

    await writeFile(join(starterModelFolder, 'model.safetensors'), 'newer weights');
    const third = await openQuietly({ dataFolder, starterModelFolder });
    expect(await listed(third)).toMatchObject([{ id: 'starter', bundled: true }]);
    expect(await third.computeLog()).toEqual(['import starter', 'import starter']);
    expect(await readdir(join(dataFolder, 'models'))).toEqual(['starter']);
  });

  it('is one model, whole, where several processes make it at once', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles();
    const worlds = await Promise.all(
      Array.from({ length: 3 }, () => openQuietly({ dataFolder, starterModelFolder })),
    );
    const lists = await Promise.all(worlds.map(listed));
    for (const models of lists) expect(models.map(({ id }) => id)).toEqual(['starter']);
    expect(await readdir(join(dataFolder, 'models'))).toEqual(['starter']);
    expect(await readFile(join(dataFolder, 'models/starter/model.safetensors'), 'utf8')).toBe('x');
    for (const { logs } of worlds) expect(logs.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('is made anew where it was removed, or its folder was', async () => {
    const dataFolder = await temporaryFolder();
    const world = await openQuietly({ dataFolder, starterModelFolder: await programsFiles() });
    await listed(world);
    await world.core.call('models.remove', { modelId: 'starter' });
    expect(await listed(world)).toMatchObject([{ id: 'starter', bundled: true }]);
    await world.core.close();
    await rm(join(dataFolder, 'models/starter'), { recursive: true });
    const next = await openQuietly({ dataFolder, starterModelFolder: await programsFiles() });
    expect(await listed(next)).toHaveLength(1);
    expect(await readdir(join(dataFolder, 'models/starter'))).toEqual(['model.safetensors']);
  });

  it('comes after a user’s own models, and leaves its name to none of them', async () => {
    const world = await openQuietly({ starterModelFolder: await programsFiles() });
    await listed(world);
    const { job, modelId } = await world.core.call('models.import', {
      path: '/some/starter',
      name: 'starter',
    });
    await world.jobEnd(job.id);
    expect(modelId).toBe('starter-2');
    expect((await listed(world)).map(({ id }) => id)).toEqual(['starter-2', 'starter']);
  });

  it('finds another name where a user’s model has had its own since before', async () => {
    const dataFolder = await temporaryFolder();
    const before = await openQuietly({ dataFolder });
    const { job } = await before.core.call('models.import', { path: '/some/model', name: 'mine' });
    await before.jobEnd(job.id);
    await before.core.close();
    const { connectDatabase } = await import('../../../src-main/core/db/database.ts');
    const { databaseFileName } = await import('../../../src-main/core/db/open-database.ts');
    const database = connectDatabase({ filePath: join(dataFolder, databaseFileName), log: () => undefined });
    database.run(`UPDATE models SET id = 'starter' WHERE id = 'mine'`);
    database.close();
    const world = await openQuietly({ dataFolder, starterModelFolder: await programsFiles() });
    expect(await listed(world)).toMatchObject([
      { id: 'starter', name: 'mine' },
      { id: 'starter-bundled', bundled: true },
    ]);
  });

  it('that cannot be made is not listed, hinders nothing, and says why to who wants it', async () => {
    const world = await openQuietly({ starterModelFolder: await programsFiles('broken') });
    expect(await listed(world)).toEqual([]);
    expect(world.logs.find((line) => line.includes('starter model could not be made'))).toContain('damaged');
    const { datasetId } = await importPictures(world, ['1.png']);
    const wish = { datasetId, methodId: 'clip' as const, promptSetId: null, settings: {} };
    await expect(world.core.call('runs.create', { ...wish, modelId: 'starter' })).rejects.toMatchObject({
      code: 'corrupt-file',
    });
  });

  it('stays as it is while a run uses it, though the program brings a newer one', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles();
    const busy = await openQuietly({ dataFolder, starterModelFolder });
    const { datasetId } = await importPictures(busy, ['stuck-1.png']);
    const wish = {
      datasetId,
      methodId: 'clip' as const,
      modelId: 'starter',
      promptSetId: null,
      settings: {},
    };
    const { job } = await busy.core.call('runs.create', wish);
    const [made] = await listed(busy);
    await writeFile(join(starterModelFolder, 'model.safetensors'), 'newer weights');
    const other = await openQuietly({ dataFolder, starterModelFolder });
    expect(await listed(other)).toEqual([made]);
    await busy.core.call('jobs.cancel', { jobId: job.id });
  });

  it('sweeps away what a killed process began', async () => {
    const dataFolder = await temporaryFolder();
    await mkdir(join(dataFolder, 'models/.bundled-999999999-0123abcd'), { recursive: true });
    const world = await openQuietly({ dataFolder, starterModelFolder: await programsFiles() });
    await listed(world);
    expect(await readdir(join(dataFolder, 'models'))).toEqual(['starter']);
  });

  it(
    'scores images: a checkpoint with a stem, through the real compute process',
    { timeout: 60_000 },
    async () => {
      const starterModelFolder = await writeStemCheckpoint(join(await temporaryFolder(), 'starter'));
      const world = await openQuietly({
        starterModelFolder,
        computeLauncher: createForkLauncher({
          entryPath: join(projectRoot, 'src-main/compute/child.ts'),
          assetsFolder,
        }),
      });
      const { datasetId } = await importPictures(world, ['a.png', 'b.jpg']);
      const wish = {
        datasetId,
        methodId: 'clip' as const,
        modelId: 'starter',
        promptSetId: null,
        settings: {},
      };
      const { job, run } = await world.core.call('runs.create', wish);
      await world.jobEnd(job.id);
      const { scoredCount, rendering } = await world.core.call('runs.get', { runId: run.id });
      expect({ scoredCount, sizePx: rendering.sizePx }).toEqual({ scoredCount: 2, sizePx: 80 });
    },
  );
});
