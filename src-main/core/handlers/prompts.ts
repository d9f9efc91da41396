import { rm } from 'node:fs/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { activeUser } from '../library/active-users.ts';
import { exportPrompts } from '../library/export-prompts.ts';
import { importPrompts } from '../library/import-prompts.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function promptsHandlers(services: Services): DomainHandlers<'prompts'> {
  const { repositories, folders, events, closing, options, starterModel } = services;
  const { promptSets } = repositories;
  const discard = (file: string) =>
    rm(file, { force: true }).catch((thrown: unknown) => {
      options.log('warn', `${file} could not be deleted: ${String(thrown)}`);
    });
  return {
    'prompts.list': async () => {
      await starterModel.ensure();
      return { promptSets: promptSets.list() };
    },
    'prompts.import': ({ path, name }) =>
      importPrompts({ ...services, log: options.log }, { path, name, signal: closing }),
    'prompts.export': ({ promptSetId, ...target }) => {
      const stored = promptSets.get(promptSetId);
      if (stored === null) throw noPrompts(promptSetId);
      return exportPrompts(services, { stored, ...target, signal: closing });
    },
    'prompts.rename': ({ promptSetId, name }) => {
      if (!promptSets.rename(promptSetId, name)) throw noPrompts(promptSetId);
      events.emit({ event: 'models.changed' });
      const renamed = promptSets.get(promptSetId);
      if (renamed === null) throw noPrompts(promptSetId);
      return renamed.promptSet;
    },
    'prompts.remove': async ({ promptSetId }) => {
      const stored = promptSets.get(promptSetId);
      if (stored === null) {
        throw noPrompts(promptSetId);
      }
      const user = activeUser(repositories, (run) => run.promptSetId === promptSetId);
      if (user !== null) {
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

function noPrompts(promptSetId: number): WorkbenchError {
  return new WorkbenchError('not-found', `There are no learned prompts ${promptSetId}.`);
}
