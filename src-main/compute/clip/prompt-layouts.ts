import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PromptMethodId } from '../../../src-shared/domain/model.ts';
import type { Checkpoint, TensorEntry } from '../checkpoints/checkpoint.ts';
import { corrupt } from '../checkpoints/checkpoint-file.ts';
import { isFloatDtype } from '../checkpoints/tensor-dtype.ts';
import type { ClipTensor } from './clip-tensors.ts';

/** What a prompt checkpoint holds, and the tensors of it that its method uses. */
export interface PromptLayout {
  readonly methodId: PromptMethodId;
  readonly textWidth: number;
  /** E: learned words of each prompt (FAPrompt: those that all its prompts share). */
  readonly contextLength: number;
  readonly deepBlocks: number;
  readonly deepLength: number;
  readonly tensors: readonly ClipTensor[];
}

/** The released sets have 12 words, 8 blocks of 4 tokens, width 768, 10 abnormalities; a context has 77 places. */
const maxContextLength = 77;
const maxDeepBlocks = 256;
const maxWidth = 65_536;
const maxAbnormalities = 1024;
/** Values of the prior network's larger matrix: 3.7 million as released. */
const maxNetworkElements = 1 << 24;

/** Begins the names of what a training keeps for its next step. */
export const optimiserPrefix = 'optimiser.';

const networkPrefix = 'patch_meta_net.';

/**
 * Recognises the learned prompts of AnomalyCLIP, FAPrompt and CoOp by their tensors' names (methods.md §5, §6, §7) and checks every
 * shape. `method`: what the file says it is, which tells CoOp's words from AnomalyCLIP's while they are being learned. What a
 * training's optimiser remembers is passed over. Throws `unsupported` for files of another kind and `corrupt-file` for missing or
 * mis-shaped tensors, naming the file.
 */
export function readPromptLayout(checkpoint: Checkpoint, method?: string): PromptLayout {
  const { path } = checkpoint;
  const tensors = new Map([...checkpoint.tensors].filter(([name]) => !name.startsWith(optimiserPrefix)));
  const coop = contextsOnly(path, tensors);
  if (coop) return coop;
  const prefix = findPrefix({ path, tensors });
  const source: PromptSource = {
    path,
    get: (name) => tensors.get(`${prefix}${name}`),
    names: [...tensors.keys()].flatMap((name) =>
      name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
    ),
  };
  if (method === 'coop') return pairOfContexts(source);
  const negative = required(source, 'ctx_neg');
  const hasNetwork = source.names.some((name) => name.startsWith(networkPrefix));
  const hasSeveral = negative.shape.length === 4 && (negative.shape[1] ?? 1) > 1;
  if (hasNetwork) return faPromptLayout(source);
  if (hasSeveral)
    throw corrupt(
      path,
      `it has ${negative.shape[1]} abnormality prompts, as FAPrompt's have, but not FAPrompt's prior network (${networkPrefix}linear1, linear2).`,
    );
  return anomalyClipLayout(source);
}

interface PromptSource {
  readonly path: string;
  get(name: string): TensorEntry | undefined;
  /** All names without what stands before `ctx_pos`. */
  readonly names: readonly string[];
}

/** What stands before `ctx_pos`: `prompt_learner.` in released files, nothing in ours. */
function findPrefix({ path, tensors }: Pick<Checkpoint, 'path' | 'tensors'>): string {
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
        : `${path}: no prompts of AnomalyCLIP or FAPrompt (ctx_pos, ctx_neg) or of CoOp (ctx) in this file. Choose a released .pth of one of them or a safetensors file with the same names.`,
    );
  }
  return prefix;
}

function required({ path, get }: PromptSource, name: string): TensorEntry {
  const entry = get(name);
  if (entry === undefined) throw corrupt(path, `the tensor ${name} is missing.`);
  return entry;
}

function misshaped(path: string, { name, shape }: TensorEntry, needed: string): WorkbenchError {
  return corrupt(path, `the tensor ${name} has the shape [${shape.join(', ')}] where ${needed} is needed.`);
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

/** ctx_pos and ctx_neg [1, 1, E, width], compound_prompts_text.N [length, width] (methods.md §5). */
function anomalyClipLayout(source: PromptSource): PromptLayout {
  const { path } = source;
  const positive = sharedWords(source);
  const negative = required(source, 'ctx_neg');
  if (negative.shape.join() !== positive.entry.shape.join())
    throw misshaped(path, negative, '[1, 1, words, width], the same as ctx_pos,');
  const deep = deepTokens(source, positive.textWidth);
  return {
    methodId: 'anomalyclip',
    textWidth: positive.textWidth,
    contextLength: positive.contextLength,
    deepBlocks: deep.entries.length,
    deepLength: deep.length,
    tensors: [
      toTensor(path, 'ctx_pos', positive.entry),
      toTensor(path, 'ctx_neg', negative),
      ...deep.entries.map((entry, n) => toTensor(path, `compound_prompts_text.${n}`, entry)),
    ],
  };
}

/** ctx_pos [1, 1, E, width], ctx_neg [1, K, E', width], the prior network and deep tokens (methods.md §6). */
function faPromptLayout(source: PromptSource): PromptLayout {
  const { path } = source;
  const positive = sharedWords(source);
  const { textWidth, contextLength } = positive;
  const negative = required(source, 'ctx_neg');
  const [one, prompts = 0, words = 0, width] = negative.shape;
  const right = negative.shape.length === 4 && one === 1 && prompts >= 1 && words >= 1 && width === textWidth;
  if (!right || prompts > maxAbnormalities || contextLength + words > maxContextLength)
    throw misshaped(path, negative, `[1, prompts, words, ${textWidth}]`);
  const deep = deepTokens(source, textWidth);
  return {
    methodId: 'faprompt',
    textWidth,
    contextLength,
    deepBlocks: deep.entries.length,
    deepLength: deep.length,
    tensors: [
      toTensor(path, 'ctx_pos', positive.entry),
      toTensor(path, 'ctx_neg', negative),
      ...priorNetwork(source, textWidth).map((entry, i) => toTensor(path, networkNames[i] ?? '', entry)),
      ...deep.entries.map((entry, n) => toTensor(path, `compound_prompts_text.${n}`, entry)),
    ],
  };
}

const networkNames = ['linear1.weight', 'linear1.bias', 'linear2.weight', 'linear2.bias'].map(
  (name) => `${networkPrefix}${name}`,
);

/** Linear(k·embedding → hidden) and Linear(hidden → width), in the order of `networkNames`. */
function priorNetwork(source: PromptSource, textWidth: number): readonly TensorEntry[] {
  const entries = networkNames.map((name) => required(source, name));
  const [hidden = 0, inputs = 0] = entries[0]?.shape ?? [];
  const shapes = [[hidden, inputs], [hidden], [textWidth, hidden], [textWidth]];
  for (const [i, entry] of entries.entries())
    if (
      entry.shape.join() !== shapes[i]?.join() ||
      hidden < 1 ||
      inputs < 1 ||
      hidden * inputs > maxNetworkElements
    )
      throw misshaped(
        source.path,
        entry,
        i === 0 ? '[hidden, patches × features]' : `[${(shapes[i] ?? []).join(', ')}]`,
      );
  return entries;
}

function sharedWords(source: PromptSource) {
  const entry = required(source, 'ctx_pos');
  const [one, prompts, contextLength = 0, textWidth = 0] = entry.shape;
  const right =
    entry.shape.length === 4 && one === 1 && prompts === 1 && contextLength >= 1 && textWidth >= 1;
  if (!right) throw misshaped(source.path, entry, '[1, 1, words, width]');
  if (contextLength > maxContextLength || textWidth > maxWidth)
    throw misshaped(source.path, entry, `at most ${maxContextLength} words`);
  return { entry, contextLength, textWidth };
}

/** compound_prompts_text.0, .1, … [length, width], one a block from the second on. */
function deepTokens(source: PromptSource, textWidth: number) {
  const { path, get, names } = source;
  const entries: TensorEntry[] = [];
  for (let entry = get('compound_prompts_text.0'); entry !== undefined;) {
    entries.push(entry);
    entry = get(`compound_prompts_text.${entries.length}`);
  }
  const listed = names.filter((name) => name.startsWith('compound_prompts_text.')).length;
  if (listed !== entries.length || entries.length > maxDeepBlocks)
    throw corrupt(path, 'the deep text tokens (compound_prompts_text) are not numbered from 0 without gaps.');
  const length = entries[0]?.shape[0] ?? 0;
  for (const entry of entries) {
    const right = entry.shape.length === 2 && entry.shape[0] === length && entry.shape[1] === textWidth;
    if (!right || length < 1 || length >= maxContextLength)
      throw misshaped(path, entry, `[tokens, ${textWidth}], the same for all blocks,`);
  }
  return { entries, length };
}

/** CoOp's `ctx`, [words, width] for both prompts or [2, words, width] for each (CoOp's class-specific contexts); null where there is none. */
function contextsOnly(path: string, tensors: ReadonlyMap<string, TensorEntry>): PromptLayout | null {
  const found = [...tensors].filter(([name]) => name === 'ctx' || name.endsWith('.ctx'));
  const [row] = found;
  if (!row || found.length > 1) return null;
  const [, entry] = row;
  const [contextLength = 0, textWidth = 0] = entry.shape.slice(-2);
  const isShared = entry.shape.length === 2;
  const isPair = entry.shape.length === 3 && entry.shape[0] === 2;
  if (!(isShared || isPair) || contextLength < 1 || textWidth < 1)
    throw misshaped(path, entry, '[words, width] or [2, words, width]');
  if (contextLength > maxContextLength || textWidth > maxWidth)
    throw misshaped(path, entry, `at most ${maxContextLength} words`);
  const tensor = toTensor(path, 'ctx', entry);
  return { methodId: 'coop', textWidth, contextLength, deepBlocks: 0, deepLength: 0, tensors: [tensor] };
}

/** The same while it is learned: ctx_pos and ctx_neg [1, 1, words, width] become one `ctx`. */
function pairOfContexts(source: PromptSource): PromptLayout {
  const { path } = source;
  const { entry, contextLength, textWidth } = sharedWords(source);
  const negative = required(source, 'ctx_neg');
  if (negative.shape.join() !== entry.shape.join())
    throw misshaped(path, negative, '[1, 1, words, width], the same as ctx_pos,');
  const parts = [entry, negative].flatMap((one) => toTensor(path, 'ctx', one).parts);
  const tensor = { name: 'ctx', shape: [2, contextLength, textWidth], parts };
  return { methodId: 'coop', textWidth, contextLength, deepBlocks: 0, deepLength: 0, tensors: [tensor] };
}
