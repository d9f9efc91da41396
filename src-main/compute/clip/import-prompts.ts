import { openCheckpoint } from '../checkpoints/open-checkpoint.ts';
import { writeSafetensors } from '../checkpoints/write-safetensors.ts';
import { convertTensor } from './convert-tensor.ts';
import { readPromptLayout, type PromptLayout } from './prompt-layouts.ts';

export interface ImportPromptsOptions {
  /** A released `.pth` of AnomalyCLIP or FAPrompt, or safetensors with the same keys. */
  readonly path: string;
  /** Absolute; replaced where it exists. */
  readonly targetFile: string;
  readonly signal?: AbortSignal;
}

export type ImportedPrompts = Omit<PromptLayout, 'tensors'> & { readonly sha256: string };

/**
 * Reads the learned prompts of AnomalyCLIP or FAPrompt (methods.md §5, §6), told apart by their tensors, and writes them as fp32
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
    const { tensors, ...prompts } = readPromptLayout(checkpoint);
    const { sha256 } = await writeSafetensors({
      file: targetFile,
      tensors: tensors.map((tensor) => ({
        name: tensor.name,
        shape: tensor.shape,
        chunks: () => convertTensor(path, tensor, signal),
      })),
      metadata: { format: 'pt', made_by: 'anomaly-workbench', method: prompts.methodId },
      ...(signal ? { signal } : {}),
    });
    return { ...prompts, sha256 };
  } finally {
    await checkpoint.close();
  }
}
