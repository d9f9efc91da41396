import { Tensor as OrtTensor } from 'onnxruntime-node';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { readSafetensorsMetadata } from '../checkpoints/safetensors-metadata.ts';
import { writeSafetensors, type WrittenFile } from '../checkpoints/write-safetensors.ts';
import type { NamedTensor } from '../methods/method.ts';
import { optimiserPrefix } from '../clip/prompt-layouts.ts';
import { readTensors } from '../runtime/read-learned-prompts.ts';

/** What a step changes of one parameter: its value and the optimiser's two moments, all of one shape. */
export interface ParameterState {
  readonly value: OrtTensor;
  readonly m: OrtTensor;
  readonly v: OrtTensor;
}

/** A training between two steps. */
export interface TrainingState {
  /** Steps that were done. */
  readonly step: number;
  /** By the released checkpoints' keys. */
  readonly parameters: ReadonlyMap<string, ParameterState>;
}

const kinds = ['m', 'v'] as const;
const stepName = 'step';
const nameOf = (kind: (typeof kinds)[number], key: string) => `${optimiserPrefix}${kind}.${key}`;

const toOrt = ({ shape, data }: NamedTensor) => new OrtTensor('float32', data, shape);

export function firstState(parameters: ReadonlyMap<string, NamedTensor>): TrainingState {
  const zeros = ({ shape, data }: NamedTensor) => toOrt({ shape, data: new Float32Array(data.length) });
  return {
    step: 0,
    parameters: new Map(
      [...parameters].map(([key, tensor]) => [
        key,
        { value: toOrt(tensor), m: zeros(tensor), v: zeros(tensor) },
      ]),
    ),
  };
}

/**
 * The state that `saveState` wrote, for parameters of the names and shapes of `expected`. Throws `corrupt-file` where the file is no
 * such state, `incompatible` where it is one of other settings, and what reading throws.
 */
export async function readState(
  path: string,
  expected: ReadonlyMap<string, NamedTensor>,
): Promise<TrainingState> {
  const step = Number((await readSafetensorsMetadata(path)).get(stepName) ?? Number.NaN);
  if (!Number.isSafeInteger(step) || step < 0)
    throw new WorkbenchError(
      'corrupt-file',
      `${path}: it does not say how many steps were done, so learning cannot go on from it. Start the training anew.`,
    );
  const tensors = await readTensors(path);
  const read = (name: string, { shape }: NamedTensor): OrtTensor => {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new WorkbenchError(
        'corrupt-file',
        `${path}: the tensor ${name} is missing, so learning cannot go on from it. Start the training anew.`,
      );
    if (tensor.shape.join() !== shape.join())
      throw new WorkbenchError(
        'incompatible',
        `${path}: the tensor ${name} has the shape [${tensor.shape.join(', ')}] where these settings have [${shape.join(', ')}]. Go on with the settings it was begun with.`,
      );
    return toOrt(tensor);
  };
  return {
    step,
    parameters: new Map(
      [...expected].map(([key, tensor]) => [
        key,
        { value: read(key, tensor), m: read(nameOf('m', key), tensor), v: read(nameOf('v', key), tensor) },
      ]),
    ),
  };
}

/** Values under the released keys, moments under `optimiser.m.<key>` and `optimiser.v.<key>`, `step` in the metadata; all or nothing. */
export async function saveState(
  file: string,
  { step, parameters }: TrainingState,
  metadata: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const rows = [
    ...[...parameters].map(([key, { value }]) => ({ name: key, tensor: value })),
    ...kinds.flatMap((kind) =>
      [...parameters].map(([key, state]) => ({ name: nameOf(kind, key), tensor: state[kind] })),
    ),
  ];
  return writeSafetensors({
    file,
    tensors: rows.map(({ name, tensor }) => ({
      name,
      shape: tensor.dims,
      chunks: () => [floatsOf(tensor)],
    })),
    metadata: { format: 'pt', made_by: 'anomaly-workbench', ...metadata, [stepName]: `${step}` },
    ...(signal ? { signal } : {}),
  });
}

export function floatsOf({ data }: OrtTensor): Float32Array {
  if (!(data instanceof Float32Array)) throw new Error('a tensor of a training is not of fp32');
  return data;
}
