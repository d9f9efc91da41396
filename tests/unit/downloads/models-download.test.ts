import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventSchema } from '../../../src-shared/contract/events.ts';
import type { CatalogueEntry } from '../../../src-shared/domain/catalogue.ts';
import {
  catalogueEntry,
  publishedFile,
  someBytes,
  type CheckpointServer,
} from '../../support/checkpoint-server.ts';
import { startCheckpointServer } from '../../support/start-checkpoint-server.ts';
import { testTransport } from '../../support/test-transport.ts';
import { hasEnded, openTestCore, temporaryFolder, type TestCoreOptions } from '../core/support/harness.ts';

const weights = someBytes(300_000);

async function writeCatalogue(folder: string, entries: readonly CatalogueEntry[]): Promise<string> {
  const file = join(folder, 'catalogue.json');
  await writeFile(file, JSON.stringify({ entries }));
  return file;
}

interface SetUp extends TestCoreOptions {
  readonly entry?: (server: CheckpointServer) => CatalogueEntry;
}

/** A core whose catalogue has one entry, on a server of this machine. */
async function setUp({ entry: makeEntry, ...options }: SetUp = {}) {
  const server = await startCheckpointServer(weights);
  const entry = makeEntry?.(server) ?? catalogueEntry(publishedFile(server, weights));
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const catalogueFile = await writeCatalogue(await temporaryFolder(), [entry]);
  const test = await openTestCore({
    dataFolder,
    catalogueFile,
    parts: { transport: testTransport() },
    ...options,
  });
  test.core.subscribe((event) => {
    if (event.event === 'job.changed') server.arrived(event.job.progress.done);
  });
  /** The import that a download queued, when it has ended. */
  const importEnd = async (modelId: string | null) => {
    const { jobs } = await test.core.call('jobs.list', {});
    const job = jobs.find((one) => one.kind === 'model-import' && one.modelId === modelId);
    return await test.jobEnd(job!.id);
  };
  const item = async () => (await test.core.call('models.catalogue', {})).items[0]!;
  return { ...test, server, entry, dataFolder, catalogueFile, importEnd, item };
}

function promptsEntry(server: CheckpointServer): CatalogueEntry {
  return catalogueEntry(publishedFile(server, weights, { name: 'epoch_15.pth' }), {
    kind: 'prompts',
    methodIds: ['anomalyclip'],
  });
}

describe('a model out of the catalogue', () => {
  it('is fetched, imported by a job of its own, and known by where it is from; nothing else is kept', async () => {
    const { core, jobEnd, importEnd, item, dataFolder, entry, events } = await setUp();
    expect(await item()).toMatchObject({ entry, modelId: null, promptSetId: null, fetchedBytes: 0 });
    const { modelId, job } = await core.call('models.download', { entryId: 'tiny' });
    expect(modelId).toBe('tiny');
    expect(await jobEnd(job.id)).toMatchObject({
      kind: 'model-download',
      state: 'succeeded',
      progress: { done: 300_000, total: 300_000 },
    });
    expect((await importEnd(modelId)).state).toBe('succeeded');
    const { models } = await core.call('models.list', {});
    expect(models).toMatchObject([{ id: 'tiny', name: 'Tiny', sourceFile: entry.file!.url }]);
    expect(await item()).toMatchObject({ modelId: 'tiny', fetchedBytes: 0 });
    expect(await readdir(join(dataFolder, 'downloads'))).toEqual([]);
    expect(events).toContainEqual({ event: 'models.changed' });
    await expect(core.call('models.download', { entryId: 'tiny' })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await expect(core.call('jobs.resume', { jobId: job.id })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('leaves its file where that was asked for', async () => {
    const { core, jobEnd, importEnd, dataFolder } = await setUp();
    const { modelId, job } = await core.call('models.download', { entryId: 'tiny', keepFile: true });
    await jobEnd(job.id);
    await importEnd(modelId);
    expect(await readFile(join(dataFolder, 'downloads/tiny/weights.pt'))).toEqual(weights);
    const use = await core.call('models.diskUse', {});
    expect(use).toMatchObject({ models: [{ modelId: 'tiny', sizeBytes: 1 }], downloadsBytes: 300_000 });
    expect(use.totalBytes).toBe(300_001);
  });

  it('is discarded where it was broken off, but not while a job is at work on it', async () => {
    const { core, jobEnd, server, item, dataFolder } = await setUp();
    await expect(core.call('models.discard', { entryId: 'tiny' })).rejects.toMatchObject({
      code: 'not-found',
    });
    server.next((_request, response) => {
      response.writeHead(200, { 'content-length': weights.length, etag: '"one"' });
      response.write(weights.subarray(0, 100_000));
    });
    const { job } = await core.call('models.download', { entryId: 'tiny' });
    await jobEnd(job.id, ({ progress }) => progress.done === 100_000);
    await expect(core.call('models.discard', { entryId: 'tiny' })).rejects.toMatchObject({ code: 'in-use' });
    await core.call('jobs.cancel', { jobId: job.id });
    expect((await item()).fetchedBytes).toBeGreaterThanOrEqual(100_000);
    await core.call('models.discard', { entryId: 'tiny' });
    expect(await item()).toMatchObject({ fetchedBytes: 0 });
    expect(existsSync(join(dataFolder, 'downloads/tiny'))).toBe(false);
  });

  it('is not fetched again when only its import failed', async () => {
    const { core, jobEnd, importEnd, server, item } = await setUp({
      entry: (server) => catalogueEntry(publishedFile(server, weights, { name: 'broken.pt' })),
    });
    const { modelId, job } = await core.call('models.download', { entryId: 'tiny' });
    expect((await jobEnd(job.id)).state).toBe('succeeded');
    expect(await importEnd(modelId)).toMatchObject({ state: 'failed', error: { code: 'corrupt-file' } });
    expect(await item()).toMatchObject({ modelId: null, fetchedBytes: 300_000 });
    const again = await core.call('models.download', { entryId: 'tiny' });
    expect((await jobEnd(again.job.id)).state).toBe('succeeded');
    expect(server.requests).toHaveLength(1);
  });

  it('goes on where it was cancelled, with the same job', async () => {
    const { core, jobEnd, importEnd, server, dataFolder } = await setUp();
    // Held open: this test cancels instead of letting the connection break.
    server.next((_request, response) => {
      response.writeHead(200, { 'content-length': weights.length, etag: '"one"' });
      response.write(weights.subarray(0, 100_000));
    });
    const { modelId, job } = await core.call('models.download', { entryId: 'tiny' });
    await jobEnd(job.id, ({ progress }) => progress.done === 100_000);
    await expect(core.call('models.download', { entryId: 'tiny' })).rejects.toMatchObject({ code: 'busy' });
    expect((await core.call('jobs.cancel', { jobId: job.id })).state).toBe('cancelled');
    expect(await core.call('models.list', {})).toEqual({ models: [] });
    expect((await stat(join(dataFolder, 'downloads/tiny/weights.pt.part'))).size).toBe(100_000);
    await core.call('jobs.resume', { jobId: job.id });
    expect((await jobEnd(job.id)).state).toBe('succeeded');
    expect((await importEnd(modelId)).state).toBe('succeeded');
    expect(server.requests).toEqual(['models.test /weights.pt -', 'models.test /weights.pt bytes=100000-']);
  });

  it('says before it begins that there is no room, for the file and for what is made of it', async () => {
    const { core, jobEnd, item, dataFolder } = await setUp({
      entry: (server) => catalogueEntry(publishedFile(server, weights), { diskBytes: 1_000_000_000 }),
      parts: { transport: testTransport(), freeBytes: () => Promise.resolve(1_100_000_000) },
    });
    const { job } = await core.call('models.download', { entryId: 'tiny' });
    const ended = await jobEnd(job.id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'disk-full' } });
    expect(ended.error?.message).toContain('Tiny needs 1.20 GB');
    expect(ended.error?.message).toContain('1.10 GB are free');
    expect(await item()).toMatchObject({ fetchedBytes: 0 });
    expect(await readdir(join(dataFolder, 'downloads/tiny'))).toEqual([]);
  });

  it('says without a network what to do, down to the command that imports the file', async () => {
    const { core, jobEnd } = await setUp({
      entry: (server) =>
        catalogueEntry(publishedFile(server, weights, { url: 'https://nowhere.invalid/weights.pt' }), {
          answers: { activation: 'gelu' },
        }),
    });
    const { job } = await core.call('models.download', { entryId: 'tiny' });
    const { error } = await jobEnd(job.id);
    expect(error?.code).toBe('unavailable');
    expect(error?.message).toContain('fetch https://nowhere.invalid/weights.pt, copy the file here');
    expect(error?.message).toContain('«anomaly-workbench models import weights.pt --activation gelu»');
  });

  it('goes on with what there is after kill -9, at the next start and by itself', async () => {
    const server = await startCheckpointServer(weights);
    const dataFolder = await temporaryFolder();
    const catalogueFile = await writeCatalogue(await temporaryFolder(), [
      catalogueEntry(publishedFile(server, weights)),
    ]);
    server.next((_request, response) => {
      response.writeHead(200, { 'content-length': weights.length, etag: '"one"' });
      response.write(weights.subarray(0, 100_000));
    });
    const host = spawn(
      process.execPath,
      [join(import.meta.dirname, 'support/download-host.ts'), dataFolder, catalogueFile],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void host.kill('SIGKILL'));
    const gone = new Promise((resolve) => host.once('exit', resolve));
    for await (const line of createInterface({ input: host.stdout })) {
      const event = eventSchema.parse(JSON.parse(line));
      if (event.event !== 'job.changed') continue;
      if (event.job.progress.done >= 100_000 || hasEnded(event.job)) break;
    }
    host.kill('SIGKILL');
    await gone;

    const { core, jobEnd } = await openTestCore({
      dataFolder,
      catalogueFile,
      parts: { transport: testTransport() },
    });
    const [job] = (await core.call('jobs.list', {})).jobs.toReversed();
    expect((await jobEnd(job!.id)).state).toBe('succeeded');
    const { jobs } = await core.call('jobs.list', {});
    await jobEnd(jobs.find(({ kind }) => kind === 'model-import')!.id);
    expect((await core.call('models.list', {})).models).toMatchObject([{ id: 'tiny' }]);
    expect(server.requests).toEqual(['models.test /weights.pt -', 'models.test /weights.pt bytes=100000-']);
    expect(jobs).toHaveLength(2);
  });
});

describe('prompts out of the catalogue', () => {
  it('are fetched and imported by one job, under their name', async () => {
    const { core, jobEnd, item, entry, dataFolder } = await setUp({ entry: promptsEntry });
    const { modelId, job } = await core.call('models.download', { entryId: 'tiny' });
    expect(modelId).toBeNull();
    expect((await jobEnd(job.id)).state).toBe('succeeded');
    const { promptSets } = await core.call('prompts.list', {});
    expect(promptSets).toMatchObject([{ name: 'Tiny', sourceFile: entry.file!.url }]);
    expect(await item()).toMatchObject({ promptSetId: promptSets[0]!.id, fetchedBytes: 0 });
    expect(existsSync(join(dataFolder, 'downloads/tiny'))).toBe(false);
  });
});

describe('the catalogue', () => {
  it('lists what has no file, with what to do, and does not fetch it', async () => {
    const { core, item } = await setUp({ entry: () => catalogueEntry(null, { kind: 'prompts' }) });
    expect(await item()).toMatchObject({
      importCommand: null,
      entry: { byHand: 'Fetch it with a browser.' },
    });
    await expect(core.call('models.download', { entryId: 'tiny' })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('Fetch it with a browser.'),
    });
  });

  it('names what there is when something else is asked for', async () => {
    const { core } = await setUp();
    await expect(core.call('models.download', { entryId: 'large' })).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no «large» to download. There are: tiny.',
    });
  });

  it('is empty where the program brings none, and says so where it is damaged', async () => {
    const bare = await openTestCore();
    expect(await bare.core.call('models.catalogue', {})).toEqual({ items: [] });
    const folder = await temporaryFolder();
    const catalogueFile = join(folder, 'catalogue.json');
    await writeFile(catalogueFile, '{"entries": [{}]}');
    const { core } = await openTestCore({ catalogueFile });
    await expect(core.call('models.catalogue', {})).rejects.toMatchObject({
      code: 'corrupt-file',
      message: expect.stringContaining(catalogueFile),
    });
  });
});

describe('renaming', () => {
  it('keeps the id of a model, and the numbers of prompts', async () => {
    const { core, jobEnd } = await openTestCore();
    const { modelId, job } = await core.call('models.import', { path: '/files/vit.safetensors', name: 'M' });
    await jobEnd(job.id);
    expect(await core.call('models.rename', { modelId, name: ' Large one ' })).toMatchObject({
      id: 'm',
      name: 'Large one',
    });
    expect((await core.call('models.list', {})).models).toMatchObject([{ id: 'm', name: 'Large one' }]);
    const set = await core.call('prompts.import', { path: '/files/epoch_15.pth' });
    await core.call('prompts.rename', { promptSetId: set.id, name: 'Mine' });
    expect((await core.call('prompts.list', {})).promptSets).toEqual([{ ...set, name: 'Mine' }]);
    await expect(core.call('models.rename', { modelId: 'none', name: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(core.call('prompts.rename', { promptSetId: 99, name: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(core.call('models.rename', { modelId, name: '  ' })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});

describe('the doctor', () => {
  it('says what lies in the data folder, by kind', async () => {
    const { core, jobEnd } = await openTestCore();
    const { dataFolder } = await core.call('app.info', {});
    const { job } = await core.call('models.import', { path: '/files/vit.safetensors', name: 'M' });
    await jobEnd(job.id);
    await writeFile(join(dataFolder, 'models/m/model.safetensors'), Buffer.alloc(3 * 1024 * 1024));
    await mkdir(join(dataFolder, 'downloads/tiny'), { recursive: true });
    await writeFile(join(dataFolder, 'downloads/tiny/weights.pt.part'), Buffer.alloc(1024 * 1024));
    const { checks } = await core.call('app.doctor', {});
    const use = checks.find(({ name }) => name === 'Disk use');
    expect(use?.state).toBe('ok');
    expect(use?.detail).toMatch(
      /^\d\.\d\d MB in .+: models 3\.15 MB, downloads 1\.05 MB, database \d+ kB(, .+)?$/,
    );
  });
});
