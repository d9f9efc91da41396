import { join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type {
  CheckpointFormat,
  ClipConfig,
  ConvolutionalStem,
  ModelAnswers,
  ModelQuestion,
} from '../../../src-shared/domain/model.ts';
import type { Checkpoint } from '../checkpoints/checkpoint.ts';
import { corrupt } from '../checkpoints/checkpoint-file.ts';
import { openCheckpoint } from '../checkpoints/open-checkpoint.ts';
import type { FloatDtype } from '../checkpoints/tensor-dtype.ts';
import { expectedTensors } from './canonical-tensors.ts';
import { chooseConfig } from './choose-config.ts';
import { readClipTensors, stemAnchor } from './clip-tensors.ts';
import type { ClipTensor, ClipTensors } from './clip-tensors.ts';
import { checkStatedSizes, readClipSizes } from './read-clip-sizes.ts';
import type { ClipSizes } from './read-clip-sizes.ts';
import { resolveModelSource } from './resolve-source.ts';
import type { ModelSource } from './resolve-source.ts';
import { readHuggingFaceConfig, readOpenClipConfig } from './side-config.ts';
import type { SideConfig } from './side-config.ts';

/** A checkpoint whose every tensor is accounted for; none of their data is read yet. Close `checkpoint` after use. */
export interface UnderstoodCheckpoint {
  readonly source: ModelSource;
  readonly checkpoint: Checkpoint;
  readonly format: CheckpointFormat;
  readonly sourceDtype: FloatDtype;
  /** Null while questions are open. */
  readonly config: ClipConfig | null;
  readonly questions: readonly ModelQuestion[];
  readonly warnings: readonly string[];
  /** What `model.safetensors` will hold, in its order, names and shapes checked. */
  readonly tensors: readonly ClipTensor[];
}

function formatOf(checkpoint: Checkpoint, { naming }: ClipTensors): CheckpointFormat {
  if (naming === 'huggingface') return 'huggingface';
  switch (checkpoint.container) {
    case 'torchscript':
      return 'openai-torchscript';
    case 'torch-zip':
      return 'torch-zip';
    case 'safetensors':
      return 'safetensors';
  }
}

/** The dtype that most of the weights are stored in (OpenAI keeps norms and embeddings in fp32 beside fp16 matrices). */
function mainDtype(tensors: readonly ClipTensor[]): FloatDtype {
  const counts: Record<FloatDtype, number> = { F32: 0, F16: 0, BF16: 0 };
  for (const { parts } of tensors) for (const { entry } of parts) counts[entry.dtype] += entry.elementCount;
  const [most] = (Object.keys(counts) as FloatDtype[]).sort((a, b) => counts[b] - counts[a]);
  return most ?? 'F32';
}

/** Every tensor of the model with its right shape, in order. Throws `corrupt-file` naming the first that is missing or mis-shaped, `incompatible` naming one too many. */
function checkTensors(path: string, sizes: ClipSizes, found: ClipTensors): ClipTensor[] {
  const withoutHeads = { vision: { ...sizes.vision, heads: 1 }, text: { ...sizes.text, heads: 1 } };
  const config = { ...sizes, ...withoutHeads, activation: 'gelu' as const, layerNormEpsilon: 1e-5 };
  const expected = expectedTensors(config);
  const names = new Set(expected.map(({ name }) => name));
  const extra = [...found.tensors.keys()].find((name) => !names.has(name));
  if (extra !== undefined)
    throw new WorkbenchError(
      'incompatible',
      `${path}: the tensor ${extra} has no place in the model that its configuration describes. Put the right configuration beside the weights.`,
    );
  return expected.map(({ name, shape }) => {
    const tensor = found.tensors.get(name);
    if (tensor === undefined) throw corrupt(path, `the tensor ${name} is missing.`);
    const sameShape = tensor.shape.join() === shape.join();
    const scalar = shape.length === 0 && tensor.shape.join() === '1';
    if (!sameShape && !scalar) {
      throw corrupt(
        path,
        `the tensor ${name} has the shape [${tensor.shape.join(', ')}] where [${shape.join(', ')}] is needed.`,
      );
    }
    return { ...tensor, shape };
  });
}

async function readSideConfig(
  source: ModelSource,
  checkpoint: Checkpoint,
  found: ClipTensors,
): Promise<SideConfig | null> {
  if (found.naming === 'huggingface') return readHuggingFaceConfig(join(source.folder, 'config.json'));
  // A TorchScript file carries its own facts; a configuration that lies beside it by chance is another model's.
  if (checkpoint.container === 'torchscript') return null;
  const visionWidth = found.tensors.get('visual.positional_embedding')?.shape.at(-1) ?? 0;
  return readOpenClipConfig(join(source.folder, 'open_clip_config.json'), visionWidth);
}

/** The stem that configuration and tensors agree on. Throws `unsupported` or `incompatible` where they do not. */
function chooseStem(path: string, found: ClipTensors, side: SideConfig | null): ConvolutionalStem | null {
  const described = side?.stem ?? null;
  const hasStem = found.tensors.has(stemAnchor);
  if (hasStem && described === null)
    throw new WorkbenchError(
      'unsupported',
      `${path}: its image encoder begins with several convolutions and no configuration says which. Put the open_clip_config.json that describes its stem beside it.`,
    );
  if (!hasStem && described !== null)
    throw new WorkbenchError(
      'incompatible',
      `${side?.file ?? path} belongs to another model than ${path}: it describes a stem that the weights do not have.`,
    );
  return described;
}

/**
 * Opens the checkpoint at `path` (a file, or a folder that holds one) and works out which CLIP it is. Errors: `not-found`,
 * `unreadable`, `unsupported`, `corrupt-file`, `too-large`, `incompatible`, `bad-request`.
 */
export async function understandCheckpoint(
  path: string,
  answers: ModelAnswers,
): Promise<UnderstoodCheckpoint> {
  const source = await resolveModelSource(path);
  const checkpoint = await openCheckpoint(source.weightsFile);
  try {
    const found = readClipTensors(checkpoint);
    const side = await readSideConfig(source, checkpoint, found);
    const sizes = readClipSizes(checkpoint.path, found, chooseStem(checkpoint.path, found, side));
    const tensors = checkTensors(checkpoint.path, sizes, found);
    if (side !== null) checkStatedSizes(checkpoint.path, sizes, side);
    const choice = chooseConfig(checkpoint, found, sizes, side, answers);
    return {
      source,
      checkpoint,
      format: formatOf(checkpoint, found),
      sourceDtype: mainDtype(tensors),
      ...choice,
      tensors,
      warnings: [...found.warnings, ...choice.warnings],
    };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}
