import { Tensor as OrtTensor } from 'onnxruntime-node';
import type { TrainingSettings } from '../../../src-shared/domain/training.ts';
import { decodeRuns } from '../../../src-shared/mask/run-length.ts';
import type { PackedFeatures, PackedRows } from '../features/feature-layout.ts';
import type { ComputeParams } from '../protocol.ts';
import type { Feeds } from '../runtime/session-store.ts';
import { stepNames } from './trainable-method.ts';
import type { TrainingState } from './training-state.ts';

export type TrainingImage = ComputeParams<'training.open'>['images'][number];

/** One image of a step with its features. */
export interface StepImage {
  readonly image: TrainingImage;
  readonly features: PackedFeatures;
  /** Of its class among the names that the graph was made for. */
  readonly classIndex: number;
}

/** Everything that a step's graph reads, by the names of its inputs; what it does not read is left out. */
export function stepFeeds(
  inputs: ReadonlySet<string>,
  state: TrainingState,
  batch: readonly StepImage[],
  settings: TrainingSettings,
  learningRate: number,
): Feeds {
  const feeds: Record<string, OrtTensor> = {};
  const feed = (name: string, make: () => OrtTensor) => {
    if (inputs.has(name)) feeds[name] = make();
  };
  const scalar = (value: number) => new OrtTensor('float32', Float32Array.of(value), []);
  for (const [key, { value, m, v }] of state.parameters) {
    feed(stepNames.value(key), () => value);
    feed(stepNames.m(key), () => m);
    feed(stepNames.v(key), () => v);
  }
  feed(stepNames.step, () => scalar(state.step + 1));
  feed(stepNames.learningRate, () => scalar(learningRate));
  feed(stepNames.labels, () => labelsOf(batch));
  feed(stepNames.masks, () => masksOf(batch, settings.imageSizePx));
  feed(stepNames.classFeature, () => rowsOf(batch, classFeatureOf, false));
  feed(
    stepNames.classIndex,
    () =>
      new OrtTensor(
        'int64',
        BigInt64Array.from(batch, ({ classIndex }) => BigInt(classIndex)),
        [batch.length],
      ),
  );
  for (const layer of batch[0]?.features.dpam?.keys() ?? [])
    feed(stepNames.patches(layer), () => rowsOf(batch, ({ dpam }) => dpam?.get(layer), true));
  return feeds;
}

const classFeatureOf = ({ rawClassFeature, classFeature }: PackedFeatures) => rawClassFeature ?? classFeature;

function labelsOf(batch: readonly StepImage[]): OrtTensor {
  return new OrtTensor(
    'float32',
    Float32Array.from(batch, ({ image }) => image.label),
    [batch.length],
  );
}

/** u8 [batch, S, S]; an image without a mask has nothing anomalous in it. */
function masksOf(batch: readonly StepImage[], sizePx: number): OrtTensor {
  const masks = new Uint8Array(batch.length * sizePx * sizePx);
  for (const [row, { image }] of batch.entries()) {
    if (image.mask === null) continue;
    const { width, height, runs } = image.mask;
    masks.set(decodeRuns({ width, height, runs }), row * sizePx * sizePx);
  }
  return new OrtTensor('uint8', masks, [batch.length, sizePx, sizePx]);
}

/** f16 [batch, width], or [batch, rows, width] where `isMatrix`. */
function rowsOf(
  batch: readonly StepImage[],
  partOf: (features: PackedFeatures) => PackedRows | undefined,
  isMatrix: boolean,
): OrtTensor {
  const parts = batch.map(({ features }) => {
    const part = partOf(features);
    if (!part) throw new Error('a step was handed features that it did not ask for');
    return part;
  });
  const [first] = parts;
  if (!first) throw new Error('a step needs an image');
  const { rows, width } = first;
  const bits = new Uint16Array(parts.length * rows * width);
  for (const [index, part] of parts.entries()) bits.set(part.bits, index * rows * width);
  return halfTensor(bits, [parts.length, ...(isMatrix ? [rows] : []), width]);
}

/**
 * An f16 tensor of half precision bits. Where the runtime has `Float16Array`, `Tensor` makes one of the bits, of which ONNX Runtime's
 * native part takes nothing at all («not enough space: expected 144, got 0»): it wants the bits themselves.
 */
function halfTensor(bits: Uint16Array, dims: readonly number[]): OrtTensor {
  const tensor = new OrtTensor('float16', bits, dims);
  return Object.defineProperty(tensor, 'data', { value: bits });
}
