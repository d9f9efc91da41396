import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { corrupt } from './checkpoint-file.ts';
import { allowedGlobal, applyGlobal, resolvePersistentId } from './pickle-globals.ts';
import { PickleDict, PickleList, PickleRecord, PickleTuple } from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';

/** A state dict of ViT-L has some 6e4 opcodes and 100 kB; these bound time and memory for anything hostile. */
export const pickleLimits = {
  bytes: 32 * 1024 * 1024,
  operations: 4_000_000,
  stack: 500_000,
  memo: 1_000_000,
  longBytes: 64,
} as const;

const mark = Symbol('mark');

/** The bytes of a pickle, taken from the front. Every step checks that they are there. */
class PickleReader {
  #at = 0;
  readonly #bytes: Buffer;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  take(length: number): Buffer {
    const end = this.#at + length;
    if (!(end <= this.#bytes.length)) throw new Error('it ends in the middle');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
  u8(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Error('it ends in the middle');
    this.#at++;
    return byte;
  }
  u16(): number {
    return this.take(2).readUInt16LE(0);
  }
  u32(): number {
    return this.take(4).readUInt32LE(0);
  }
  u64(): number {
    return Number(this.take(8).readBigUInt64LE(0));
  }
  text(length: number): string {
    try {
      return this.#text.decode(this.take(length));
    } catch (error) {
      throw error instanceof TypeError ? new Error('a text in it is not UTF-8') : error;
    }
  }
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0 || end - this.#at > 4096) throw new Error('a line in it does not end');
    const line = this.text(end - this.#at);
    this.#at = end + 1;
    return line;
  }
}

/** Two's complement, little-endian, of any length (LONG1, LONG4). */
function parseLong(bytes: Buffer): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  if ((bytes[bytes.length - 1] ?? 0) & 0x80) value -= 1n << BigInt(8 * bytes.length);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function parseDecimal(text: string): number | bigint {
  if (!/^-?\d{1,40}L?$/.test(text)) throw new Error('a number in it is none');
  const value = BigInt(text.replace('L', ''));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/**
 * Reads a pickle (protocols 2 to 5) into plain values and descriptions. This is no Python: there is nothing it could run, names
 * outside the allow-list end it, and every loop is bounded by `pickleLimits`. Throws `corrupt-file`, `unsupported`, `too-large`.
 */
export function readPickle(bytes: Buffer, path: string): PickleValue {
  if (bytes.length > pickleLimits.bytes) {
    throw new WorkbenchError('too-large', `${path}: its description of the tensors is far too long.`);
  }
  try {
    return runPickle(bytes, path);
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    throw corrupt(path, `its description of the tensors (data.pkl) is damaged: ${(error as Error).message}.`);
  }
}

function runPickle(bytes: Buffer, path: string): PickleValue {
  const reader = new PickleReader(bytes);
  const stack: (PickleValue | typeof mark)[] = [];
  const memo = new Map<number, PickleValue>();

  function push(value: PickleValue | typeof mark): void {
    if (stack.length >= pickleLimits.stack) throw tooMuch('stack');
    stack.push(value);
  }
  function tooMuch(what: string): WorkbenchError {
    return new WorkbenchError(
      'too-large',
      `${path}: its data.pkl needs too much ${what} to be a checkpoint.`,
    );
  }
  function pop(): PickleValue {
    const value = stack.pop();
    if (value === undefined || value === mark) throw new Error('it takes what is not there');
    return value;
  }
  function peek(): PickleValue {
    const value = stack.at(-1);
    if (value === undefined || value === mark) throw new Error('it takes what is not there');
    return value;
  }
  function popToMark(): PickleValue[] {
    const at = stack.lastIndexOf(mark);
    if (at < 0) throw new Error('it takes what is not there');
    const items = stack.splice(at) as PickleValue[];
    items.shift();
    return items;
  }
  function remember(key: number, value: PickleValue): void {
    if (memo.size >= pickleLimits.memo && !memo.has(key)) throw tooMuch('memory');
    memo.set(key, value);
  }
  function recall(key: number): void {
    const value = memo.get(key);
    if (value === undefined) throw new Error('it refers to something that it never said');
    push(value);
  }
  function pushGlobal(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw new Error('a name in it is no text');
    const global = allowedGlobal(module, name);
    if (global === null) {
      throw new WorkbenchError(
        'unsupported',
        `${path}: it refers to ${module.slice(0, 80)}.${name.slice(0, 80)}, which is more than weights. Nothing of it was run ` +
          'and nothing was stored. If you trust where it comes from, save its state_dict() anew with torch.save and import that.',
      );
    }
    push(global);
  }
  function append(items: readonly PickleValue[]): void {
    const target = peek();
    if (target instanceof PickleList) for (const item of items) target.items.push(item);
    else if (!(target instanceof PickleRecord)) throw new Error('it appends to what is no list');
  }
  function setItems(items: readonly PickleValue[]): void {
    const target = peek();
    if (items.length % 2 !== 0) throw new Error('a dictionary in it lacks a value');
    if (target instanceof PickleRecord) return;
    if (!(target instanceof PickleDict)) throw new Error('it sets items of what is no dictionary');
    for (let i = 0; i < items.length; i += 2) target.entries.set(items[i] ?? null, items[i + 1] ?? null);
  }
  function build(): void {
    const state = pop();
    const target = peek();
    // State of a dict subclass (OrderedDict's `_metadata`) or of a tensor says nothing about weights.
    if (target instanceof PickleRecord) target.state = state;
  }
  function call(): void {
    const args = pop();
    const target = pop();
    if (!(args instanceof PickleTuple)) throw new Error('arguments in it are no tuple');
    push(applyGlobal(target, args.items));
  }
  function makeDict(items: readonly PickleValue[]): void {
    push(new PickleDict());
    setItems(items);
  }
  function makeList(items: readonly PickleValue[]): void {
    push(new PickleList());
    append(items);
  }
  function tupleOf(count: number): void {
    const items = Array.from({ length: count }, pop);
    push(new PickleTuple(items.reverse()));
  }

  const operations: Readonly<Record<number, () => void>> = {
    0x80: () => {
      if (reader.u8() > 5) throw new Error('its pickle protocol is newer than 5');
    }, // PROTO
    0x95: () => void reader.take(8), // FRAME
    0x28: () => push(mark), // MARK
    0x30: () => void stack.pop(), // POP
    0x31: () => void popToMark(), // POP_MARK
    0x32: () => push(peek()), // DUP
    0x4e: () => push(null), // NONE
    0x88: () => push(true), // NEWTRUE
    0x89: () => push(false), // NEWFALSE
    0x4a: () => push(reader.take(4).readInt32LE(0)), // BININT
    0x4b: () => push(reader.u8()), // BININT1
    0x4d: () => push(reader.u16()), // BININT2
    0x49: () => {
      const text = reader.line();
      push(text === '00' ? false : text === '01' ? true : parseDecimal(text));
    }, // INT
    0x4c: () => push(parseDecimal(reader.line())), // LONG
    0x8a: () => push(takeLong(reader.u8())), // LONG1
    0x8b: () => push(takeLong(reader.u32())), // LONG4
    0x46: () => push(Number(reader.line())), // FLOAT
    0x47: () => push(reader.take(8).readDoubleBE(0)), // BINFLOAT
    0x58: () => push(reader.text(reader.u32())), // BINUNICODE
    0x8c: () => push(reader.text(reader.u8())), // SHORT_BINUNICODE
    0x8d: () => push(reader.text(reader.u64())), // BINUNICODE8
    0x54: () => push(reader.take(reader.u32()).toString('latin1')), // BINSTRING
    0x55: () => push(reader.take(reader.u8()).toString('latin1')), // SHORT_BINSTRING
    0x42: () => push(reader.take(reader.u32())), // BINBYTES
    0x43: () => push(reader.take(reader.u8())), // SHORT_BINBYTES
    0x8e: () => push(reader.take(reader.u64())), // BINBYTES8
    0x96: () => push(reader.take(reader.u64())), // BYTEARRAY8
    0x5d: () => makeList([]), // EMPTY_LIST
    0x61: () => append([pop()]), // APPEND
    0x65: () => append(popToMark()), // APPENDS
    0x6c: () => makeList(popToMark()), // LIST
    0x29: () => push(new PickleTuple([])), // EMPTY_TUPLE
    0x74: () => push(new PickleTuple(popToMark())), // TUPLE
    0x85: () => tupleOf(1), // TUPLE1
    0x86: () => tupleOf(2), // TUPLE2
    0x87: () => tupleOf(3), // TUPLE3
    0x7d: () => makeDict([]), // EMPTY_DICT
    0x64: () => makeDict(popToMark()), // DICT
    0x73: () => setItems([pop(), pop()].reverse()), // SETITEM
    0x75: () => setItems(popToMark()), // SETITEMS
    0x8f: () => makeList([]), // EMPTY_SET
    0x90: () => append(popToMark()), // ADDITEMS
    0x91: () => makeList(popToMark()), // FROZENSET
    0x63: () => pushGlobal(reader.line(), reader.line()), // GLOBAL
    0x93: () => {
      const name = pop();
      pushGlobal(pop(), name);
    }, // STACK_GLOBAL
    0x52: call, // REDUCE
    0x81: call, // NEWOBJ
    0x92: () => {
      pop();
      call();
    }, // NEWOBJ_EX: keyword arguments say nothing about weights
    0x62: build, // BUILD
    0x51: () => push(resolvePersistentId(pop())), // BINPERSID
    0x68: () => recall(reader.u8()), // BINGET
    0x6a: () => recall(reader.u32()), // LONG_BINGET
    0x71: () => remember(reader.u8(), peek()), // BINPUT
    0x72: () => remember(reader.u32(), peek()), // LONG_BINPUT
    0x94: () => remember(memo.size, peek()), // MEMOIZE
  };

  function takeLong(length: number): number | bigint {
    if (length > pickleLimits.longBytes) throw new Error('a number in it is far too long');
    return parseLong(reader.take(length));
  }

  for (let step = 0; ; step++) {
    if (step > pickleLimits.operations) throw tooMuch('time');
    const opcode = reader.u8();
    if (opcode === 0x2e) return pop(); // STOP
    const operation = operations[opcode];
    if (operation === undefined) throw new Error(`opcode 0x${opcode.toString(16)} belongs to no checkpoint`);
    operation();
  }
}
