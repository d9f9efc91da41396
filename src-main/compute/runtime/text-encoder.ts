import { Tensor as OrtTensor } from 'onnxruntime-node';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { areWeightsLarge, readModelWeights } from '../clip/model-weights.ts';
import { textGraph, textNames, type TextShape } from '../clip/text-graph.ts';
import type { Tokenizer } from '../clip/tokenizer.ts';
import type { Features, LearnedPrompts, TextEncoder } from '../methods/method.ts';
import { floats, type StoredModel } from './feature-extractor.ts';
import { storeGraph } from './graph-files.ts';
import type { LoadedGraph, SessionStore } from './session-store.ts';

export interface ReleasableTextEncoder extends TextEncoder {
  release(): Promise<void>;
}

/** Token ids of one prompt, from start to end of text. */
type Sequence = readonly number[];

/** Prompts in one run; more of them go in several. */
const maxPromptsPerRun = 16;
/** Lengths are rounded up to this, so that one graph file serves prompts of nearly the same length. */
const lengthStep = 4;

/**
 * Turns prompts into text features with a stored model. A graph has static sizes: prompts of one call share the length of the
 * longest, rounded up, and are filled up to a power of two; what fills is computed and dropped.
 */
export function createTextEncoder(
  model: StoredModel,
  tokenizer: Tokenizer,
  sessions: SessionStore,
): ReleasableTextEncoder {
  const { folder, config } = model;
  const loaded = new Map<string, Promise<LoadedGraph>>();
  /** Features of hand-written prompts by their text. */
  const known = new Map<string, Float32Array>();

  async function loadNew(shape: TextShape): Promise<LoadedGraph> {
    const weights = await readModelWeights(folder);
    const options = { mapWeights: await areWeightsLarge(folder) };
    return sessions.load(await storeGraph(folder, textGraph(config, weights, shape)), options);
  }

  function load(shape: TextShape): Promise<LoadedGraph> {
    const key = JSON.stringify(shape);
    const known = loaded.get(key);
    if (known) return known;
    const loading = loadNew(shape);
    loaded.set(key, loading);
    loading.catch(() => loaded.delete(key));
    return loading;
  }

  function tokenize(text: string): number[] {
    const ids = tokenizer.encode(text, { contextLength: config.text.contextLength });
    if (ids.some((id) => id >= config.text.vocabularySize))
      throw new WorkbenchError(
        'incompatible',
        `This model knows ${config.text.vocabularySize} tokens, fewer than CLIP's vocabulary has, so the prompt «${text}» cannot be encoded with it.`,
      );
    return ids;
  }

  function shapeOf(
    sequences: readonly Sequence[],
    learned: LearnedPrompts | null,
    longest = Math.max(...sequences.map((ids) => ids.length)),
  ): TextShape {
    const count = sequences.length;
    return {
      // Learned prompts are always as many; hand-written ones share graphs of a few sizes.
      prompts: Math.min(maxPromptsPerRun, learned ? count : 2 ** Math.ceil(Math.log2(count))),
      length: Math.min(config.text.contextLength, Math.ceil(longest / lengthStep) * lengthStep),
      contextLength: learned?.contextLength ?? 0,
      deepLength: learned?.deepTokens.length ? learned.deepLength : 0,
      deepBlocks: learned?.deepTokens.length ?? 0,
    };
  }

  async function run(
    graph: LoadedGraph,
    shape: TextShape,
    sequences: readonly Sequence[],
    learned: LearnedPrompts | null,
  ): Promise<Features> {
    const embedding = config.embeddingSize;
    const data = new Float32Array(sequences.length * embedding);
    for (let first = 0; first < sequences.length; first += shape.prompts) {
      const batch = sequences.slice(first, first + shape.prompts);
      const fetched = await graph.run({
        ...tokenFeeds(batch, shape),
        ...(learned ? learnedFeeds(learned, first, shape, config.text.width) : {}),
      });
      data.set(floats(fetched, textNames.features).subarray(0, batch.length * embedding), first * embedding);
    }
    return { rows: sequences.length, width: embedding, data };
  }

  async function encodeAll(
    sequences: readonly Sequence[],
    learned: LearnedPrompts | null,
  ): Promise<Features> {
    const shape = shapeOf(sequences, learned);
    return run(await load(shape), shape, sequences, learned);
  }

  /** Hand-written prompts are encoded once however many methods ask for them, those of nearly the same length together. */
  async function encodeUnknown(texts: readonly string[]): Promise<void> {
    const groups = new Map<number, { text: string; ids: Sequence }[]>();
    for (const text of new Set(texts)) {
      if (known.has(text)) continue;
      const ids = tokenize(text);
      const length = Math.ceil(ids.length / lengthStep);
      groups.set(length, [...(groups.get(length) ?? []), { text, ids }]);
    }
    for (const group of groups.values()) {
      const { data, width } = await encodeAll(
        group.map(({ ids }) => ids),
        null,
      );
      for (const [row, { text }] of group.entries())
        known.set(text, data.subarray(row * width, (row + 1) * width));
    }
  }

  return {
    config,
    async encodeTexts(texts) {
      await encodeUnknown(texts);
      const data = new Float32Array(texts.length * config.embeddingSize);
      for (const [row, text] of texts.entries()) data.set(known.get(text) ?? [], row * config.embeddingSize);
      return { rows: texts.length, width: config.embeddingSize, data };
    },
    encodeLearned: (prompts) => {
      checkLearned(prompts, config.text.width);
      return encodeAll(prompts.texts.map(tokenize), prompts);
    },
    async keepLearned(prompts, otherTexts = []) {
      checkLearned(prompts, config.text.width);
      const sequences = prompts.texts.map(tokenize);
      const others = new Map(otherTexts.map((text) => [text, tokenize(text)]));
      const longest = Math.max(...[...sequences, ...others.values()].map((ids) => ids.length));
      const shape = shapeOf(sequences, prompts, longest);
      // A session of its own: it outlives `release`, which ends the encoder that methods share while they prepare.
      const graph = await loadNew(shape);
      return {
        encode: (contexts, text) => {
          const ids = text === undefined ? null : others.get(text);
          if (ids === undefined) throw new Error(`the encoder was not made for the text «${text}»`);
          const own = ids === null ? sequences : sequences.map(() => ids);
          return run(graph, shape, own, { ...prompts, contexts });
        },
        release: () => graph.release(),
      };
    },
    async release() {
      const graphs = [...loaded.values()];
      loaded.clear();
      known.clear();
      for (const graph of graphs) await (await graph.catch(() => undefined))?.release();
    },
  };
}

function checkLearned(
  { texts, contextLength, contexts, deepLength, deepTokens }: LearnedPrompts,
  width: number,
) {
  if (contexts.length !== texts.length * contextLength * width)
    throw new WorkbenchError(
      'incompatible',
      `The learned prompts do not fit this model, whose text transformer is ${width} wide. Choose the model they were trained with.`,
    );
  if (deepTokens.some((tokens) => tokens.length !== deepLength * width))
    throw new WorkbenchError(
      'incompatible',
      `The deep text tokens do not fit this model, whose text transformer is ${width} wide. Choose the model they were trained with.`,
    );
}

function tokenFeeds(batch: readonly Sequence[], { prompts, length }: TextShape) {
  const tokens = new BigInt64Array(prompts * length);
  const endRows = new BigInt64Array(prompts);
  for (const [row, ids] of batch.entries()) {
    for (const [position, id] of ids.entries()) tokens[row * length + position] = BigInt(id);
    endRows[row] = BigInt(row * length + ids.length - 1);
  }
  return {
    [textNames.tokens]: new OrtTensor('int64', tokens, [prompts, length]),
    [textNames.endRows]: new OrtTensor('int64', endRows, [prompts]),
  };
}

function learnedFeeds(learned: LearnedPrompts, first: number, shape: TextShape, width: number) {
  const { contextLength, deepLength, prompts } = shape;
  const feeds: Record<string, OrtTensor> = {};
  if (contextLength > 0) {
    const each = contextLength * width;
    const contexts = new Float32Array(prompts * each);
    contexts.set(learned.contexts.subarray(first * each, (first + prompts) * each));
    feeds[textNames.contexts] = new OrtTensor('float32', contexts, [prompts, contextLength, width]);
  }
  for (const [index, tokens] of learned.deepTokens.entries())
    feeds[textNames.deepTokens(index)] = new OrtTensor('float32', tokens, [deepLength, width]);
  return feeds;
}
