import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { stemOf } from '../datasets/image-names.ts';
import { fromSystemError } from '../error-report.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function promptsHandlers(services: Services): DomainHandlers<'prompts'> {
  const { repositories, folders, compute, events, closing, options } = services;
  const { promptSets, jobs, runs } = repositories;
  const discard = (file: string) =>
    rm(file, { force: true }).catch((thrown: unknown) => {
      options.log('warn', `${file} could not be deleted: ${String(thrown)}`);
    });
  return {
    'prompts.list': () => ({ promptSets: promptSets.list() }),
    'prompts.import': async ({ path, name }) => {
      const storedFile = `${randomUUID()}.safetensors`;
      const targetFile = folders.promptFile(storedFile);
      try {
        await mkdir(folders.prompts, { recursive: true });
      } catch (thrown) {
        throw fromSystemError(thrown, folders.prompts);
      }
      try {
        const imported = await compute.call('prompts.import', { path, targetFile }, { signal: closing });
        const promptSet = promptSets.insert(
          {
            ...imported,
            name: name ?? (stemOf(basename(path)).slice(0, 80) || 'Prompts'),
            sourceFile: path,
            importedAtMs: Date.now(),
          },
          storedFile,
        );
        events.emit({ event: 'models.changed' });
        return promptSet;
      } catch (thrown) {
        await discard(targetFile);
        throw thrown;
      }
    },
    'prompts.remove': async ({ promptSetId }) => {
      const stored = promptSets.get(promptSetId);
      if (stored === null) {
        throw new WorkbenchError('not-found', `There are no learned prompts ${promptSetId}.`);
      }
      const user = jobs
        .listActive()
        .find((job) => job.runId !== null && runs.get(job.runId)?.promptSetId === promptSetId);
      if (user !== undefined) {
        throw new WorkbenchError(
          'in-use',
          `«${user.title}» uses these prompts. Wait for it or cancel it, then remove them.`,
        );
      }
      promptSets.remove(promptSetId);
      events.emit({ event: 'models.changed' });
      await discard(folders.promptFile(stored.storedFile));
      return { ok: true };
    },
  };
}
