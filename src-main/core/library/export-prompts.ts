import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { ComputeClient } from '../compute-client/compute-client.ts';
import type { Repositories } from '../db/repositories.ts';
import type { StoredPromptSet } from '../db/prompt-sets-repository.ts';
import type { LibraryFolders } from './library-folders.ts';

export interface PromptsToExport {
  readonly stored: StoredPromptSet;
  readonly format: 'safetensors' | 'torch';
  readonly file: string;
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes a prompt set for other programs. Throws `bad-request` for a path that is not absolute, `already-exists`, and what the
 * compute process says of the file.
 */
export async function exportPrompts(
  {
    repositories,
    folders,
    compute,
  }: {
    readonly repositories: Pick<Repositories, 'models'>;
    readonly folders: LibraryFolders;
    readonly compute: ComputeClient;
  },
  { stored, format, file, overwrite, signal }: PromptsToExport,
): Promise<{ file: string; sha256: string }> {
  if (!isAbsolute(file))
    throw new WorkbenchError('bad-request', `${file} is no full path. Say where the file is to lie.`);
  if (!overwrite && existsSync(file))
    throw new WorkbenchError('already-exists', `${file} is there already. Choose another name.`);
  const { promptSet, storedFile } = stored;
  const model = modelOf(repositories, stored);
  const { sha256 } = await compute.call(
    'prompts.write',
    {
      source: folders.promptFile(storedFile),
      target: file,
      format,
      metadata:
        promptSet.provenance === undefined ? {} : { provenance: JSON.stringify(promptSet.provenance) },
      ...(model === null ? {} : { model: { folder: folders.model(model.id), config: model.config } }),
    },
    { signal },
  );
  return { file, sha256 };
}

/** The model that the prompts were learned with, where it is still here: the released code wants its token embeddings too. */
function modelOf({ models }: Pick<Repositories, 'models'>, { promptSet }: StoredPromptSet): Model | null {
  const sha256 = promptSet.provenance?.modelSha256;
  return models.list().find((model) => model.sha256 === sha256) ?? null;
}
