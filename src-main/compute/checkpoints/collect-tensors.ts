import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { corrupt } from './checkpoint-file.ts';
import { PickleDict, PickleRecord, PickleTensor } from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';

const maxDepth = 48;
const maxVisits = 500_000;
const maxPathLength = 1000;

export interface CollectedValues {
  readonly tensors: ReadonlyMap<string, PickleTensor>;
  readonly numbers: ReadonlyMap<string, number>;
}

/** The children of a dictionary or of a TorchScript module, null for anything else. Other records stay closed. */
function childrenOf(value: PickleValue): ReadonlyMap<PickleValue, PickleValue> | null {
  if (value instanceof PickleDict) return value.entries;
  if (value instanceof PickleRecord && value.className.startsWith('__torch__')) {
    return value.state instanceof PickleDict ? value.state.entries : null;
  }
  return null;
}

/**
 * Every tensor and number in nested dictionaries and TorchScript modules, by path with dots. Objects that contain themselves or
 * each other a million times over end in `corrupt-file` or `too-large`, not in a loop.
 */
export function collectTensors(root: PickleValue, path: string): CollectedValues {
  const tensors = new Map<string, PickleTensor>();
  const numbers = new Map<string, number>();
  let visits = 0;

  function visit(value: PickleValue, prefix: string, depth: number): void {
    const children = childrenOf(value);
    if (children === null) return;
    if (depth > maxDepth) throw corrupt(path, 'its tables are nested without end.');
    for (const [key, child] of children) {
      if (++visits > maxVisits) {
        throw new WorkbenchError('too-large', `${path}: it lists far too much to be a checkpoint.`);
      }
      if (typeof key !== 'string' && typeof key !== 'number') continue;
      const name = `${prefix}${key}`;
      if (name.length > maxPathLength) throw corrupt(path, 'the name of a tensor is far too long.');
      if (child instanceof PickleTensor) {
        if (tensors.has(name)) throw corrupt(path, `it holds the tensor ${name} twice.`);
        tensors.set(name, child);
      } else if (typeof child === 'number') numbers.set(name, child);
      else visit(child, `${name}.`, depth + 1);
    }
  }

  visit(root, '', 0);
  return { tensors, numbers };
}
