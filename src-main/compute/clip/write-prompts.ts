import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { openCheckpoint } from '../checkpoints/open-checkpoint.ts';
import { writeSafetensors } from '../checkpoints/write-safetensors.ts';
import { writeTorchZip, type TorchTensor } from '../checkpoints/write-torch-zip.ts';
import type { ClipTensor } from './clip-tensors.ts';
import { convertTensor } from './convert-tensor.ts';
import { readPromptLayout, type PromptLayout } from './prompt-layouts.ts';
import { wordingMetadata, wordingOf, type PromptWording } from './prompt-wording.ts';
import { releasedBuffers } from './released-buffers.ts';
import { createTokenizer } from './tokenizer.ts';

export interface WritePromptsOptions {
  /** A prompt set, or a checkpoint of a training: what its optimiser remembers is left out. */
  readonly source: string;
  readonly target: string;
  readonly format: 'safetensors' | 'torch';
  /** Goes into the file: safetensors' table of texts, or a table of our own beside the released code's state dict. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The model whose token embeddings the released code's state dict holds; wanted for `torch` alone. */
  readonly model?: { readonly folder: string; readonly config: ClipConfig } | undefined;
  readonly assetsFolder: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes learned prompts for this program or others, under the released code's names; `torch` as its `{"prompt_learner": state_dict}`,
 * beside which stands what we know of the prompts: the released code reads that one key alone.
 * All or nothing. Throws what reading and writing throw, and `needs-choice` where a torch file lacks its model.
 */
export async function writePrompts(options: WritePromptsOptions): Promise<{ sha256: string }> {
  const { source, target, format, metadata, signal } = options;
  const checkpoint = await openCheckpoint(source, 'learned prompts');
  try {
    const wording = wordingOf(checkpoint.metadata, source);
    const layout = readPromptLayout(checkpoint, checkpoint.metadata.get('method'));
    const texts = { ...metadata, ...promptMetadata(layout, wording) };
    const abort = signal ? { signal } : {};
    if (format === 'safetensors') {
      const { sha256 } = await writeSafetensors({
        file: target,
        tensors: layout.tensors.map((tensor) => ({
          name: tensor.name,
          shape: tensor.shape,
          chunks: () => convertTensor(source, tensor, signal),
        })),
        metadata: texts,
        ...abort,
      });
      return { sha256 };
    }
    const tensors = [
      ...(await readAll(source, layout.tensors, signal)),
      ...(layout.methodId === 'coop' ? [] : await buffersOf(options, layout, wording)),
    ];
    const { sha256 } = await writeTorchZip({
      file: target,
      root: 'prompt_learner',
      tensors,
      metadata: texts,
      ...abort,
    });
    return { sha256 };
  } finally {
    await checkpoint.close();
  }
}

/** What every prompt file of ours says of itself. */
export function promptMetadata(
  { methodId }: Pick<PromptLayout, 'methodId'>,
  wording: PromptWording,
): Record<string, string> {
  return {
    format: 'pt',
    made_by: 'anomaly-workbench',
    method: methodId,
    ...wordingMetadata(methodId, wording),
  };
}

async function readAll(
  path: string,
  tensors: readonly ClipTensor[],
  signal: AbortSignal | undefined,
): Promise<TorchTensor[]> {
  const read: TorchTensor[] = [];
  for (const tensor of tensors) {
    const data = new Float32Array(tensor.shape.reduce((product, size) => product * size, 1));
    let done = 0;
    for await (const values of convertTensor(path, tensor, signal)) {
      data.set(values, done);
      done += values.length;
    }
    read.push({ name: tensor.name, shape: tensor.shape, data });
  }
  return read;
}

/** What a torch file has no place for and its readers would do otherwise; null: nothing. */
function unknownToReleased({ objectAware, fusion, priorFrom }: PromptWording): string | null {
  if (objectAware === true) return 'these prompts name the class of each image';
  if (fusion !== null && fusion !== 'mean')
    return `these prompts were learned to be compared one by one (fusion: ${fusion})`;
  return priorFrom === 'class' ? 'the prior of these prompts is made of the class token' : null;
}

function buffersOf(
  { source, model, assetsFolder }: WritePromptsOptions,
  layout: PromptLayout,
  wording: PromptWording,
): Promise<readonly TorchTensor[]> {
  const { methodId, contextLength, deepBlocks, textWidth } = layout;
  const unknown = unknownToReleased(wording);
  if (unknown !== null)
    throw new WorkbenchError(
      'unsupported',
      `${source}: ${unknown}, which the released code cannot. Export them as safetensors.`,
    );
  if (!model)
    throw new WorkbenchError(
      'needs-choice',
      `${source}: a file for the released code holds token embeddings of the model that the prompts were learned with, and that model is not here. Import it, or export safetensors.`,
    );
  if (model.config.text.width !== textWidth)
    throw new WorkbenchError(
      'incompatible',
      `${source}: these prompts are ${textWidth} wide, the model's text transformer ${model.config.text.width}. Choose the model they were learned with.`,
    );
  const [, abnormalPrompts = 1, abnormalWords = 0] =
    layout.tensors.find(({ name }) => name === 'ctx_neg')?.shape ?? [];
  return releasedBuffers({
    model,
    tokenizer: createTokenizer({ assetsFolder }),
    wording,
    sharedWords: contextLength,
    abnormalWords: methodId === 'faprompt' ? abnormalWords : 0,
    abnormalPrompts,
    deepBlocks,
  });
}
