import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import {
  catalogueIdSchema,
  importTitle,
  type CatalogueEntry,
  type PublishedFile,
} from '../../../src-shared/domain/catalogue.ts';
import { modelIdSchema } from '../../../src-shared/domain/model.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import type { NewJob } from '../db/jobs-repository.ts';
import { discard } from './discard.ts';
import { byHandAdvice } from './download-errors.ts';
import { downloadFile } from './download-file.ts';
import type { CheckpointCatalogue } from './catalogue.ts';
import { importCommand } from './import-command.ts';
import type { HttpTransport } from './https-transport.ts';
import { fromSystemError } from '../error-report.ts';
import { importPrompts, type ImportPromptsServices } from '../library/import-prompts.ts';
import type { Repositories } from '../db/repositories.ts';
import { defineJobKind, type JobContext } from '../jobs/job-kind.ts';

const modelDownloadPayloadSchema = z.object({
  entryId: catalogueIdSchema,
  /** What the model will be called in the library; null for prompts. */
  modelId: modelIdSchema.nullable(),
  /** Leaves the publisher's file in the data folder after the import. */
  keepFile: z.boolean(),
});
export type ModelDownloadPayload = z.infer<typeof modelDownloadPayloadSchema>;

export interface ModelDownloadJobOptions extends ImportPromptsServices {
  readonly repositories: Repositories;
  readonly catalogue: CheckpointCatalogue;
  readonly transport: HttpTransport;
  /** Bytes that this user may still write below a folder. */
  readonly freeBytes: (folder: string) => Promise<number>;
  /** Queues the import that follows, inside the transaction that it is called in. */
  readonly enqueue: (job: NewJob) => number;
  readonly wake: () => void;
}

/** Kept free beside what a download and its import need: the database writes too. */
const spareBytes = 200e6;

/**
 * Fetches a published checkpoint and hands it to the import: a model's by a job of its own, prompts within this one. What
 * was fetched stays until the import is done, so that a failed import is no second download.
 */
export function createModelDownloadJobKind(options: ModelDownloadJobOptions) {
  const { repositories, catalogue, folders, transport, freeBytes } = options;

  async function fetchFile(entry: CatalogueEntry, file: PublishedFile, context: JobContext): Promise<string> {
    const folder = folders.download(entry.id);
    const target = join(folder, file.name);
    try {
      await mkdir(folder, { recursive: true });
    } catch (thrown) {
      throw fromSystemError(thrown, folder);
    }
    let last: Parameters<JobContext['report']>[0] | null = null;
    // A connection that stalls brings nothing to report; the rate that goes down must show all the same.
    const stall = setInterval(() => {
      if (last !== null) context.report(last);
    }, 1000);
    const download = downloadFile({
      file,
      target,
      transport,
      signal: context.signal,
      advice: byHandAdvice(file.url, importCommand(entry, file.name)),
      onProgress: (done, total, message) => {
        last = { done, total, message };
        context.report(last);
      },
      async checkSpace(neededBytes) {
        const needed = neededBytes + (entry.diskBytes ?? 0) + spareBytes;
        const free = await freeBytes(folder);
        if (free >= needed) return;
        throw new WorkbenchError(
          'disk-full',
          `${entry.name} needs ${formatSize(needed)} at ${folder}, for the file and the model made of it; ${formatSize(free)} are free. Free some space, then resume.`,
        );
      },
    });
    await download.finally(() => {
      clearInterval(stall);
    });
    return target;
  }

  return defineJobKind({
    kind: 'model-download',
    lane: 'network',
    payloadSchema: modelDownloadPayloadSchema,
    async run({ entryId, modelId, keepFile }, context) {
      const entry = await catalogue.find(entryId);
      const { file } = entry;
      if (file === null)
        throw new WorkbenchError('unsupported', entry.byHand ?? `${entry.name} has no file.`);
      // Done already, but the program stopped before the job could say so.
      if (modelId === null ? isFetched(repositories, file) : isTaken(repositories, modelId)) return;
      const target = await fetchFile(entry, file, context);
      if (modelId === null) {
        await importPrompts(options, {
          path: target,
          name: entry.name,
          sourceFile: file.url,
          signal: context.signal,
          store: context.store,
        });
        if (!keepFile) await discard(folders.download(entryId), options);
        return;
      }
      context.store(() =>
        options.enqueue({
          kind: 'model-import',
          title: importTitle(entry),
          payload: {
            modelId,
            name: entry.name,
            path: target,
            answers: entry.answers,
            origin: file.url,
            ...(keepFile ? {} : { discardFolder: entryId }),
          },
          modelId,
        }),
      );
      options.wake();
    },
  });
}

function isFetched({ promptSets }: Repositories, file: PublishedFile): boolean {
  return promptSets.list().some(({ sourceFile }) => sourceFile === file.url);
}

function isTaken({ models, jobs }: Repositories, modelId: string): boolean {
  if (models.get(modelId) !== null) return true;
  return jobs.listActive().some((job) => job.kind === 'model-import' && job.modelId === modelId);
}
