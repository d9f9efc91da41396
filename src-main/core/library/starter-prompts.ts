import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import {
  promptMethodIdSchema,
  type Model,
  type PromptMethodId,
  type PromptSet,
} from '../../../src-shared/domain/model.ts';
import { addFileToHash } from '../../system/hash-file.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { Log } from '../core.ts';
import type { Database } from '../db/database.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError, systemErrorCode } from '../error-report.ts';
import type { EventBus } from '../event-bus.ts';
import { isProcessAlive } from '../../system/process-alive.ts';
import { activeUser } from './active-users.ts';
import type { LibraryFolders } from './library-folders.ts';

export interface StarterPromptsServices {
  readonly database: Database;
  readonly repositories: Pick<Repositories, 'promptSets' | 'jobs' | 'runs'>;
  readonly folders: LibraryFolders;
  readonly compute: ComputeClient;
  readonly events: EventBus;
  readonly closing: AbortSignal;
  readonly log: Log;
}

/** Changes where the same files are imported as something else than before. */
const importVersion = '1';

/**
 * Takes the learned prompts beside the program's model (`prompts/METHOD.safetensors`, at most one set a method) into the library:
 * each file once, another one in the place of what was taken in before, and never what the user removed. `model` is the
 * program's own, as it lies in the library. Never rejects: a file that cannot be used is logged and hinders nothing.
 */
export async function takeInStarterPrompts(
  starterModelFolder: string,
  model: Model,
  services: StarterPromptsServices,
): Promise<void> {
  for (const methodId of promptMethodIdSchema.options) {
    const file = join(starterModelFolder, 'prompts', `${methodId}.safetensors`);
    try {
      const hash = await hashOf(file, services.closing);
      if (hash !== null) await takeIn({ methodId, file, hash, model }, services);
    } catch (thrown) {
      if (services.closing.aborted) return;
      const { message } = toErrorShape(thrown);
      services.log(
        'warn',
        `${basename(file)}, which comes with the starter model, cannot be used: ${message}`,
      );
    }
  }
}

/**
 * Their model goes: so do its prompts, and those that were removed before may come with it again. Call it in a transaction;
 * returns the stored files, which are to be deleted after it. What a run of another model uses stays.
 */
export function letGoOfStarterPrompts(
  repositories: Pick<Repositories, 'promptSets' | 'jobs' | 'runs'>,
): readonly string[] {
  const { promptSets } = repositories;
  const files: string[] = [];
  const all = promptSets.allBundled();
  for (const methodId of promptMethodIdSchema.options) {
    const known = all[methodId];
    if (known === undefined || isInUse(repositories, known.promptSetId)) continue;
    const stored = promptSets.get(known.promptSetId);
    promptSets.remove(known.promptSetId);
    promptSets.setBundled(methodId, { ...known, comesBack: true });
    if (stored !== null) files.push(stored.storedFile);
  }
  return files;
}

interface ShippedPrompts {
  readonly methodId: PromptMethodId;
  readonly file: string;
  readonly hash: string;
  readonly model: Model;
}

async function takeIn(shipped: ShippedPrompts, services: StarterPromptsServices): Promise<void> {
  const { methodId, file, hash } = shipped;
  const { database, repositories, folders, compute, events, closing, log } = services;
  if (!isWanted(shipped, services)) return;
  await mkdir(folders.prompts, { recursive: true });
  await sweepAbandoned(services);
  const storedFile = `bundled-${process.pid}-${randomBytes(4).toString('hex')}.safetensors`;
  const targetFile = folders.promptFile(storedFile);
  let unused: string | null = targetFile;
  try {
    const { provenance, ...imported } = await compute.call(
      'prompts.import',
      { path: file, targetFile },
      { signal: closing },
    );
    requireFit(imported, shipped);
    // Another process may have taken them in meanwhile: one immediate transaction decides who was first.
    unused = database.transaction(() => {
      if (!isWanted(shipped, services)) return targetFile;
      const { promptSets } = repositories;
      const known = promptSets.allBundled()[methodId];
      const before = known === undefined ? null : promptSets.get(known.promptSetId);
      if (before !== null) promptSets.remove(before.promptSet.id);
      const { id } = promptSets.insert(
        {
          ...imported,
          name: before?.promptSet.name ?? `Starter ${methodCatalogue[methodId].name}`,
          sourceFile: file,
          importedAtMs: Date.now(),
          ...(provenance === null ? {} : { provenance }),
        },
        storedFile,
        // The same prompts again are those that earlier runs were made with; others are not.
        known?.hash === hash ? known.promptSetId : null,
      );
      promptSets.setBundled(methodId, { hash, promptSetId: id, comesBack: false });
      return before === null ? null : folders.promptFile(before.storedFile);
    });
    if (unused !== targetFile) events.emit({ event: 'models.changed' });
  } finally {
    if (unused !== null)
      await rm(unused, { force: true }).catch((thrown: unknown) => {
        log('warn', `${unused ?? ''} could not be deleted: ${String(thrown)}`);
      });
  }
}

/** Whether a file of the program is to be taken in now. */
function isWanted(
  { methodId, hash }: ShippedPrompts,
  { repositories, folders, log }: StarterPromptsServices,
): boolean {
  const { promptSets } = repositories;
  const known = promptSets.allBundled()[methodId];
  if (known === undefined) return true;
  const stored = promptSets.get(known.promptSetId);
  // A set that is gone was removed by the user, unless it went with its model; its file alone is nobody's wish.
  if (known.hash === hash)
    return stored === null ? known.comesBack : !existsSync(folders.promptFile(stored.storedFile));
  if (stored === null || !isInUse(repositories, known.promptSetId)) return true;
  log('info', `«${stored.promptSet.name}» is in use; its newer form is taken at another start.`);
  return false;
}

function isInUse(repositories: Pick<Repositories, 'jobs' | 'runs'>, promptSetId: number): boolean {
  return activeUser(repositories, (run) => run.promptSetId === promptSetId) !== null;
}

function requireFit(
  imported: Pick<PromptSet, 'methodId' | 'textWidth'>,
  { methodId, file, model }: ShippedPrompts,
): void {
  if (imported.methodId !== methodId)
    throw new WorkbenchError('incompatible', `${file} holds prompts of ${imported.methodId}.`);
  if (imported.textWidth !== model.config.text.width)
    throw new WorkbenchError(
      'incompatible',
      `${file} is for text width ${imported.textWidth}, ${model.name} has ${model.config.text.width}.`,
    );
}

/** SHA-256 of a file of the program, hex; null where it brings none. */
async function hashOf(file: string, signal: AbortSignal): Promise<string | null> {
  const hash = createHash('sha256').update(importVersion);
  try {
    await addFileToHash(hash, file, { signal });
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null;
    throw fromSystemError(thrown, file);
  }
  return hash.digest('hex');
}

/** Removes what a process left that was killed while it took prompts in; the second form is a file that was half written. */
async function sweepAbandoned({ repositories, folders, log }: StarterPromptsServices): Promise<void> {
  const stored = new Set(repositories.promptSets.listStored().map(({ storedFile }) => storedFile));
  for (const name of await readdir(folders.prompts)) {
    const processId = /^\.?bundled-(\d{1,10})-[0-9a-f]{8}\.safetensors/.exec(name)?.[1];
    if (processId === undefined || stored.has(name) || isProcessAlive(Number(processId))) continue;
    await rm(folders.promptFile(name), { force: true }).catch((thrown: unknown) => {
      log('warn', `${folders.promptFile(name)} could not be deleted: ${String(thrown)}`);
    });
  }
}
