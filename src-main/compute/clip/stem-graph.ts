import type { ConvolutionalStem } from '../../../src-shared/domain/model.ts';
import { conv2d, samePadding, unshuffleToRows } from '../tensor-graph/convolution.ts';
import { add, clip, concat, linear, multiply, reshape, transpose } from '../tensor-graph/operators.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';
import type { ModelWeights } from './model-weights.ts';
import { stemBlocks, type StemBlock } from './stem-layout.ts';

/**
 * Patch tokens [grid², width] of normalised pixels [size, size, 3] by a convolutional stem (a hybrid, arXiv 2010.11929, §3.1;
 * inverted residuals, arXiv 1801.04381, §3.3, with batch norm folded into the convolutions).
 */
export function stemTokens(stem: ConvolutionalStem, weights: ModelWeights, pixels: Tensor): Tensor {
  const [size = 0] = pixels.shape;
  // Not folded into the first convolution: its padding is zero after the rescaling.
  const rescaled = add(
    multiply(pixels, weights.tensor('visual.stem.rescale')),
    weights.tensor('visual.stem.shift'),
  );
  const planes = reshape(transpose(rescaled, [2, 0, 1]), [1, 3, size, size]);
  const { kernel, stride } = stem.conv;
  let x = relu6(sameConvolution(weights, 'conv', planes, { kernel, stride, groups: 1 }));
  const stageEnds = new Map<number, Tensor>();
  for (const block of stemBlocks(stem)) {
    x = invertedResidual(weights, block, x);
    if (block.endsStage) stageEnds.set(block.stage, x);
  }
  const tapped = stem.taps.map(({ stage, unshuffle }) => {
    const planesOfStage = stageEnds.get(stage);
    if (!planesOfStage) throw new Error(`the stem has no stage ${stage}`);
    return unshuffleToRows(planesOfStage, unshuffle);
  });
  return linear(
    concat(tapped, 1),
    weights.tensor('visual.stem.proj.weight'),
    weights.tensor('visual.stem.proj.bias'),
  );
}

function relu6(x: Tensor): Tensor {
  return clip(x, 0, 6);
}

/** Expand, depthwise, project; ReLU6 after the first two; the input added where shapes agree. */
function invertedResidual(weights: ModelWeights, block: StemBlock, x: Tensor): Tensor {
  const { index, kernel, stride, channelsBetween } = block;
  const name = (part: string) => `blocks.${index}.${part}`;
  const pointwise = { kernel: 1, stride: 1, groups: 1 };
  const expanded = block.expands ? relu6(sameConvolution(weights, name('expand'), x, pointwise)) : x;
  const depthwise = { kernel, stride, groups: channelsBetween };
  const filtered = relu6(sameConvolution(weights, name('depthwise'), expanded, depthwise));
  const projected = sameConvolution(weights, name('project'), filtered, pointwise);
  return block.isResidual ? add(x, projected) : projected;
}

function sameConvolution(
  weights: ModelWeights,
  name: string,
  x: Tensor,
  { kernel, stride, groups }: { kernel: number; stride: number; groups: number },
): Tensor {
  const [, , height = 0, width = 0] = x.shape;
  const [top, bottom] = samePadding(height, kernel, stride);
  const [left, right] = samePadding(width, kernel, stride);
  return conv2d(x, weights.tensor(`visual.stem.${name}.weight`), weights.tensor(`visual.stem.${name}.bias`), {
    strides: [stride, stride],
    pads: [top, left, bottom, right],
    groups,
  });
}
