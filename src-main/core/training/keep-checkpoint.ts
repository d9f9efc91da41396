import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import type { Training } from '../../../src-shared/domain/training.ts';
import type { Repositories } from '../db/repositories.ts';
import { importPrompts, type ImportPromptsServices } from '../library/import-prompts.ts';
import { provenanceMetadata, provenanceOf } from './provenance.ts';

export interface KeepServices extends ImportPromptsServices {
  readonly repositories: Pick<Repositories, 'promptSets' | 'trainingCheckpoints'>;
  readonly version: string;
}

export interface CheckpointToKeep {
  readonly training: Training;
  readonly epoch: number;
  readonly name: string;
  readonly signal: AbortSignal;
}

/**
 * Makes a prompt set of a checkpoint, with where it comes from and what it was worth. One that was kept already is given back
 * as it is. Throws `not-found` where the epoch has no checkpoint.
 */
export async function keepCheckpoint(
  services: KeepServices,
  { training, epoch, name, signal }: CheckpointToKeep,
): Promise<PromptSet> {
  const { repositories, folders, compute, events, version } = services;
  const stored = repositories.trainingCheckpoints.get(training.id, epoch);
  if (stored === null)
    throw new WorkbenchError(
      'not-found',
      `«${training.name}» has no checkpoint of epoch ${epoch}; it has ${training.epochsDone}.`,
    );
  const { id, validation, createdAtMs, keptAsPromptSetId } = stored.checkpoint;
  const kept = keptAsPromptSetId === null ? null : repositories.promptSets.get(keptAsPromptSetId);
  if (kept !== null) return kept.promptSet;
  const source = join(folders.training(training.id), stored.storedFile);
  const { losses } = stored;
  const provenance = provenanceOf(training, { epoch, losses, validation, version, createdAtMs });
  const written = join(folders.training(training.id), `keep-${randomUUID()}.safetensors`);
  try {
    await compute.call(
      'prompts.write',
      { source, target: written, format: 'safetensors', metadata: provenanceMetadata(provenance) },
      { signal },
    );
    const promptSet = await importPrompts(services, {
      path: written,
      name,
      sourceFile: source,
      provenance,
      signal,
    });
    repositories.trainingCheckpoints.setKept(id, promptSet.id);
    events.emit({ event: 'trainings.changed', trainingId: training.id });
    return promptSet;
  } finally {
    await rm(written, { force: true });
  }
}
