import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import type { PromptProvenance } from '../../../src-shared/domain/training.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { Log } from '../core.ts';
import { stemOf } from '../datasets/image-names.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError } from '../error-report.ts';
import type { EventBus } from '../event-bus.ts';
import type { LibraryFolders } from './library-folders.ts';

export interface ImportPromptsServices {
  readonly repositories: Pick<Repositories, 'promptSets'>;
  readonly folders: LibraryFolders;
  readonly compute: ComputeClient;
  readonly events: EventBus;
  readonly log: Log;
}

export interface PromptsToImport {
  readonly path: string;
  /** Absent: the file's. */
  readonly name?: string | undefined;
  /** Where the file is from, to be remembered; absent: its path. */
  readonly sourceFile?: string;
  /** Absent: as the file says, if it does. */
  readonly provenance?: PromptProvenance;
  readonly signal: AbortSignal;
  /** Around the last step, which makes the prompts appear. */
  readonly store?: <T>(work: () => T) => T;
}

/** Takes learned prompts out of a file into the library; nothing is left behind where that fails. */
export async function importPrompts(
  { repositories, folders, compute, events, log }: ImportPromptsServices,
  { path, name, sourceFile = path, provenance, signal, store = (work) => work() }: PromptsToImport,
): Promise<PromptSet> {
  const storedFile = `${randomUUID()}.safetensors`;
  const targetFile = folders.promptFile(storedFile);
  try {
    await mkdir(folders.prompts, { recursive: true });
  } catch (thrown) {
    throw fromSystemError(thrown, folders.prompts);
  }
  try {
    const { provenance: written, ...imported } = await compute.call(
      'prompts.import',
      { path, targetFile },
      { signal },
    );
    // What the program knows of its own training comes before what a file says.
    const from = provenance ?? written;
    const promptSet = store(() =>
      repositories.promptSets.insert(
        {
          ...imported,
          name: name ?? (stemOf(basename(path)).slice(0, 80) || 'Prompts'),
          sourceFile,
          importedAtMs: Date.now(),
          ...(from === null ? {} : { provenance: from }),
        },
        storedFile,
      ),
    );
    events.emit({ event: 'models.changed' });
    return promptSet;
  } catch (thrown) {
    await rm(targetFile, { force: true }).catch((unremoved: unknown) => {
      log('warn', `${targetFile} could not be deleted: ${String(unremoved)}`);
    });
    throw thrown;
  }
}
