import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { catalogueIdSchema } from '../../../src-shared/domain/catalogue.ts';
import { modelAnswersSchema, modelIdSchema } from '../../../src-shared/domain/model.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { Log } from '../core.ts';
import type { Repositories } from '../db/repositories.ts';
import { discard } from '../downloads/discard.ts';
import type { EventBus } from '../event-bus.ts';
import type { LibraryFolders } from './library-folders.ts';
import { defineJobKind } from '../jobs/job-kind.ts';

const modelImportPayloadSchema = z.object({
  modelId: modelIdSchema,
  name: z.string().min(1),
  path: z.string().min(1),
  answers: modelAnswersSchema,
  /** Where the file was fetched, to be remembered instead of where it lay. */
  origin: z.string().optional(),
  /** The download that is removed once the model is in the library. */
  discardFolder: catalogueIdSchema.optional(),
});

export interface ModelImportJobOptions {
  readonly repositories: Repositories;
  readonly compute: ComputeClient;
  readonly folders: LibraryFolders;
  readonly events: EventBus;
  readonly log: Log;
}

/** Converts a checkpoint into the library. The row is stored last: a model that is listed is complete. */
export function createModelImportJobKind(options: ModelImportJobOptions) {
  const { repositories, compute, folders, events } = options;
  return defineJobKind({
    kind: 'model-import',
    lane: 'compute',
    payloadSchema: modelImportPayloadSchema,
    async run({ modelId, name, path, answers, origin = path, discardFolder }, { signal, report, store }) {
      const discardDownload = async () => {
        if (discardFolder !== undefined) await discard(folders.download(discardFolder), options);
      };
      const known = repositories.models.get(modelId);
      // Stored already, but the program stopped before the job could say so.
      if (known?.sourceFile === origin && known.name === name) {
        await discardDownload();
        return;
      }
      if (known !== null) {
        throw new WorkbenchError(
          'already-exists',
          `The library has another model «${modelId}» by now. Start the import again; it gets a name of its own.`,
        );
      }
      const targetFolder = folders.model(modelId);
      // Without a row the folder is what an import left behind that was killed; the id is reserved for this job.
      await rm(targetFolder, { recursive: true, force: true });
      report({ done: 0, total: null, message: `Reading ${path}` });
      const imported = await compute.call(
        'model.import',
        { path, answers, targetFolder },
        {
          signal,
          onProgress: ({ done, total, message }) => {
            report({ done: Math.round(done), total: Math.round(total), message });
          },
        },
      );
      store(() => {
        repositories.models.insert({
          id: modelId,
          name,
          sourceFile: origin,
          importedAtMs: Date.now(),
          ...imported,
        });
      });
      events.emit({ event: 'models.changed' });
      await discardDownload();
    },
  });
}
