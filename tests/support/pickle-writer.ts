/** Writes pickles (protocol 2) opcode by opcode, for made-up checkpoints and for hostile ones. */
export class PickleWriter {
  readonly #parts: Buffer[] = [Buffer.from([0x80, 2])];
  readonly #globals = new Map<string, number>();

  raw(...bytes: number[]): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }
  text(value: string): this {
    const utf8 = Buffer.from(value, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(utf8.length);
    this.#parts.push(Buffer.from('X'), length, utf8);
    return this;
  }
  int(value: number): this {
    if (value >= 0 && value < 256) return this.raw(0x4b, value);
    const bytes = Buffer.alloc(5);
    bytes[0] = 0x4a;
    if (value < 2 ** 31) {
      bytes.writeInt32LE(value, 1);
      this.#parts.push(bytes);
      return this;
    }
    const long = Buffer.alloc(10);
    long[0] = 0x8a;
    long[1] = 8;
    long.writeBigInt64LE(BigInt(value), 2);
    this.#parts.push(long);
    return this;
  }
  /** GLOBAL, remembered and recalled as PyTorch's own pickler does. */
  global(module: string, name: string): this {
    const key = `${module}\n${name}\n`;
    const known = this.#globals.get(key);
    if (known !== undefined) {
      const recall = Buffer.alloc(5);
      recall[0] = 0x6a;
      recall.writeUInt32LE(known, 1);
      this.#parts.push(recall);
      return this;
    }
    const put = Buffer.alloc(5);
    put[0] = 0x72;
    put.writeUInt32LE(this.#globals.size, 1);
    this.#globals.set(key, this.#globals.size);
    this.#parts.push(Buffer.from(`c${key}`, 'utf8'), put);
    return this;
  }
  mark(): this {
    return this.raw(0x28);
  }
  tuple(): this {
    return this.raw(0x74);
  }
  emptyTuple(): this {
    return this.raw(0x29);
  }
  emptyDict(): this {
    return this.raw(0x7d);
  }
  setItems(): this {
    return this.raw(0x75);
  }
  reduce(): this {
    return this.raw(0x52);
  }
  newObject(): this {
    return this.raw(0x81);
  }
  build(): this {
    return this.raw(0x62);
  }
  none(): this {
    return this.raw(0x4e);
  }
  bool(value: boolean): this {
    return this.raw(value ? 0x88 : 0x89);
  }
  persistentId(): this {
    return this.raw(0x51);
  }
  numbers(values: readonly number[]): this {
    this.mark();
    for (const value of values) this.int(value);
    return this.tuple();
  }
  orderedDict(): this {
    return this.global('collections', 'OrderedDict').emptyTuple().reduce();
  }
  /** `torch._utils._rebuild_tensor_v2` of a whole storage, or of a strided view of it. */
  tensor(options: {
    storageClass: string;
    key: string;
    storageElements: number;
    shape: readonly number[];
    strides?: readonly number[];
    offset?: number;
  }): this {
    const { storageClass, key, storageElements, shape, offset = 0 } = options;
    const strides = options.strides ?? shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
    this.global('torch._utils', '_rebuild_tensor_v2').mark();
    this.mark()
      .text('storage')
      .global('torch', storageClass)
      .text(key)
      .text('cpu')
      .int(storageElements)
      .tuple();
    this.persistentId().int(offset).numbers(shape).numbers(strides).bool(false);
    return this.orderedDict().tuple().reduce();
  }
  finish(): Buffer {
    return Buffer.concat([...this.#parts, Buffer.from('.')]);
  }
}
