import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { ModelWeights } from '../clip/model-weights.ts';
import { layerNormOf, textBlock, type Block } from '../clip/transformer.ts';
import {
  add,
  broadcast,
  concat,
  constant,
  gather,
  linear,
  matmul,
  multiply,
  reshape,
  scalar,
  slice,
  softmax,
  transpose,
} from '../tensor-graph/operators.ts';
import { formatShape, shapeError, type Tensor } from '../tensor-graph/tensor.ts';

/** Prompts that begin alike, as word embeddings without positions. */
export interface TrainedPrompts {
  /** [prefix, width]: the start-of-text token and the words that all prompts begin with. */
  readonly prefix: Tensor;
  /** [prompts, length, width]: what follows, to the end-of-text token; shorter ones filled up with anything. */
  readonly suffixes: Tensor;
  /** i64 [prompts]: row of each prompt's end-of-text token among all suffix rows, prompt·length + position. */
  readonly endRows: Tensor;
}

/**
 * Raw text features [prompts, embedding] of CLIP's text encoder, written so that they can be differentiated. Attention is causal:
 * the prefix is the same in all prompts, so its stream, keys and values are computed once a block, in the same products as the
 * suffixes' (a product of few rows takes as long as reading its weights). `deep` [tokens, width] replace positions 1… of the inputs of blocks 2…
 * (methods.md §5); where they reach beyond the prefix they replace the first tokens of every suffix.
 */
export function encodePrompts(
  config: ClipConfig,
  weights: ModelWeights,
  { prefix, suffixes, endRows }: TrainedPrompts,
  deep: readonly Tensor[],
): Tensor {
  const { layers, heads, width } = config.text;
  const [prefixLength = 0] = prefix.shape;
  const [prompts = 0, length = 0] = suffixes.shape;
  if (prefix.shape.length !== 2 || suffixes.shape.length !== 3)
    throw shapeError(
      'encodePrompts',
      `${formatShape(prefix.shape)} and ${formatShape(suffixes.shape)} are no prompts`,
    );
  const positions = weights.tensor('positional_embedding');
  const count = prompts * length;
  const sharedOf = (x: Tensor) => slice(x, 0, 0, prefixLength);
  const ownOf = (x: Tensor) => slice(x, 0, prefixLength, prefixLength + count);
  const own = add(suffixes, slice(positions, 0, prefixLength, prefixLength + length));
  let rows = concat([add(prefix, slice(positions, 0, 0, prefixLength)), reshape(own, [count, width])], 0);
  for (let layer = 1; layer <= layers; layer++) {
    const tokens = deep[layer - 2];
    if (tokens) {
      const before = reshape(ownOf(rows), [prompts, length, width]);
      rows = concat(replaceDeep(tokens, sharedOf(rows), before), 0);
    }
    const block = textBlock(config, weights, layer);
    const normalised = block.normalise(rows);
    const [query, key, value] = [
      block.project('query', normalised),
      block.projectUnbiasedKey(normalised),
      block.project('value', normalised),
    ];
    const before = { key: sharedOf(key), value: sharedOf(value) };
    const ownMixed = mixSuffixes(
      heads,
      { query: ownOf(query), key: ownOf(key), value: ownOf(value) },
      before,
      prompts,
    );
    if (layer === layers) {
      // Of the last block only the ends are read.
      rows = block.feedForward(addMixed(block, gather(ownOf(rows), endRows), gather(ownMixed, endRows)));
    } else {
      const mixed = block.mix(sharedOf(query), before.key, before.value);
      rows = block.feedForward(addMixed(block, rows, concat([mixed, ownMixed], 0)));
    }
  }
  return matmul(
    layerNormOf(weights, 'ln_final', rows, config.layerNormEpsilon),
    weights.tensor('text_projection'),
  );
}

function addMixed({ outProjection }: Block, x: Tensor, mixed: Tensor): Tensor {
  return add(x, linear(mixed, outProjection.weight, outProjection.bias));
}

function replaceDeep(tokens: Tensor, shared: Tensor, own: Tensor): [Tensor, Tensor] {
  const [deepLength = 0, width = 0] = tokens.shape;
  const [prefixLength = 0] = shared.shape;
  const [prompts = 0, length = 0] = own.shape;
  const within = Math.min(deepLength, prefixLength - 1);
  const beyond = deepLength - within;
  if (beyond >= length)
    throw shapeError(
      'replaceDeep',
      `${deepLength} deep tokens leave nothing of a prompt of ${prefixLength + length}`,
    );
  const prefixParts = [
    slice(shared, 0, 0, 1),
    ...(within > 0 ? [slice(tokens, 0, 0, within)] : []),
    ...(within + 1 < prefixLength ? [slice(shared, 0, within + 1, prefixLength)] : []),
  ];
  const replaced =
    beyond > 0
      ? concat(
          [
            broadcast(slice(tokens, 0, within, deepLength), [prompts, beyond, width]),
            slice(own, 1, beyond, length),
          ],
          1,
        )
      : own;
  return [concat(prefixParts, 0), reshape(replaced, [prompts * length, width])];
}

/** softmax(q·kᵀ)·v of every suffix over the prefix and the suffix's own tokens up to each: [prompts·length, width]. */
function mixSuffixes(
  heads: number,
  own: { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor },
  before: { readonly key: Tensor; readonly value: Tensor },
  prompts: number,
): Tensor {
  const [rows = 0, width = 0] = own.query.shape;
  const [length, headWidth] = [rows / prompts, width / heads];
  const prefixLength = before.key.shape[0] ?? 0;
  const split = (x: Tensor, permutation: readonly number[]) =>
    transpose(reshape(x, [prompts, length, heads, headWidth]), permutation);
  const splitPrefix = (x: Tensor, permutation: readonly number[]) =>
    transpose(reshape(x, [prefixLength, heads, headWidth]), permutation);

  const query = multiply(split(own.query, [2, 0, 1, 3]), scalar(headWidth ** -0.5));
  const key = split(own.key, [2, 0, 3, 1]);
  const value = split(own.value, [2, 0, 1, 3]);
  const ofPrefix = matmul(reshape(query, [heads, rows, headWidth]), splitPrefix(before.key, [1, 2, 0]));
  const ofOwn = add(matmul(query, key), causalMask(length));
  const shares = softmax(concat([reshape(ofPrefix, [heads, prompts, length, prefixLength]), ofOwn], 3));
  const toPrefix = reshape(slice(shares, 3, 0, prefixLength), [heads, rows, prefixLength]);
  const toOwn = slice(shares, 3, prefixLength, prefixLength + length);
  const fromPrefix = matmul(toPrefix, splitPrefix(before.value, [1, 0, 2]));
  const mixed = add(reshape(fromPrefix, [heads, prompts, length, headWidth]), matmul(toOwn, value));
  return reshape(transpose(mixed, [1, 2, 0, 3]), [rows, width]);
}

/** [length, length]: added to scores, so that token i sees tokens 0…i alone. */
function causalMask(length: number): Tensor {
  const hidden = -1e9;
  return constant(
    [length, length],
    Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? hidden : 0)),
  );
}
