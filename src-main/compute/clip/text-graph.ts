import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { add, broadcast, concat, gather, input, matmul, reshape, slice } from '../tensor-graph/operators.ts';
import type { Graph, Tensor } from '../tensor-graph/tensor.ts';
import type { ModelWeights } from './model-weights.ts';
import { addAttention, layerNormOf, textBlock } from './transformer.ts';

/** Names of the graph's inputs and output. */
export const textNames = {
  /** i64 [prompts, length] */
  tokens: 'tokens',
  /** i64 [prompts]: row of each prompt's end-of-text token among all prompts' rows, prompt·length + position. */
  endRows: 'end_rows',
  /** f32 [prompts, contextLength, width] */
  contexts: 'contexts',
  /** f32 [deepLength, width], one a block from the second on. */
  deepTokens: (index: number) => `deep_tokens_${index}`,
  /** f32 [prompts, embedding] */
  features: 'text_features',
} as const;

/** Static sizes of one text graph. `length` counts tokens from start to the end-of-text token of the longest prompt. */
export interface TextShape {
  readonly prompts: number;
  readonly length: number;
  /** Learned words in place of the first ones, 0 for hand-written prompts. */
  readonly contextLength: number;
  /** Tokens that replace positions 1… of a block's input, and how many blocks from the second on get them. */
  readonly deepLength: number;
  readonly deepBlocks: number;
}

/**
 * The text encoder for prompts cut after their end-of-text token: attention is causal, so what would follow changes nothing
 * (methods.md §1). Deep text tokens replace positions 1…deepLength of the inputs of blocks 2…1+deepBlocks (methods.md §5).
 */
export function textGraph(config: ClipConfig, weights: ModelWeights, shape: TextShape): Graph {
  const { width, layers } = config.text;
  const { prompts, length, deepLength, deepBlocks } = shape;
  checkShape(config, shape);

  let x: Tensor = reshape(
    add(embedTokens(weights, width, shape), slice(weights.tensor('positional_embedding'), 0, 0, length)),
    [prompts * length, width],
  );
  for (let layer = 1; layer <= layers; layer++) {
    const deepIndex = layer - 2;
    if (deepIndex >= 0 && deepIndex < deepBlocks)
      x = replaceDeepTokens(x, input(textNames.deepTokens(deepIndex), [deepLength, width], 'f32'), shape);
    const block = textBlock(config, weights, layer);
    const normalised = block.normalise(x);
    x = block.feedForward(addAttention(block, x, normalised, { batch: prompts }));
  }
  const ends = gather(x, input(textNames.endRows, [prompts], 'i64'));
  const features = matmul(
    layerNormOf(weights, 'ln_final', ends, config.layerNormEpsilon),
    weights.tensor('text_projection'),
  );
  return { name: 'text', outputs: { [textNames.features]: features } };
}

function checkShape(config: ClipConfig, shape: TextShape): void {
  const { contextLength, layers } = config.text;
  if (shape.length > contextLength)
    throw new WorkbenchError(
      'bad-request',
      `A prompt of ${shape.length} tokens is longer than this model's context of ${contextLength}. Shorten it.`,
    );
  if (shape.deepBlocks > layers - 1)
    throw new WorkbenchError(
      'incompatible',
      `The learned prompts bring deep tokens for ${shape.deepBlocks} blocks after the first, but this model's text transformer has ${layers} blocks. Choose the model they were trained with.`,
    );
  const learned = 1 + Math.max(shape.contextLength, shape.deepBlocks > 0 ? shape.deepLength : 0);
  if (learned > shape.length)
    throw new WorkbenchError(
      'bad-request',
      `A prompt of ${shape.length} tokens has no room for ${learned - 1} learned ones.`,
    );
}

/** [prompts, length, width] */
function embedTokens(weights: ModelWeights, width: number, shape: TextShape): Tensor {
  const { prompts, length, contextLength } = shape;
  const words = gather(
    weights.tensor('token_embedding.weight'),
    input(textNames.tokens, [prompts, length], 'i64'),
  );
  if (contextLength === 0) return words;
  const contexts = input(textNames.contexts, [prompts, contextLength, width], 'f32');
  const rest = 1 + contextLength < length ? [slice(words, 1, 1 + contextLength, length)] : [];
  return concat([slice(words, 1, 0, 1), contexts, ...rest], 1);
}

function replaceDeepTokens(x: Tensor, tokens: Tensor, { prompts, length, deepLength }: TextShape): Tensor {
  const width = x.shape[1] ?? 0;
  const sequences = reshape(x, [prompts, length, width]);
  const rest = 1 + deepLength < length ? [slice(sequences, 1, 1 + deepLength, length)] : [];
  const deep = broadcast(tokens, [prompts, deepLength, width]);
  return reshape(concat([slice(sequences, 1, 0, 1), deep, ...rest], 1), x.shape);
}
