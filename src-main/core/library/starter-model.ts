import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { starterModelId, type Model } from '../../../src-shared/domain/model.ts';
import { addFileToHash } from '../../system/hash-file.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { Log } from '../core.ts';
import type { Database } from '../db/database.ts';
import type { Repositories } from '../db/repositories.ts';
import { systemErrorCode } from '../error-report.ts';
import type { EventBus } from '../event-bus.ts';
import { isProcessAlive } from '../../system/process-alive.ts';
import { activeUser } from './active-users.ts';
import type { LibraryFolders } from './library-folders.ts';
import { removedModelFolder } from './library-sweep.ts';
import { takeInStarterPrompts } from './starter-prompts.ts';

/** The model that comes with the program, with its prompts: made in the library where it is missing or was made from other files. */
export interface StarterModel {
  /**
   * Looks once a process, makes it if need be (a second or two, the first time) and takes in the prompts that come with it.
   * Never rejects: failures are logged.
   */
  ensure(): Promise<void>;
  /** `ensure`, and where there is still no such model another try, whose reason it rejects with. */
  demand(): Promise<void>;
  /** The next `ensure` looks again. */
  forget(): void;
  /** Ends with what is under way. */
  settled(): Promise<void>;
}

export interface StarterModelOptions {
  /** Null, or without `model.safetensors`: the program brings none. */
  readonly starterModelFolder: string | null;
  readonly database: Database;
  readonly repositories: Pick<Repositories, 'models' | 'promptSets' | 'jobs' | 'runs'>;
  readonly folders: LibraryFolders;
  readonly compute: ComputeClient;
  readonly events: EventBus;
  readonly closing: AbortSignal;
  readonly log: Log;
}

const weightsName = 'model.safetensors';
const configName = 'open_clip_config.json';
const starterName = 'Starter model';

/** Changes where the same files are imported as something else than before. */
const importVersion = '1';

export function createStarterModel(options: StarterModelOptions): StarterModel {
  const { starterModelFolder, repositories, log, closing } = options;
  let looking: Promise<void> | null = null;

  function ensure(): Promise<void> {
    if (starterModelFolder === null) return Promise.resolve();
    looking ??= make(starterModelFolder, options).catch((thrown: unknown) => {
      if (!closing.aborted)
        log('warn', `The starter model could not be made: ${toErrorShape(thrown).message}`);
    });
    return looking;
  }

  return {
    ensure,
    async demand() {
      await ensure();
      if (starterModelFolder === null || repositories.models.bundled() !== null) return;
      await make(starterModelFolder, options);
    },
    forget() {
      looking = null;
    },
    async settled() {
      await looking;
    },
  };
}

/** Prompts come with the model that they were learned with: where that is not made yet, they are not here either. */
async function make(starterModelFolder: string, options: StarterModelOptions): Promise<void> {
  const model = await makeIfNeeded(starterModelFolder, options);
  if (model !== null) await takeInStarterPrompts(starterModelFolder, model, options);
}

/** SHA-256 over the program's files, hex; null where it brings none. */
async function hashOf(starterModelFolder: string): Promise<string | null> {
  const hash = createHash('sha256').update(importVersion);
  try {
    for (const name of [weightsName, configName]) await addFileToHash(hash, join(starterModelFolder, name));
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null;
    throw thrown;
  }
  return hash.digest('hex');
}

/** The model as the program brings it; null where it brings none, or another is still in use. */
async function makeIfNeeded(starterModelFolder: string, options: StarterModelOptions): Promise<Model | null> {
  const { repositories, folders, compute, events, closing, log } = options;
  const { models } = repositories;
  const hash = await hashOf(starterModelFolder);
  if (hash === null) return null;

  const made = (): Model | null => {
    const known = models.bundled();
    if (known?.hash !== hash || !existsSync(join(folders.model(known.model.id), weightsName))) return null;
    return known.model;
  };
  const isInUse = () => {
    const id = models.bundled()?.model.id;
    return (
      id !== undefined &&
      existsSync(folders.model(id)) &&
      activeUser(repositories, (run) => run.modelId === id) !== null
    );
  };
  const there = made();
  if (there !== null) return there;
  if (isInUse()) {
    // A run keeps the weights that it began with; the next start tries again.
    log('info', 'The starter model is in use; its newer form is taken at another start.');
    return null;
  }
  await mkdir(folders.models, { recursive: true });
  await sweepAbandoned(folders.models);
  const making = join(folders.models, `.bundled-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    const { warnings, ...imported } = await compute.call(
      'model.import',
      { path: starterModelFolder, answers: {}, targetFolder: making },
      { signal: closing },
    );
    for (const warning of warnings) log('info', `Starter model: ${warning}`);
    // Another process may have made it meanwhile, from the same files: one immediate transaction decides who was first.
    const trash = options.database.transaction(() => {
      if (made() !== null || isInUse()) return null;
      const known = models.bundled();
      const id =
        known?.model.id ?? (models.get(starterModelId) === null ? starterModelId : 'starter-bundled');
      const folder = folders.model(id);
      const aside = existsSync(folder) ? removedModelFolder(folder) : null;
      if (aside !== null) renameSync(folder, aside);
      renameSync(making, folder);
      if (known !== null) models.remove(id);
      const sourceFile = join(starterModelFolder, weightsName);
      models.insert({ id, name: starterName, sourceFile, importedAtMs: Date.now(), ...imported }, hash);
      return aside;
    });
    if (trash !== null) await rm(trash, { recursive: true, force: true });
    events.emit({ event: 'models.changed' });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  const model = made();
  if (model === null && !isInUse())
    throw new WorkbenchError('internal', `The starter model was made and is not in ${folders.models}.`);
  return model;
}

/** Removes what a process left that was killed while it made the model. */
async function sweepAbandoned(modelsFolder: string): Promise<void> {
  for (const name of await readdir(modelsFolder)) {
    const processId = /^\.bundled-(\d{1,10})-[0-9a-f]{8}$/.exec(name)?.[1];
    if (processId !== undefined && !isProcessAlive(Number(processId)))
      await rm(join(modelsFolder, name), { recursive: true, force: true });
  }
}
