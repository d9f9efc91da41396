import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { openSafetensors } from '../checkpoints/open-safetensors.ts';
import type { TorchTensor } from '../checkpoints/write-torch-zip.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { join } from 'node:path';
import { weightsFileName } from './model-weights.ts';
import type { PromptWording } from './prompt-wording.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Output width of the released code's unused projections, whatever the model. */
const projectionWidth = 896;

export interface ReleasedBuffersOptions {
  readonly model: { readonly folder: string; readonly config: ClipConfig };
  readonly tokenizer: Tokenizer;
  readonly wording: PromptWording;
  /** E, the words of each abnormal prompt beside the shared ones (AnomalyCLIP: 0), and K. */
  readonly sharedWords: number;
  readonly abnormalWords: number;
  readonly abnormalPrompts: number;
  readonly deepBlocks: number;
}

/**
 * What AnomalyCLIP_PromptLearner of AnomalyCLIP's and FAPrompt's released code registers beside what it learns, and its strict
 * `load_state_dict` asks for: token ids (int32), embeddings before and behind the learned words, and projections that nothing reads
 * (zeros here). Throws `corrupt-file` where the model lacks its token embeddings.
 */
export async function releasedBuffers(options: ReleasedBuffersOptions): Promise<readonly TorchTensor[]> {
  const { model, tokenizer, wording, sharedWords, abnormalWords, abnormalPrompts, deepBlocks } = options;
  const { contextLength, width } = model.config.text;
  const stateWord = wording.stateWord ?? 'damaged';
  // The released code writes X (FAPrompt N and A) where learned words come: one token each, never read.
  const [shared, own] = abnormalWords === 0 ? ['X', ''] : ['N', 'A'];
  const line = (text: string) => {
    const ids = new Int32Array(contextLength);
    ids.set(tokenizer.encode(text, { contextLength }));
    return ids;
  };
  const words = (word: string, count: number) => Array.from({ length: count }, () => word);
  const positive = line([...words(shared, sharedWords), 'object.'].join(' '));
  const negative = line(
    [...words(shared, sharedWords), ...words(own, abnormalWords), `${stateWord} object.`].join(' '),
  );
  const embeddings = await readEmbeddings(model.folder, width, new Set([...positive, ...negative]));
  const embed = (ids: Int32Array, prompts: number): Float32Array => {
    const rows = new Float32Array(ids.length * width);
    for (const [at, id] of ids.entries()) rows.set(embeddings.get(id) ?? [], at * width);
    return repeated(rows, prompts, Float32Array);
  };
  const sides = [
    { side: 'pos', ids: positive, prompts: 1, learned: sharedWords },
    { side: 'neg', ids: negative, prompts: abnormalPrompts, learned: sharedWords + abnormalWords },
  ];
  const buffers = sides.flatMap(({ side, ids, prompts, learned }): TorchTensor[] => {
    const suffix = ids.subarray(1 + learned);
    return [
      {
        name: `token_prefix_${side}`,
        shape: [1, prompts, 1, width],
        data: embed(ids.subarray(0, 1), prompts),
      },
      {
        name: `token_suffix_${side}`,
        shape: [1, prompts, suffix.length, width],
        data: embed(suffix, prompts),
      },
      {
        name: `tokenized_prompts_${side}`,
        shape: [1, prompts, contextLength],
        data: repeated(ids, prompts, Int32Array),
      },
    ];
  });
  return [...buffers, ...unusedProjections(deepBlocks, width)];
}

/** All of them share their zeros, so that they cost the file one. */
function unusedProjections(deepBlocks: number, width: number): readonly TorchTensor[] {
  const weight = new Float32Array(projectionWidth * width);
  const bias = new Float32Array(projectionWidth);
  return Array.from({ length: deepBlocks }, (_, n) => [
    {
      name: `compound_prompt_projections.${n}.weight`,
      shape: [projectionWidth, width],
      data: weight,
    },
    { name: `compound_prompt_projections.${n}.bias`, shape: [projectionWidth], data: bias },
  ]).flat();
}

function repeated<T extends Float32Array | Int32Array>(
  values: T,
  times: number,
  Made: new (length: number) => T,
): T {
  const all = new Made(values.length * times);
  for (let n = 0; n < times; n++) all.set(values, n * values.length);
  return all;
}

/** Rows of a stored model's token embeddings, by token id; read in one pass, piece by piece. */
async function readEmbeddings(
  folder: string,
  width: number,
  ids: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Float32Array>> {
  const path = join(folder, weightsFileName);
  const checkpoint = await openSafetensors(path);
  try {
    const entry = checkpoint.tensors.get('token_embedding.weight');
    if (entry?.dtype !== 'F32' || entry.shape[1] !== width)
      throw new WorkbenchError(
        'corrupt-file',
        `${path}: its token embeddings are missing. Remove the model and import it again.`,
      );
    const rows = new Map([...ids].map((id) => [id, new Uint8Array(4 * width)]));
    let at = 0;
    for await (const bytes of entry.readChunks()) {
      for (const [id, row] of rows) {
        const begin = id * row.length;
        const from = Math.max(begin, at);
        const to = Math.min(begin + row.length, at + bytes.length);
        if (from < to) row.set(bytes.subarray(from - at, to - at), from - begin);
      }
      at += bytes.length;
    }
    return new Map([...rows].map(([id, row]) => [id, new Float32Array(row.buffer)]));
  } finally {
    await checkpoint.close();
  }
}
