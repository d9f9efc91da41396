/** A tensor of a torch zip as its pickle describes it; its values lie in the record `data/<storage>`. */
export interface PickledTensor {
  readonly name: string;
  readonly dtype: 'F32' | 'I32' | 'I64';
  readonly shape: readonly number[];
  /** Tensors of the same values may share one. */
  readonly storage: number;
}

/** A table of texts beside the root, as a plain dictionary: what every reader of `weights_only` takes. */
export interface PickledTexts {
  readonly name: string;
  readonly texts: ReadonlyMap<string, string>;
}

const storageClasses = { F32: 'FloatStorage', I32: 'IntStorage', I64: 'LongStorage' } as const;

const op = {
  protocol: 0x80,
  global: 0x63,
  emptyTuple: 0x29,
  reduce: 0x52,
  mark: 0x28,
  tuple: 0x74,
  unicode: 0x58,
  persistentId: 0x51,
  smallInteger: 0x4b,
  integer: 0x4a,
  false: 0x89,
  setItems: 0x75,
  emptyDict: 0x7d,
  stop: 0x2e,
} as const;

/**
 * `{root: OrderedDict(name → tensor), beside.name: dict(text → text)}` as Python's pickle protocol 2 in PyTorch's form (torch.serialization): storages are persistent
 * ids ('storage', class, key, 'cpu', elements), tensors calls of `torch._utils._rebuild_tensor_v2`. Nothing is memoised: what is
 * written twice is read as equal, and that is all a table of tensors needs.
 */
export function writePickle(
  root: string,
  tensors: readonly PickledTensor[],
  beside: PickledTexts | null = null,
): Buffer {
  const parts: Buffer[] = [];
  const byte = (...codes: number[]) => parts.push(Buffer.from(codes));
  const global = (module: string, name: string) => {
    byte(op.global);
    parts.push(Buffer.from(`${module}\n${name}\n`, 'latin1'));
  };
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    byte(op.unicode);
    parts.push(length, bytes);
  };
  const integer = (value: number) => {
    if (!Number.isInteger(value) || value < 0 || value > 0x7fffffff)
      throw new RangeError(`${value} is no size of a tensor`);
    if (value < 256) return void byte(op.smallInteger, value);
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    byte(op.integer);
    parts.push(bytes);
  };
  const tuple = (values: readonly number[]) => {
    byte(op.mark);
    values.forEach(integer);
    byte(op.tuple);
  };
  const orderedDict = () => {
    global('collections', 'OrderedDict');
    byte(op.emptyTuple, op.reduce);
  };

  byte(op.protocol, 2, op.emptyDict, op.mark);
  text(root);
  orderedDict();
  byte(op.mark);
  for (const { name, dtype, shape, storage } of tensors) {
    text(name);
    global('torch._utils', '_rebuild_tensor_v2');
    byte(op.mark, op.mark);
    text('storage');
    global('torch', storageClasses[dtype]);
    text(`${storage}`);
    text('cpu');
    integer(shape.reduce((product, size) => product * size, 1));
    byte(op.tuple, op.persistentId);
    integer(0);
    tuple(shape);
    tuple(shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1)));
    byte(op.false);
    orderedDict();
    byte(op.tuple, op.reduce);
  }
  byte(op.setItems);
  if (beside !== null) {
    text(beside.name);
    byte(op.emptyDict, op.mark);
    for (const [name, value] of beside.texts) {
      text(name);
      text(value);
    }
    byte(op.setItems);
  }
  byte(op.setItems, op.stop);
  return Buffer.concat(parts);
}
