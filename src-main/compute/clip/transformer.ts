import type { Activation, ClipConfig } from '../../../src-shared/domain/model.ts';
import {
  add,
  attention,
  gelu,
  layerNorm,
  linear,
  quickGelu,
  reshape,
  weightRows,
} from '../tensor-graph/operators.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';
import type { ModelWeights } from './model-weights.ts';

/** One residual attention block's weights and sizes (CLIP's ResidualAttentionBlock). */
export interface Block {
  readonly heads: number;
  readonly causal: boolean;
  /** LayerNorm before the attention: x [rows, width]. */
  normalise(x: Tensor): Tensor;
  /** One of the three input projections of normalised tokens. */
  project(which: 'query' | 'key' | 'value', normalised: Tensor): Tensor;
  /**
   * Keys without their bias: it adds the same number, q·b, to all scores of a query, and softmax does not see that. Of use where
   * keys are compared with queries, not with each other.
   */
  projectUnbiasedKey(normalised: Tensor): Tensor;
  /** softmax(q·kᵀ)·v of `batch` sequences, all [batch·length, width], before the output projection. */
  mix(query: Tensor, key: Tensor, value: Tensor, batch?: number): Tensor;
  /** The output projection's weight [width, width] and bias [width]. */
  readonly outProjection: { readonly weight: Tensor; readonly bias: Tensor };
  /** x + MLP(ln_2(x)) */
  feedForward(x: Tensor): Tensor;
}

export interface BlockOptions {
  /** `visual.transformer.resblocks.3`, for example. */
  readonly prefix: string;
  readonly heads: number;
  readonly causal: boolean;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
}

export function layerNormOf(weights: ModelWeights, key: string, x: Tensor, epsilon: number): Tensor {
  return layerNorm(x, weights.tensor(`${key}.weight`), weights.tensor(`${key}.bias`), epsilon);
}

const projectionOrder = { query: 0, key: 1, value: 2 } as const;

function createBlock(weights: ModelWeights, options: BlockOptions): Block {
  const { prefix, heads, causal, layerNormEpsilon: epsilon } = options;
  const activate = options.activation === 'gelu' ? gelu : quickGelu;
  const tensor = (key: string) => weights.tensor(`${prefix}.${key}`);
  const inProjection = tensor('attn.in_proj_weight');
  const width = inProjection.shape[1] ?? 0;

  return {
    heads,
    causal,
    normalise: (x) => layerNormOf(weights, `${prefix}.ln_1`, x, epsilon),
    // q, k and v are separate products on thirds of one stored matrix: whatever a path does not need is then never computed.
    project: (which, normalised) => {
      const first = projectionOrder[which] * width;
      const bias = weightRows(tensor('attn.in_proj_bias'), first, first + width);
      return linear(normalised, weightRows(inProjection, first, first + width), bias);
    },
    projectUnbiasedKey: (normalised) => linear(normalised, weightRows(inProjection, width, 2 * width), null),
    mix: (query, key, value, batch = 1) => {
      const sequences = (x: Tensor) => reshape(x, [batch, (x.shape[0] ?? 0) / batch, width]);
      const mixed = attention(sequences(query), sequences(key), sequences(value), { heads, causal });
      return reshape(mixed, query.shape);
    },
    outProjection: { weight: tensor('attn.out_proj.weight'), bias: tensor('attn.out_proj.bias') },
    feedForward: (x) => {
      const hidden = linear(
        layerNormOf(weights, `${prefix}.ln_2`, x, epsilon),
        tensor('mlp.c_fc.weight'),
        tensor('mlp.c_fc.bias'),
      );
      return add(x, linear(activate(hidden), tensor('mlp.c_proj.weight'), tensor('mlp.c_proj.bias')));
    },
  };
}

/** Block `layer` of the image encoder, counted from 1. */
export function visionBlock(config: ClipConfig, weights: ModelWeights, layer: number): Block {
  const { heads } = config.vision;
  const prefix = `visual.transformer.resblocks.${layer - 1}`;
  return createBlock(weights, { ...config, prefix, heads, causal: false });
}

/** Block `layer` of the text encoder, counted from 1. */
export function textBlock(config: ClipConfig, weights: ModelWeights, layer: number): Block {
  const { heads } = config.text;
  const prefix = `transformer.resblocks.${layer - 1}`;
  return createBlock(weights, { ...config, prefix, heads, causal: true });
}

export interface AttentionOptions {
  /** The normalised rows that attend, where not all of them are wanted. */
  readonly queries?: Tensor;
  /** Projected keys that another path has made already. */
  readonly key?: Tensor;
  readonly batch?: number;
}

/** x + proj(attn(q, k, v)) of `batch` sequences, x with as many rows as attend. */
export function addAttention(
  block: Block,
  x: Tensor,
  normalised: Tensor,
  { queries = normalised, key = block.projectUnbiasedKey(normalised), batch = 1 }: AttentionOptions = {},
): Tensor {
  const { weight, bias } = block.outProjection;
  const mixed = block.mix(block.project('query', queries), key, block.project('value', normalised), batch);
  return add(x, linear(mixed, weight, bias));
}
