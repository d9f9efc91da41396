import {
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleRecord,
  PickleStorage,
  PickleTensor,
  PickleTuple,
} from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';
import type { Dtype } from './tensor-dtype.ts';

/** Storage classes of PyTorch by their Python names. */
const storageDtypes: Readonly<Record<string, Dtype>> = {
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.DoubleStorage': 'F64',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** Classes that training scripts leave in a checkpoint beside the weights. They become inert records; their content is not looked at. */
const inertNames = new Set([
  'argparse.Namespace',
  'collections.Counter',
  'collections.defaultdict',
  'builtins.set',
  'builtins.frozenset',
  'builtins.dict',
  'builtins.list',
  '__builtin__.set',
  '__builtin__.frozenset',
  '__builtin__.dict',
  '__builtin__.list',
  '_codecs.encode',
  'numpy.dtype',
  'numpy.ndarray',
  'numpy.core.multiarray.scalar',
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray.scalar',
  'numpy._core.multiarray._reconstruct',
  'torch.device',
  'torch.float16',
  'torch.float32',
  'torch.float64',
  'torch.bfloat16',
  'torch.int64',
  'torch.int32',
  'torch.uint8',
  'torch.bool',
  'torch.Tensor',
  'torch._tensor.Tensor',
  'torch.nn.parameter.Parameter',
]);

function wholeNumber(value: PickleValue | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error('a tensor has a wrong size');
  return value;
}

function wholeNumbers(value: PickleValue | undefined): number[] {
  if (!(value instanceof PickleTuple || value instanceof PickleList)) {
    throw new Error('a tensor has no sizes');
  }
  if (value.items.length > 32) throw new Error('a tensor has too many dimensions');
  return value.items.map(wholeNumber);
}

function rebuildTensor(args: readonly PickleValue[]): PickleValue {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof PickleStorage)) throw new Error('a tensor has no data');
  return new PickleTensor(storage, wholeNumber(offset), wholeNumbers(shape), wholeNumbers(strides));
}

function rebuildParameter(args: readonly PickleValue[]): PickleValue {
  const [tensor] = args;
  if (!(tensor instanceof PickleTensor)) throw new Error('a parameter is not a tensor');
  return tensor;
}

/** `torch._tensor._rebuild_from_type_v2(function, type, arguments, state)`: the function must be one of these again. */
function rebuildFromType(args: readonly PickleValue[]): PickleValue {
  const [made, , inner] = args;
  if (!(made instanceof PickleGlobal) || !(inner instanceof PickleTuple)) throw new Error('a tensor is odd');
  const rebuild = rebuilders[made.qualifiedName];
  if (rebuild === undefined || rebuild === rebuildFromType) throw new Error('a tensor is odd');
  return rebuild(inner.items);
}

/** `OrderedDict()`: every PyTorch that writes zips calls it without arguments and sets the items afterwards. */
function makeDict(args: readonly PickleValue[]): PickleValue {
  if (args.length > 0) throw new Error('a dictionary is made in an old way');
  return new PickleDict();
}

/** What calling an allowed name gives. The only functions a pickle can reach, and all they do is describe. */
const rebuilders: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue>> = {
  'collections.OrderedDict': makeDict,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': rebuildParameter,
  'torch._utils._rebuild_parameter_with_state': rebuildParameter,
  'torch._tensor._rebuild_from_type_v2': rebuildFromType,
  'torch.Size': ([sizes]) => sizes ?? new PickleTuple([]),
  // TorchScript marks typed lists and dictionaries; the value itself is the first argument.
  'torch.jit._pickle.build_intlist': ([list]) => list ?? null,
  'torch.jit._pickle.build_doublelist': ([list]) => list ?? null,
  'torch.jit._pickle.build_boollist': ([list]) => list ?? null,
  'torch.jit._pickle.build_tensorlist': ([list]) => list ?? null,
  'torch.jit._pickle.restore_type_tag': ([value]) => value ?? null,
};

/** Null where `module.name` is not on the allow-list. TorchScript's own classes (`__torch__…`) are data, whatever they are called. */
export function allowedGlobal(module: string, name: string): PickleGlobal | null {
  const qualifiedName = `${module}.${name}`;
  const known =
    module === '__torch__' ||
    module.startsWith('__torch__.') ||
    inertNames.has(qualifiedName) ||
    Object.hasOwn(storageDtypes, qualifiedName) ||
    Object.hasOwn(rebuilders, qualifiedName);
  return known ? new PickleGlobal(qualifiedName) : null;
}

/** REDUCE and NEWOBJ: the description of what Python would have built. Throws `Error` on arguments that fit no tensor. */
export function applyGlobal(target: PickleValue, args: readonly PickleValue[]): PickleValue {
  if (!(target instanceof PickleGlobal)) throw new Error('it calls something that is not a name');
  const rebuild = Object.hasOwn(rebuilders, target.qualifiedName)
    ? rebuilders[target.qualifiedName]
    : undefined;
  return rebuild === undefined ? new PickleRecord(target.qualifiedName) : rebuild(args);
}

/** BINPERSID: `('storage', class, key, location, element count)`. */
export function resolvePersistentId(id: PickleValue): PickleStorage {
  const [tag, type, key, , count] = id instanceof PickleTuple ? id.items : [];
  const dtype =
    type instanceof PickleGlobal && Object.hasOwn(storageDtypes, type.qualifiedName)
      ? storageDtypes[type.qualifiedName]
      : undefined;
  if (tag !== 'storage' || dtype === undefined || typeof key !== 'string') {
    throw new Error('it refers to data in a way that PyTorch does not');
  }
  const elementCount = wholeNumber(count);
  if (elementCount < 0) throw new Error('a storage has a negative size');
  return new PickleStorage(dtype, key, elementCount);
}
