import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import { freeBytesAt } from '../../system/free-bytes.ts';
import { readComputeSettings } from '../compute-settings.ts';
import { copyDataFolder, copySizeBytes, freeBytesFor, lookAtDataFolder } from '../copy-data-folder.ts';
import { chooseNextDataFolder, describeDataFolder } from '../data-folder.ts';
import { runDoctor } from '../doctor.ts';
import { dataFolderUse } from '../library/disk-use.ts';
import { reportProblem } from '../problem-report.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function appHandlers(services: Services): DomainHandlers<'app'> {
  const { options, folders, compute, closing, database, repositories, thumbnailLimit, featureCacheLimit } =
    services;

  async function diskUse(): Promise<MethodResult<'app.diskUse'>> {
    return {
      parts: [...(await dataFolderUse(folders, database.filePath))],
      freeBytes: await freeBytesAt(folders.dataFolder),
      thumbnailLimitBytes: thumbnailLimit.limitBytes(),
      featureLimitBytes: featureCacheLimit.limitBytes(),
    };
  }
  let copying: AbortController | null = null;
  const dataFolder = () => describeDataFolder(folders.dataFolder, options.dataFolderChoice);

  return {
    'app.info': () => ({
      version: options.version,
      dataFolder: folders.dataFolder,
      host: options.host,
      homeFolder: homedir(),
    }),
    'app.conformance': ({ folder }) =>
      compute.call('conformance.run', { folder: resolve(folder) }, { signal: closing }),
    'app.doctor': async () => ({ checks: await runDoctor(services) }),
    'app.diskUse': diskUse,
    'app.clearThumbnails': async () => {
      await thumbnailLimit.clear();
      return await diskUse();
    },
    'app.limitThumbnails': async ({ limitBytes }) => {
      await thumbnailLimit.setLimit(limitBytes);
      return await diskUse();
    },
    'app.clearFeatures': async () => {
      await featureCacheLimit.clear();
      return await diskUse();
    },
    'app.limitFeatures': async ({ limitBytes }) => {
      await featureCacheLimit.setLimit(limitBytes);
      return await diskUse();
    },
    'app.dataFolder': dataFolder,
    'app.chooseDataFolder': ({ folder }) => {
      chooseNextDataFolder(folders.dataFolder, options.dataFolderChoice, folder);
      return dataFolder();
    },
    'app.inspectDataFolder': async ({ folder }) => {
      const content = lookAtDataFolder(folders.dataFolder, folder);
      const [neededBytes, freeBytes] = await Promise.all([
        copySizeBytes(folders.dataFolder),
        freeBytesFor(folder),
      ]);
      return { content, neededBytes, freeBytes };
    },
    'app.copyDataFolder': async ({ folder }) => {
      if (options.dataFolderChoice === undefined) chooseNextDataFolder(folders.dataFolder, undefined, folder);
      if (copying !== null)
        throw new WorkbenchError('busy', 'The data folder is being copied already. Wait until that is done.');
      if (repositories.jobs.list().some(({ state }) => state === 'running' || state === 'queued'))
        throw new WorkbenchError(
          'busy',
          'Jobs are under way, and a copy of now would hold half of what they make. Wait for them, or pause or cancel them under «Jobs»; then copy.',
        );
      copying = new AbortController();
      try {
        await copyDataFolder({
          database,
          dataFolder: folders.dataFolder,
          target: folder,
          signal: AbortSignal.any([copying.signal, closing]),
        });
      } finally {
        copying = null;
      }
      chooseNextDataFolder(folders.dataFolder, options.dataFolderChoice, folder);
      return dataFolder();
    },
    'app.stopCopyingDataFolder': () => {
      copying?.abort(new WorkbenchError('cancelled', 'The copy was stopped. Nothing of it was kept.'));
      return { ok: true };
    },
    'app.compute': async () => {
      const { offer } = await compute.call('runtime.info', {}, { signal: closing });
      if (offer === undefined)
        throw new WorkbenchError('unavailable', 'The compute process does not say what it can use.');
      return { offer, settings: readComputeSettings(repositories, options.computeSettings) };
    },
    'app.tryProvider': ({ provider }) => compute.call('runtime.try', { provider }, { signal: closing }),
    'app.report': async () => ({ text: await reportProblem(services, services.logLines()) }),
  };
}
