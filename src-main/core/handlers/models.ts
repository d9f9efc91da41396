import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { downloadTitle, isDownloadOf } from '../../../src-shared/domain/catalogue.ts';
import { starterModelId } from '../../../src-shared/domain/model.ts';
import { activeUser } from '../library/active-users.ts';
import { sizeOf } from '../library/disk-use.ts';
import { describeEntry } from '../downloads/describe-entry.ts';
import type { ModelDownloadPayload } from '../downloads/model-download-job.ts';
import { fromSystemError } from '../error-report.ts';
import { removedModelFolder } from '../library/library-sweep.ts';
import { letGoOfStarterPrompts } from '../library/starter-prompts.ts';
import type { DomainHandlers, Services } from './handler.ts';
import { startJob } from './start-job.ts';

export function modelsHandlers(services: Services): DomainHandlers<'models'> {
  const { database, repositories, folders, queue, compute, events, closing, options, starterModel } =
    services;
  const { models, promptSets, jobs } = repositories;

  /** A name as an id of the library that nothing uses yet: no model, no folder, no import under way. */
  function freeModelId(name: string): string {
    const slug =
      name
        .normalize('NFKD')
        .toLowerCase()
        .replaceAll(/[^a-z0-9._]+/g, '-')
        .replaceAll(/^[^a-z0-9]+|-+$/g, '')
        .slice(0, 70) || 'model';
    const reserved = new Set(jobs.listActive().map((job) => job.modelId));
    for (let n = 1; ; n++) {
      const id = n === 1 ? slug : `${slug}-${n}`;
      if (id === starterModelId) continue;
      if (models.get(id) === null && !reserved.has(id) && !existsSync(folders.model(id))) return id;
    }
  }

  return {
    'models.list': async () => {
      await starterModel.ensure();
      return { models: models.list() };
    },
    'models.inspect': ({ path, answers }) =>
      compute.call('model.inspect', { path, answers: answers ?? {} }, { signal: closing }),
    'models.import': async ({ path, name, answers = {} }) => {
      const preview = await compute.call('model.inspect', { path, answers }, { signal: closing });
      if (preview.questions.length > 0) {
        throw new WorkbenchError(
          'needs-choice',
          `${basename(path)} leaves something open: ${preview.questions.map((q) => q.message).join(' ')}`,
        );
      }
      const finalName = name ?? preview.suggestedName;
      const { modelId, jobId } = database.transaction(() => {
        const id = freeModelId(finalName);
        return {
          modelId: id,
          jobId: queue.add({
            kind: 'model-import',
            title: `Import ${finalName}`,
            payload: { modelId: id, name: finalName, path, answers },
            modelId: id,
          }),
        };
      });
      const job = startJob(queue, jobId);
      return { modelId, job };
    },
    'models.rename': ({ modelId, name }) => {
      const model = models.get(modelId);
      if (model === null) throw noModel(modelId);
      if (model.bundled === true) {
        throw new WorkbenchError(
          'forbidden',
          `«${modelId}» came with the workbench and keeps its name: it is made anew when the workbench brings another.`,
        );
      }
      models.rename(modelId, name);
      events.emit({ event: 'models.changed' });
      return { ...model, name };
    },
    'models.catalogue': async () => {
      const entries = await services.catalogue.entries();
      return { items: await Promise.all(entries.map((entry) => describeEntry(entry, services))) };
    },
    'models.download': async ({ entryId, keepFile }) => {
      const entry = await services.catalogue.find(entryId);
      if (entry.file === null) {
        throw new WorkbenchError(
          'unsupported',
          `${entry.name} cannot be fetched by the workbench. ${entry.byHand ?? ''}`,
        );
      }
      const there = await describeEntry(entry, services);
      if (there.modelId !== null || there.promptSetId !== null) {
        throw new WorkbenchError(
          'already-exists',
          `${entry.name} is in the library already${there.modelId === null ? '' : ` as «${there.modelId}»`}. Remove it first to fetch it again.`,
        );
      }
      const { modelId, jobId } = database.transaction(() => {
        const running = jobs.listActive().find((job) => isDownloadOf(job, entry));
        if (running !== undefined) {
          throw new WorkbenchError('busy', `${entry.name} is on its way already (job ${running.id}).`);
        }
        const id = entry.kind === 'model' ? freeModelId(entry.id) : null;
        return {
          modelId: id,
          jobId: queue.add({
            kind: 'model-download',
            title: downloadTitle(entry),
            payload: { entryId, modelId: id, keepFile } satisfies ModelDownloadPayload,
            ...(id === null ? {} : { modelId: id }),
          }),
        };
      });
      const job = startJob(queue, jobId);
      return { modelId, job };
    },
    'models.discard': async ({ entryId }) => {
      const entry = await services.catalogue.find(entryId);
      const user = jobs.listActive().find((job) => isDownloadOf(job, entry));
      if (user !== undefined) {
        throw new WorkbenchError(
          'in-use',
          `«${user.title}» is at work on it. Wait for it or cancel it, then discard what was fetched.`,
        );
      }
      const folder = folders.download(entryId);
      if (!existsSync(folder)) {
        throw new WorkbenchError('not-found', `Nothing of ${entry.name} was fetched.`);
      }
      try {
        await rm(folder, { recursive: true, force: true });
      } catch (thrown) {
        throw fromSystemError(thrown, folder);
      }
      events.emit({ event: 'models.changed' });
      return { ok: true };
    },
    'models.diskUse': async () => {
      const sizes = {
        models: await Promise.all(
          models.list().map(async ({ id }) => ({ modelId: id, sizeBytes: await sizeOf(folders.model(id)) })),
        ),
        promptSets: await Promise.all(
          promptSets.listStored().map(async ({ promptSet, storedFile }) => ({
            promptSetId: promptSet.id,
            sizeBytes: await sizeOf(folders.promptFile(storedFile)),
          })),
        ),
        downloadsBytes: await sizeOf(folders.downloads),
      };
      const rows = [...sizes.models, ...sizes.promptSets];
      return {
        ...sizes,
        totalBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, sizes.downloadsBytes),
      };
    },
    'models.remove': async ({ modelId }) => {
      await starterModel.settled();
      const model = models.get(modelId);
      if (model === null) throw noModel(modelId);
      const user = activeUser(repositories, (run) => run.modelId === modelId);
      if (user !== null) {
        throw new WorkbenchError(
          'in-use',
          `«${user.title}» uses this model. Wait for it or cancel it, then remove the model.`,
        );
      }
      const folder = folders.model(modelId);
      const trash = removedModelFolder(folder);
      try {
        // Renaming first: a model is there as a whole or not at all, whatever happens while its files are deleted.
        if (existsSync(folder)) await rename(folder, trash);
      } catch (thrown) {
        throw fromSystemError(thrown, folder);
      }
      const promptFiles = database.transaction(() => {
        models.remove(modelId);
        return model.bundled === true ? letGoOfStarterPrompts(repositories) : [];
      });
      // The program's own model is made anew, from the files that the program brings, when models are asked for next.
      starterModel.forget();
      events.emit({ event: 'models.changed' });
      for (const left of [trash, ...promptFiles.map((file) => folders.promptFile(file))])
        await rm(left, { recursive: true, force: true }).catch((thrown: unknown) => {
          options.log('warn', `${left} could not be deleted: ${String(thrown)}`);
        });
      return { ok: true };
    },
  };
}

function noModel(modelId: string): WorkbenchError {
  return new WorkbenchError('not-found', `There is no model «${modelId}».`);
}
