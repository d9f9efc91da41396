import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assetPaths } from '../../src-shared/contract/asset-paths.ts';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { DatasetLayout } from '../../src-shared/domain/dataset.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import { openCheckpoint } from '../../src-main/compute/checkpoints/open-checkpoint.ts';
import { importPrompts } from '../../src-main/compute/clip/import-prompts.ts';
import { inspectModel } from '../../src-main/compute/clip/inspect-model.ts';
import type { Core } from '../../src-main/core/core.ts';
import { decodeImage } from '../../src-main/images/decode-image.ts';
import { probeImage } from '../../src-main/images/probe-image.ts';
import { readMask } from '../../src-main/images/read-mask.ts';
import { makeThumbnail } from '../../src-main/images/thumbnail.ts';
import type { FuzzCase } from './cases.ts';

/** Reads a damaged file as the program would, wherever it is read. Throws what the program throws at the end. */
export async function readCase(one: FuzzCase, folder: string, core: Core): Promise<void> {
  switch (one.format) {
    case 'png':
    case 'jpeg':
    case 'tiff':
    case 'bmp':
    case 'webp':
      return await readImage(join(folder, `case.${one.format}`), one.bytes);
    case 'safetensors':
    case 'torch':
      return await readCheckpoint(
        join(folder, one.format === 'torch' ? 'case.pt' : 'case.safetensors'),
        one.bytes,
      );
    case 'prompts':
      return await readPrompts(folder, one.bytes);
    case 'config':
      return await readConfig(folder, one);
    case 'json':
    case 'table':
      return await readDataset(folder, one, core);
  }
}

/** Every reader has its turn: one may refuse what another lets pass. */
async function each(readers: readonly (() => Promise<unknown>)[]): Promise<void> {
  let refusal: WorkbenchError | null = null;
  for (const read of readers) {
    try {
      await read();
    } catch (thrown) {
      if (!(thrown instanceof WorkbenchError) || thrown.code === 'internal') throw thrown;
      refusal ??= thrown;
    }
  }
  if (refusal !== null) throw refusal;
}

async function readImage(file: string, bytes: Buffer): Promise<void> {
  await writeFile(file, bytes);
  const crop = { x: 0, y: 0, width: 20, height: 20 };
  await each([
    () => probeImage(file),
    () => decodeImage(file),
    () => readMask(file),
    () => makeThumbnail(file, 64),
    () => decodeImage(file, { crop }),
    () => makeThumbnail(file, 64, { crop }),
  ]);
}

async function readCheckpoint(file: string, bytes: Buffer): Promise<void> {
  await writeFile(file, bytes);
  await each([
    async () => {
      const checkpoint = await openCheckpoint(file);
      try {
        for (const tensor of checkpoint.tensors.values())
          for await (const chunk of tensor.readChunks())
            if (chunk.length > 2 ** 28) throw new Error('a huge chunk');
      } finally {
        await checkpoint.close();
      }
    },
    () => inspectModel({ path: file, answers: { activation: 'gelu' } }),
  ]);
}

async function readPrompts(folder: string, bytes: Buffer): Promise<void> {
  const path = join(folder, 'case.pth');
  await writeFile(path, bytes);
  await importPrompts({ path, targetFile: join(folder, 'prompts.safetensors') });
}

async function readConfig(folder: string, { bytes, config }: FuzzCase): Promise<void> {
  if (config === undefined) throw new Error('a config without its weights');
  const path = join(folder, 'model');
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  await writeFile(join(path, config.weightsName), config.weights);
  await writeFile(join(path, config.fileName), bytes);
  await inspectModel({ path, answers: {} });
}

/** A folder a seed: importing again, with another table, is what a user does who mends one. */
async function readDataset(folder: string, { bytes, dataset }: FuzzCase, core: Core): Promise<void> {
  if (dataset === undefined) throw new Error('a table without its images');
  const root = join(folder, 'sets', dataset.name);
  for (const [name, content] of Object.entries({ ...dataset.files, [dataset.table]: bytes })) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  await each([
    () => core.call('datasets.inspect', { path: root }),
    () => core.call('datasets.inspect', { path: root, layout: dataset.layout }),
    () => importAll(root, dataset.layout, core),
  ]);
}

async function importAll(path: string, layout: DatasetLayout, core: Core): Promise<void> {
  const { dataset, job } = await core.call('datasets.import', { path, layout });
  const ended = await jobEnd(core, job);
  const page = { offset: 0, limit: 50 };
  const { rows } = await core.call('images.list', {
    ...{ datasetId: dataset.id, runId: null, className: null, sort: 'path', descending: false },
    ...page,
  });
  await core.call('datasets.problems', { datasetId: dataset.id, ...page });
  for (const { image } of rows.slice(0, 4)) {
    const answers = [
      await core.asset(assetPaths.image(image.id)),
      await core.asset(assetPaths.mask(image.id)),
    ];
    const failed = answers.find(({ status }) => status === 500);
    if (failed !== undefined) throw new Error(`an asset of ${image.path} failed`);
  }
  if (ended.error !== null) throw new WorkbenchError(ended.error.code as 'internal', ended.error.message);
}

async function jobEnd(core: Core, job: Job): Promise<Job> {
  const ended = Promise.withResolvers<Job>();
  const see = (seen: Job) => {
    if (seen.state !== 'queued' && seen.state !== 'running') ended.resolve(seen);
  };
  const unsubscribe = core.subscribe((event) => {
    if (event.event === 'job.changed' && event.job.id === job.id) see(event.job);
  });
  try {
    see(await core.call('jobs.get', { jobId: job.id }));
    return await ended.promise;
  } finally {
    unsubscribe();
  }
}
