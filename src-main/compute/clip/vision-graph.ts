import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DpamVariant } from '../../../src-shared/domain/method.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import type { DpamNeeds, FeatureNeeds } from '../methods/method.ts';
import {
  add,
  cast,
  concat,
  constant,
  input,
  linear,
  matmul,
  multiply,
  reshape,
  scalar,
  slice,
  transpose,
  weightAs,
} from '../tensor-graph/operators.ts';
import { normaliseRows } from '../tensor-graph/sums.ts';
import type { Graph, Tensor } from '../tensor-graph/tensor.ts';
import type { ModelWeights } from './model-weights.ts';
import { resamplePositions } from './position-embedding.ts';
import { stemTokens } from './stem-graph.ts';
import { addAttention, layerNormOf, visionBlock, type Block } from './transformer.ts';
import { windowClassTokens } from './window-graph.ts';

/** CLIP's normalisation of RGB in 0…1 (methods.md §1). */
export const pixelMean = [0.48145466, 0.4578275, 0.40821073] as const;
export const pixelDeviation = [0.26862954, 0.26130258, 0.27577711] as const;

/** Names of the graph's input and outputs. */
export const visionNames = {
  /** u8 [size, size, 3]: RGB as resized, rows first. */
  pixels: 'pixels',
  /** [1, embedding] */
  classFeature: 'class_feature',
  rawClassFeature: 'raw_class_feature',
  /** [1 + grid², embedding], the class token's row first. */
  patchFeatures: 'patch_features',
  /** [1 + grid², width], the class token's row first. */
  patchTokens: 'patch_tokens',
  /** [(grid - side + 1)², embedding] */
  windows: (side: number) => `windows_${side}`,
  dpam: (variant: DpamVariant, layer: number) => `dpam_${variant}_${layer}`,
} as const;

/** Pixels u8 [size, size, 3] as CLIP's input f32 [size, size, 3]: (x/255 - mean) / deviation. */
export function normalisePixels(pixels: Tensor): Tensor {
  const scale = constant(
    [3],
    pixelDeviation.map((deviation) => 1 / (255 * deviation)),
  );
  const shift = constant(
    [3],
    pixelMean.map((mean, channel) => -mean / (pixelDeviation[channel] ?? 1)),
  );
  return add(multiply(cast(pixels, 'f32'), scale), shift);
}

/** Side of the patch grid. Throws `bad-request` for a size that the model's patches do not tile. */
export function gridSizeOf(config: ClipConfig, imageSizePx: number): number {
  const { patchSize } = config.vision;
  if (imageSizePx % patchSize !== 0 || imageSizePx < patchSize)
    throw new WorkbenchError(
      'bad-request',
      `The image size ${imageSizePx} px is not a multiple of this model's patch size. Choose a multiple of ${patchSize} px.`,
    );
  return imageSizePx / patchSize;
}

/**
 * The image encoder as one graph that computes what `needs` asks for and nothing else: any ViT CLIP, any image size that its
 * patches tile, the ordinary path and DPAM's (methods.md §1-2; AnomalyCLIP §3.2, released code). One image a run.
 */
export function visionGraph(config: ClipConfig, weights: ModelWeights, needs: FeatureNeeds): Graph {
  checkNeeds(config, needs);
  const project = (x: Tensor) => matmul(x, weights.tensor('visual.proj'));
  const projectAfterNorm = (x: Tensor) =>
    project(layerNormOf(weights, 'visual.ln_post', x, config.layerNormEpsilon));

  const embedded = embedImage(config, weights, needs.imageSizePx);
  const streams = runBlocks(config, weights, embedded, needs);
  const outputs: Record<string, Tensor> = {};
  const classToken = slice(streams.last, 0, 0, 1);
  if (needs.classFeature) outputs[visionNames.classFeature] = projectAfterNorm(classToken);
  if (needs.rawClassFeature) outputs[visionNames.rawClassFeature] = project(classToken);
  if (needs.patchFeatures) outputs[visionNames.patchFeatures] = projectAfterNorm(streams.last);
  if (needs.patchTokens) outputs[visionNames.patchTokens] = streams.last;
  for (const side of needs.windows ?? [])
    outputs[visionNames.windows(side)] = projectAfterNorm(windowClassTokens(config, weights, embedded, side));
  for (const layer of needs.dpam?.layers ?? []) {
    const paths = streams.dpam.get(layer);
    if (paths && needs.dpam)
      outputs[visionNames.dpam(needs.dpam.variant, layer)] = joinPaths(
        paths.map(projectAfterNorm),
        needs.dpam,
      );
  }
  return { name: 'vision', outputs };
}

/**
 * One path's features as they are; of the ensemble the mean of the paths' unit rows. Its product with a unit text is the mean of the
 * paths' cosines, so whoever reads it must not bring it to unit length again (`Features.keepsLength`).
 */
function joinPaths(paths: readonly Tensor[], { variant }: DpamNeeds): Tensor {
  const [first, ...others] = variant === 'ensemble' ? paths.map(normaliseRows) : paths;
  if (first === undefined) throw new Error('a layer was read from no path');
  const sum = others.reduce(add, first);
  return others.length === 0 ? sum : multiply(sum, scalar(1 / paths.length));
}

/** Throws `bad-request` where a model cannot give what is asked for, as `visionGraph` does, without building anything. */
export function checkNeeds(config: ClipConfig, { imageSizePx, dpam, windows = [] }: FeatureNeeds): void {
  const grid = gridSizeOf(config, imageSizePx);
  const side = Math.max(0, ...windows);
  if (side > grid)
    throw new WorkbenchError(
      'bad-request',
      `Windows of ${side}×${side} patches were asked for, but an image of ${imageSizePx} px has only ${grid}×${grid} patches. Choose ${side * config.vision.patchSize} px or more.`,
    );
  if (dpam) checkDpam(dpam, config.vision.layers);
}

function checkDpam({ blocks, layers }: DpamNeeds, depth: number): void {
  const wrong = layers.find((layer) => layer < 1 || layer > depth);
  if (wrong !== undefined)
    throw new WorkbenchError(
      'bad-request',
      `Features of layer ${wrong} were asked for, but this model has layers 1 to ${depth}. Choose layers within that range.`,
    );
  if (blocks < 0 || blocks > depth)
    throw new WorkbenchError(
      'bad-request',
      `A second attention path over ${blocks} blocks was asked for, but this model has ${depth} blocks.`,
    );
}

/** Tokens [1 + grid², width] that enter the first block. */
function embedImage(config: ClipConfig, weights: ModelWeights, imageSizePx: number): Tensor {
  const { width, gridSize } = config.vision;
  const grid = gridSizeOf(config, imageSizePx);
  const pixels = normalisePixels(input(visionNames.pixels, [imageSizePx, imageSizePx, 3], 'u8'));
  const classEmbedding = reshape(weights.tensor('visual.class_embedding'), [1, width]);
  const positions = resamplePositions(weights.tensor('visual.positional_embedding'), gridSize, grid);
  const tokens = concat([classEmbedding, patchTokens(config, weights, pixels)], 0);
  return layerNormOf(weights, 'visual.ln_pre', add(tokens, positions), config.layerNormEpsilon);
}

/** Tokens [grid², width] of normalised pixels [size, size, 3], before their positions. */
function patchTokens({ vision }: ClipConfig, weights: ModelWeights, pixels: Tensor): Tensor {
  const { width, patchSize, stem } = vision;
  if (stem?.kind === 'convolutional') return stemTokens(stem, weights, pixels);
  const grid = (pixels.shape[0] ?? 0) / patchSize;
  // A convolution whose stride is its kernel is a product: patches [grid², 3·patch²] × kernels as they are stored.
  const patches = reshape(
    transpose(reshape(pixels, [grid, patchSize, grid, patchSize, 3]), [0, 2, 4, 1, 3]),
    [grid * grid, 3 * patchSize * patchSize],
  );
  const kernels = weightAs(weights.tensor('visual.conv1.weight'), [width, 3 * patchSize * patchSize]);
  return linear(patches, kernels, null);
}

/** `last`: the ordinary stream's end, the class token's row alone where nothing needs the patches. `dpam`: the paths by layer. */
interface Streams {
  readonly last: Tensor;
  readonly dpam: ReadonlyMap<number, readonly Tensor[]>;
}

/** Attention of one of DPAM's paths. */
type DpamPath = Exclude<DpamVariant, 'ensemble'>;

function pathsOf(dpam: DpamNeeds | undefined): readonly DpamPath[] {
  if (!dpam) return [];
  return dpam.variant === 'ensemble' ? ['qq', 'kk', 'vv'] : [dpam.variant];
}

function runBlocks(config: ClipConfig, weights: ModelWeights, tokens: Tensor, needs: FeatureNeeds): Streams {
  const { layers } = config.vision;
  const firstDpam = layers - (needs.dpam?.blocks ?? 0) + 1;
  const paths = pathsOf(needs.dpam);
  const dpam = new Map<number, readonly Tensor[]>();
  let ordinary = tokens;
  let second: readonly SecondStream[] | null = null;
  for (let layer = 1; layer <= layers; layer++) {
    const block = visionBlock(config, weights, layer);
    const normalised = block.normalise(ordinary);
    if (layer >= firstDpam && paths.length > 0) {
      const from: readonly SecondStream[] = second ?? paths.map(() => ({ rows: ordinary, bias: null }));
      second = from.map((stream, i) => dpamStep(block, stream, normalised, paths[i] ?? 'vv'));
    }
    const patchesWanted = needs.patchFeatures || needs.patchTokens || (needs.dpam && second === null);
    const patchesEnd = layer === layers && !patchesWanted;
    // K-K attention has made the keys already, with their bias.
    const shared = second !== null && paths.includes('kk') ? { key: block.project('key', normalised) } : {};
    ordinary = ordinaryStep(block, ordinary, normalised, { ...shared, classOnly: patchesEnd });
    if (needs.dpam?.layers.includes(layer)) dpam.set(layer, second ? second.map(readSecond) : [ordinary]);
  }
  return { last: ordinary, dpam };
}

/** x + proj(attn(q, k, v)), then the MLP. `classOnly`: in the last block the class token alone goes on. */
function ordinaryStep(
  block: Block,
  x: Tensor,
  normalised: Tensor,
  { classOnly, ...shared }: { readonly classOnly: boolean; readonly key?: Tensor },
): Tensor {
  if (!classOnly) return block.feedForward(addAttention(block, x, normalised, shared));
  const queries = slice(normalised, 0, 0, 1);
  return block.feedForward(addAttention(block, slice(x, 0, 0, 1), normalised, { ...shared, queries }));
}

/**
 * DPAM's stream. Nothing reads it between the layers whose features are wanted, so the blocks' output biases are summed beside it
 * (one row, folded when the session is made) and added where it is read.
 */
interface SecondStream {
  readonly rows: Tensor;
  readonly bias: Tensor | null;
}

/** x' = x + proj(attn(v, v, v)) with v of the ordinary stream and no MLP; queries or keys in place of values for qq and kk. */
function dpamStep(block: Block, x: SecondStream, normalised: Tensor, path: DpamPath): SecondStream {
  const { weight, bias } = block.outProjection;
  const value = block.project('value', normalised);
  const attending = block.project(({ vv: 'value', qq: 'query', kk: 'key' } as const)[path], normalised);
  return {
    rows: linear(block.mix(attending, attending, value), weight, x.rows),
    bias: x.bias ? add(x.bias, bias) : bias,
  };
}

function readSecond({ rows, bias }: SecondStream): Tensor {
  return bias ? add(rows, bias) : rows;
}
