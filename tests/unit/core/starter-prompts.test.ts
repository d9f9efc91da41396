import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { starterPromptsNote } from '../../../src-shared/domain/model.ts';
import { writeStemCheckpoint } from '../../support/stem-checkpoint.ts';
import {
  assetsFolder,
  importPictures,
  openTestCore,
  projectRoot,
  temporaryFolder,
  type TestCore,
  type TestCoreOptions,
} from './support/harness.ts';

/** A program's model with prompts beside it; the fake compute process reads a word of their contents. */
async function programsFiles(
  prompts: Readonly<Record<string, string>> = { anomalyclip: 'first', faprompt: 'first faprompt' },
): Promise<string> {
  const folder = join(await temporaryFolder(), 'starter');
  await mkdir(join(folder, 'prompts'), { recursive: true });
  await writeFile(join(folder, 'model.safetensors'), 'weights');
  await writeFile(join(folder, 'open_clip_config.json'), '{}');
  for (const [methodId, text] of Object.entries(prompts)) await bring(folder, methodId, text);
  return folder;
}

const bring = (folder: string, methodId: string, text: string) =>
  writeFile(join(folder, 'prompts', `${methodId}.safetensors`), text);

/** As the command line opens it: nothing is made before it is asked for. */
const openQuietly = (options: TestCoreOptions) => openTestCore({ host: 'cli', ...options });

async function listed({ core }: TestCore) {
  return (await core.call('prompts.list', {})).promptSets;
}

const storedFiles = async (dataFolder: string) => await readdir(join(dataFolder, 'prompts'));

const imports = async (world: TestCore) =>
  (await world.computeLog()).filter((line) => line.startsWith('prompts '));

const warnings = ({ logs }: TestCore) => logs.filter((line) => line.startsWith('warn'));

describe('the prompts that come with the starter model', () => {
  it('are there when prompts are first asked for, say that they came with the program, and can be run', async () => {
    const starterModelFolder = await programsFiles();
    const world = await openQuietly({ starterModelFolder });
    expect(await world.computeLog()).toEqual([]);
    const came = { bundled: true, note: starterPromptsNote };
    expect(await listed(world)).toMatchObject([
      {
        methodId: 'anomalyclip',
        name: 'Starter AnomalyCLIP',
        sourceFile: join(starterModelFolder, 'prompts/anomalyclip.safetensors'),
        ...came,
      },
      { methodId: 'faprompt', name: 'Starter FAPrompt', ...came },
    ]);
    const { methods } = await world.core.call('methods.list', { modelId: 'starter' });
    const able = methods.filter(({ unavailable }) => unavailable === null).map(({ id }) => id);
    expect(able).toEqual(['baseline', 'clip', 'clip-ac', 'winclip', 'anomalyclip', 'faprompt']);
    expect(methods.find(({ id }) => id === 'coop')?.unavailable).toContain(
      'those installed are of other methods',
    );
  });

  it('are taken in once, not at every start', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles();
    const first = await openQuietly({ dataFolder, starterModelFolder });
    const made = await listed(first);
    await first.core.close();
    const second = await openQuietly({ dataFolder, starterModelFolder });
    expect(await listed(second)).toEqual(made);
    expect(await imports(second)).toEqual([
      'prompts anomalyclip.safetensors',
      'prompts faprompt.safetensors',
    ]);
    expect(await storedFiles(dataFolder)).toHaveLength(2);
  });

  it('stay away where the user removed them, until the program brings others', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles({ anomalyclip: 'first' });
    const first = await openQuietly({ dataFolder, starterModelFolder });
    const [removed] = await listed(first);
    await first.core.call('prompts.remove', { promptSetId: removed!.id });
    expect(await storedFiles(dataFolder)).toEqual([]);
    await first.core.close();
    const second = await openQuietly({ dataFolder, starterModelFolder });
    expect(await listed(second)).toEqual([]);
    await second.core.close();

    await bring(starterModelFolder, 'anomalyclip', 'second');
    const third = await openQuietly({ dataFolder, starterModelFolder });
    const [other] = await listed(third);
    expect(other).toMatchObject({ bundled: true });
    expect(other!.id).not.toBe(removed!.id);
  });

  it('are replaced by newer ones of the program, under the name that the user gave them', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles();
    const first = await openQuietly({ dataFolder, starterModelFolder });
    const [anomalyclip, faprompt] = await listed(first);
    await first.core.call('prompts.rename', { promptSetId: anomalyclip!.id, name: 'Paper' });
    await first.core.close();

    await bring(starterModelFolder, 'anomalyclip', 'second');
    const second = await openQuietly({ dataFolder, starterModelFolder });
    const sets = await listed(second);
    expect(sets.map(({ name }) => name).sort()).toEqual(['Paper', 'Starter FAPrompt']);
    expect(sets.find(({ methodId }) => methodId === 'faprompt')).toEqual(faprompt);
    // Runs of the ones before were made with other prompts: the number is not theirs.
    expect(sets.find(({ name }) => name === 'Paper')?.id).not.toBe(anomalyclip!.id);
    expect(await storedFiles(dataFolder)).toHaveLength(2);
  });

  it('stay as they are while a run uses them, though the program brings newer ones', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles({ anomalyclip: 'first' });
    const busy = await openQuietly({ dataFolder, starterModelFolder });
    const [made] = await listed(busy);
    const { datasetId } = await importPictures(busy, ['stuck-1.png']);
    const { job } = await busy.core.call('runs.create', {
      datasetId,
      methodId: 'anomalyclip',
      modelId: 'starter',
      promptSetId: made!.id,
      settings: {},
    });
    await bring(starterModelFolder, 'anomalyclip', 'second');
    const other = await openQuietly({ dataFolder, starterModelFolder });
    expect(await listed(other)).toEqual([made]);
    expect(other.logs.join('\n')).toContain('taken at another start');
    await busy.core.call('jobs.cancel', { jobId: job.id });
    await busy.jobEnd(job.id);
    const later = await openQuietly({ dataFolder, starterModelFolder });
    const [newer, ...others] = await listed(later);
    expect(others).toEqual([]);
    expect(newer).toMatchObject({ methodId: 'anomalyclip', bundled: true });
    expect(newer!.id).not.toBe(made!.id);
  });

  it('go with their model and come back with it as the same sets, removed ones too', async () => {
    const dataFolder = await temporaryFolder();
    const world = await openQuietly({ dataFolder, starterModelFolder: await programsFiles() });
    const before = await listed(world);
    await world.core.call('prompts.remove', { promptSetId: before[1]!.id });
    await world.core.call('models.remove', { modelId: 'starter' });
    expect(await storedFiles(dataFolder)).toEqual([]);
    expect((await world.core.call('models.list', {})).models).toMatchObject([{ id: 'starter' }]);
    const after = await listed(world);
    const facts = (sets: typeof after) => sets.map(({ id, name, methodId }) => ({ id, name, methodId }));
    expect(facts(after)).toEqual(facts(before));
    expect(after.every(({ bundled }) => bundled === true)).toBe(true);
  });

  it('are whole again where their stored file was lost', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles({ anomalyclip: 'first' });
    const first = await openQuietly({ dataFolder, starterModelFolder });
    const [made] = await listed(first);
    await first.core.close();
    await rm(join(dataFolder, 'prompts'), { recursive: true });
    const second = await openQuietly({ dataFolder, starterModelFolder });
    expect(await listed(second)).toMatchObject([{ id: made!.id, name: made!.name }]);
    expect(await storedFiles(dataFolder)).toHaveLength(1);
  });

  it('are one set a method where several processes take them in at once', async () => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles();
    const worlds = await Promise.all(
      Array.from({ length: 3 }, () => openQuietly({ dataFolder, starterModelFolder })),
    );
    const lists = await Promise.all(worlds.map(listed));
    for (const sets of lists)
      expect(sets.map(({ methodId }) => methodId)).toEqual(['anomalyclip', 'faprompt']);
    expect(new Set(lists.map((sets) => sets.map(({ id }) => id).join())).size).toBe(1);
    expect(await storedFiles(dataFolder)).toHaveLength(2);
    for (const world of worlds) expect(warnings(world)).toEqual([]);
  });

  it('leave nothing behind of a process that was killed while it took them in', async () => {
    const dataFolder = await temporaryFolder();
    const left = [
      'bundled-999999999-0123abcd.safetensors',
      '.bundled-999999999-0123abcd.safetensors.7-89abcdef',
    ];
    await mkdir(join(dataFolder, 'prompts'), { recursive: true });
    for (const name of left) await writeFile(join(dataFolder, 'prompts', name), 'half');
    const world = await openQuietly({ dataFolder, starterModelFolder: await programsFiles() });
    expect(await listed(world)).toHaveLength(2);
    const files = await storedFiles(dataFolder);
    expect(files).toHaveLength(2);
    expect(files).not.toEqual(expect.arrayContaining(left));
  });

  it('come after a user’s own prompts', async () => {
    const world = await openQuietly({ starterModelFolder: await programsFiles({ anomalyclip: 'first' }) });
    await listed(world);
    const mine = await world.core.call('prompts.import', { path: '/some/mine.pth' });
    expect((await listed(world)).map(({ name, bundled }) => [name, bundled])).toEqual([
      ['mine', undefined],
      ['Starter AnomalyCLIP', true],
    ]);
    expect(mine).not.toHaveProperty('bundled');
  });

  it.each([
    ['is damaged', 'broken', 'is damaged'],
    ['is for another text width', 'narrow', 'is for text width 512, Starter model has 768'],
    ['holds prompts of another method', 'faprompt', 'holds prompts of faprompt'],
  ])('whose file %s are logged and missing, and all else works', async (_, text, reason) => {
    const dataFolder = await temporaryFolder();
    const starterModelFolder = await programsFiles({ anomalyclip: text, faprompt: 'first faprompt' });
    const world = await openQuietly({ dataFolder, starterModelFolder });
    expect((await listed(world)).map(({ methodId }) => methodId)).toEqual(['faprompt']);
    expect(warnings(world)).toEqual([
      expect.stringMatching(
        `^warn anomalyclip.safetensors, which comes with the starter model, cannot be used: .*${reason}`,
      ),
    ]);
    expect(await storedFiles(dataFolder)).toHaveLength(1);
    expect((await world.core.call('models.list', {})).models).toMatchObject([{ id: 'starter' }]);
  });

  it(
    'are refused by the real compute process where somebody put something else in their place',
    { timeout: 60_000 },
    async () => {
      const dataFolder = await temporaryFolder();
      const starterModelFolder = await writeStemCheckpoint(join(await temporaryFolder(), 'starter'));
      const prompts = join(starterModelFolder, 'prompts');
      await mkdir(join(prompts, 'coop.safetensors'), { recursive: true });
      const header = Buffer.from('{"ctx_pos":{"dtype":"F32","shape":[1,1,12,8],"data_offsets":[0,384]}}');
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      await writeFile(join(prompts, 'anomalyclip.safetensors'), Buffer.concat([length, header]));
      await writeFile(join(prompts, 'faprompt.safetensors'), Buffer.alloc(64, 0xff));
      const world = await openQuietly({
        dataFolder,
        starterModelFolder,
        computeLauncher: createForkLauncher({
          entryPath: join(projectRoot, 'src-main/compute/child.ts'),
          assetsFolder,
        }),
      });
      expect(await listed(world)).toEqual([]);
      expect(warnings(world)).toHaveLength(3);
      for (const methodId of ['anomalyclip', 'faprompt', 'coop'])
        expect(warnings(world).join('\n')).toContain(`${methodId}.safetensors`);
      expect(await storedFiles(dataFolder)).toEqual([]);
      const { datasetId } = await importPictures(world, ['a.png']);
      const { job, run } = await world.core.call('runs.create', {
        datasetId,
        methodId: 'clip',
        modelId: 'starter',
        promptSetId: null,
        settings: {},
      });
      await world.jobEnd(job.id);
      expect(await world.core.call('runs.get', { runId: run.id })).toMatchObject({ scoredCount: 1 });
    },
  );
});
