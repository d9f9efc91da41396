import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Checkpoint, TensorEntry } from '../checkpoints/checkpoint.ts';
import { corrupt } from '../checkpoints/checkpoint-file.ts';
import { openCheckpoint } from '../checkpoints/open-checkpoint.ts';
import { isFloatDtype } from '../checkpoints/tensor-dtype.ts';
import { writeSafetensors } from '../checkpoints/write-safetensors.ts';
import type { ClipTensor } from './clip-tensors.ts';
import { convertTensor } from './convert-tensor.ts';

export interface ImportPromptsOptions {
  /** A released AnomalyCLIP `.pth`, or safetensors with the same keys. */
  readonly path: string;
  /** Absolute; replaced where it exists. */
  readonly targetFile: string;
  readonly signal?: AbortSignal;
}

export interface ImportedPrompts {
  readonly methodId: 'anomalyclip';
  readonly textWidth: number;
  /** E: learned words of each prompt. */
  readonly contextLength: number;
  readonly deepBlocks: number;
  readonly deepLength: number;
  readonly sha256: string;
}

/** The released sets have 12 words, 8 blocks of 4 tokens, width 768; a context has 77 places. */
const maxContextLength = 77;
const maxDeepBlocks = 256;
const maxWidth = 65_536;

/** What stands before `ctx_pos`: `prompt_learner.` in released files, nothing in ours. */
function findPrefix({ path, tensors }: Checkpoint): string {
  const names = [...tensors.keys()];
  const prefixes = names
    .filter((name) => name === 'ctx_pos' || name.endsWith('.ctx_pos'))
    .map((name) => name.slice(0, -'ctx_pos'.length));
  const [prefix] = prefixes;
  if (prefix === undefined || prefixes.length > 1) {
    throw new WorkbenchError(
      'unsupported',
      names.some((name) => name.endsWith('conv1.weight') || name.includes('vision_model.'))
        ? `${path}: a model, not learned prompts. Import it as a model.`
        : `${path}: no AnomalyCLIP prompts (ctx_pos, ctx_neg) in this file. Choose a released AnomalyCLIP .pth or a safetensors file with the same names.`,
    );
  }
  return prefix;
}

function toTensor(path: string, name: string, entry: TensorEntry): ClipTensor {
  const { dtype } = entry;
  if (!isFloatDtype(dtype)) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: the tensor ${entry.name} is stored as ${dtype}. Save it as float32.`,
    );
  }
  return { name, shape: entry.shape, parts: [{ entry: { ...entry, dtype }, transpose: false }] };
}

function misshaped(path: string, name: string, shape: readonly number[], needed: string): WorkbenchError {
  return corrupt(path, `the tensor ${name} has the shape [${shape.join(', ')}] where ${needed} is needed.`);
}

/** Checks names and shapes and gives the tensors to store: ctx_pos, ctx_neg [1, 1, E, width], compound_prompts_text.N [length, width]. */
function readPrompts(checkpoint: Checkpoint): Omit<ImportedPrompts, 'sha256'> & { tensors: ClipTensor[] } {
  const { path } = checkpoint;
  const prefix = findPrefix(checkpoint);
  const get = (name: string): TensorEntry | undefined => checkpoint.tensors.get(`${prefix}${name}`);
  const names = [...checkpoint.tensors.keys()];
  const positive = get('ctx_pos');
  const negative = get('ctx_neg');
  if (positive === undefined) throw corrupt(path, 'the tensor ctx_pos is missing.');
  if (negative === undefined) throw corrupt(path, 'the tensor ctx_neg is missing.');
  // methods.md §6: FAPrompt has a prior network and 10 abnormality prompts of 2 words each.
  const network = names.some((name) => /(?:^|\.)(?:patch_meta_net|meta_net)\./.test(name));
  if (network || (negative.shape.length === 4 && (negative.shape[1] ?? 1) > 1)) {
    throw new WorkbenchError(
      'unsupported',
      `${path}: prompts of FAPrompt, which is not supported yet. Choose prompts of AnomalyCLIP.`,
    );
  }
  const [, , contextLength = 0, textWidth = 0] = positive.shape;
  for (const { name, shape } of [positive, negative]) {
    const [one, prompts, words, width] = shape;
    const right =
      shape.length === 4 && one === 1 && prompts === 1 && words === contextLength && width === textWidth;
    if (!right || contextLength < 1 || textWidth < 1)
      throw misshaped(path, name, shape, '[1, 1, words, width]');
  }
  if (contextLength > maxContextLength || textWidth > maxWidth) {
    throw misshaped(path, positive.name, positive.shape, `at most ${maxContextLength} words`);
  }
  const deep: TensorEntry[] = [];
  for (let entry = get('compound_prompts_text.0'); entry !== undefined;) {
    deep.push(entry);
    entry = get(`compound_prompts_text.${deep.length}`);
  }
  const listed = names.filter((name) => name.startsWith(`${prefix}compound_prompts_text.`)).length;
  if (listed !== deep.length || deep.length > maxDeepBlocks) {
    throw corrupt(path, 'the deep text tokens (compound_prompts_text) are not numbered from 0 without gaps.');
  }
  const deepLength = deep[0]?.shape[0] ?? 0;
  for (const { name, shape } of deep) {
    const right = shape.length === 2 && shape[0] === deepLength && shape[1] === textWidth;
    if (!right || deepLength < 1 || deepLength >= maxContextLength) {
      throw misshaped(path, name, shape, `[tokens, ${textWidth}], the same for all blocks,`);
    }
  }
  return {
    methodId: 'anomalyclip',
    textWidth,
    contextLength,
    deepBlocks: deep.length,
    deepLength,
    tensors: [
      toTensor(path, 'ctx_pos', positive),
      toTensor(path, 'ctx_neg', negative),
      ...deep.map((entry, n) => toTensor(path, `compound_prompts_text.${n}`, entry)),
    ],
  };
}

/**
 * Reads AnomalyCLIP's learned prompts (methods.md §5) and writes them as fp32 safetensors at `targetFile`, all or nothing. Only what
 * the method uses is kept. Throws `unsupported` (FAPrompt too), `corrupt-file` for missing, mis-shaped or non-finite tensors.
 */
export async function importPrompts({
  path,
  targetFile,
  signal,
}: ImportPromptsOptions): Promise<ImportedPrompts> {
  const checkpoint = await openCheckpoint(path);
  try {
    const { tensors, ...prompts } = readPrompts(checkpoint);
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
