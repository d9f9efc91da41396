import type { ConvolutionalStem } from '../../../src-shared/domain/model.ts';
import type { ExpectedTensor } from './canonical-tensors.ts';

/** One inverted residual of a stem. */
export interface StemBlock {
  /** Its place among all blocks: `visual.stem.blocks.<index>`. */
  readonly index: number;
  /** From 1. */
  readonly stage: number;
  readonly channelsIn: number;
  /** Channels between the 1×1 convolutions; as many as come in where there is no expansion. */
  readonly channelsBetween: number;
  readonly channelsOut: number;
  readonly expands: boolean;
  readonly kernel: number;
  readonly stride: number;
  readonly isResidual: boolean;
  readonly endsStage: boolean;
}

export function stemBlocks(stem: ConvolutionalStem): StemBlock[] {
  const blocks: StemBlock[] = [];
  let channelsIn = stem.conv.channels;
  for (const [k, { repeats, kernel, stride, expansion, channels }] of stem.stages.entries())
    for (let repeat = 0; repeat < repeats; repeat++) {
      const own = repeat === 0 ? stride : 1;
      blocks.push({
        index: blocks.length,
        stage: k + 1,
        channelsIn,
        channelsBetween: channelsIn * expansion,
        channelsOut: channels,
        expands: expansion > 1,
        kernel,
        stride: own,
        isResidual: own === 1 && channelsIn === channels,
        endsStage: repeat === repeats - 1,
      });
      channelsIn = channels;
    }
  return blocks;
}

/** Pixels from one token to the next; null where the taps do not lie on one grid or name a stage that is not there. */
export function stemPatchSize({ conv, stages, taps }: ConvolutionalStem): number | null {
  const strides = taps.map(({ stage, unshuffle }) =>
    stage > stages.length
      ? null
      : stages.slice(0, stage).reduce((product, one) => product * one.stride, conv.stride) * unshuffle,
  );
  const [first = null] = strides;
  return strides.every((one) => one === first) ? first : null;
}

/** Width of what the taps give to the projection. */
export function tappedChannels({ stages, taps }: ConvolutionalStem): number {
  return taps.reduce(
    (sum, { stage, unshuffle }) => sum + (stages[stage - 1]?.channels ?? 0) * unshuffle ** 2,
    0,
  );
}

/** Every tensor of a stem in front of a transformer of `width`. */
export function stemTensors(stem: ConvolutionalStem, width: number): ExpectedTensor[] {
  const convolution = (name: string, out: number, perGroup: number, kernel: number): ExpectedTensor[] => [
    { name: `visual.stem.${name}.weight`, shape: [out, perGroup, kernel, kernel] },
    { name: `visual.stem.${name}.bias`, shape: [out] },
  ];
  return [
    { name: 'visual.stem.rescale', shape: [3] },
    { name: 'visual.stem.shift', shape: [3] },
    ...convolution('conv', stem.conv.channels, 3, stem.conv.kernel),
    ...stemBlocks(stem).flatMap((block) => {
      const { channelsIn, channelsBetween, channelsOut, kernel } = block;
      const name = (part: string) => `blocks.${block.index}.${part}`;
      return [
        ...(block.expands ? convolution(name('expand'), channelsBetween, channelsIn, 1) : []),
        ...convolution(name('depthwise'), channelsBetween, 1, kernel),
        ...convolution(name('project'), channelsOut, channelsBetween, 1),
      ];
    }),
    { name: 'visual.stem.proj.weight', shape: [width, tappedChannels(stem)] },
    { name: 'visual.stem.proj.bias', shape: [width] },
  ];
}
