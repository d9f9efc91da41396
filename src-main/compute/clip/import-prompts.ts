import { promptProvenanceSchema, type PromptProvenance } from '../../../src-shared/domain/training.ts';
import { openCheckpoint } from '../checkpoints/open-checkpoint.ts';
import { writeSafetensors } from '../checkpoints/write-safetensors.ts';
import { convertTensor } from './convert-tensor.ts';
import { wordingOf } from './prompt-wording.ts';
import { promptMetadata } from './write-prompts.ts';
import { readPromptLayout, type PromptLayout } from './prompt-layouts.ts';

export interface ImportPromptsOptions {
  /** A released `.pth` of AnomalyCLIP or FAPrompt, or safetensors with the same keys. */
  readonly path: string;
  /** Absolute; replaced where it exists. */
  readonly targetFile: string;
  readonly signal?: AbortSignal;
}

export type ImportedPrompts = Omit<PromptLayout, 'tensors'> & {
  readonly sha256: string;
  /** Where a file of this program says that it comes from; null where it says nothing that can be read. */
  readonly provenance: PromptProvenance | null;
};

/**
 * Reads the learned prompts of AnomalyCLIP, FAPrompt or CoOp (methods.md §5, §6, §7), told apart by their tensors, and writes them as fp32
 * safetensors at `targetFile`, all or nothing. Only what the method uses is kept. Throws `unsupported` for files of another kind,
 * `corrupt-file` for missing, mis-shaped or non-finite tensors.
 */
export async function importPrompts({
  path,
  targetFile,
  signal,
}: ImportPromptsOptions): Promise<ImportedPrompts> {
  const checkpoint = await openCheckpoint(path, 'learned prompts');
  try {
    const stored = checkpoint.metadata;
    const provenance = provenanceOf(stored.get('provenance'));
    const { tensors, ...prompts } = readPromptLayout(checkpoint, stored.get('method'));
    const { sha256 } = await writeSafetensors({
      file: targetFile,
      tensors: tensors.map((tensor) => ({
        name: tensor.name,
        shape: tensor.shape,
        chunks: () => convertTensor(path, tensor, signal),
      })),
      metadata: {
        ...(provenance === null ? {} : { provenance: JSON.stringify(provenance) }),
        ...promptMetadata(prompts, wordingOf(stored, path)),
      },
      ...(signal ? { signal } : {}),
    });
    return { ...prompts, sha256, provenance };
  } finally {
    await checkpoint.close();
  }
}

function provenanceOf(text: string | undefined): PromptProvenance | null {
  try {
    return promptProvenanceSchema.safeParse(JSON.parse(text ?? 'null')).data ?? null;
  } catch {
    // It says where prompts come from; they can be used without.
    return null;
  }
}
