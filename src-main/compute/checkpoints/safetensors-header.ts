import { elementCount, dtypeSizeBytes, isDtype } from './tensor-dtype.ts';
import type { Dtype } from './tensor-dtype.ts';
import { parseStrictJson } from './strict-json.ts';
import type { StrictJson } from './strict-json.ts';

/** A row of the header: where a tensor's data lies, in bytes from the beginning of the data part. */
export interface HeaderTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The official reader allows 100 MB; CLIP's largest has under 0.2 MB. */
export const maxHeaderBytes = 16 * 1024 * 1024;

function parseSizes(value: StrictJson | undefined, what: string): number[] {
  if (!Array.isArray(value)) throw new Error(`${what} is not a list`);
  if (value.length > 32) throw new Error(`${what} is too long`);
  return value.map((size) => {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      throw new Error(`${what} holds something that is not a size`);
    }
    return size;
  });
}

function parseTensor(name: string, value: StrictJson): HeaderTensor {
  const label = `tensor ${JSON.stringify(name.slice(0, 120))}`;
  if (!(value instanceof Map)) throw new Error(`${label} has no description`);
  const dtype = value.get('dtype');
  if (typeof dtype !== 'string') throw new Error(`${label} has no dtype`);
  if (!isDtype(dtype))
    throw new Error(`${label} has the unknown dtype ${JSON.stringify(dtype.slice(0, 20))}`);
  const shape = parseSizes(value.get('shape'), `the shape of ${label}`);
  const offsets = parseSizes(value.get('data_offsets'), `data_offsets of ${label}`);
  const [begin, end] = offsets;
  if (offsets.length !== 2 || begin === undefined || end === undefined || end < begin) {
    throw new Error(`data_offsets of ${label} are not a begin and an end`);
  }
  const count = elementCount(shape);
  if (count === null || count * dtypeSizeBytes[dtype] !== end - begin) {
    throw new Error(
      `${label} has ${end - begin} bytes, its shape [${shape.join(', ')}] needs another number`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/**
 * Checks a header against the data part's length: names once, sizes consistent, ranges inside, next to each other, without
 * overlap or hole, as the format wants it. Throws `Error` with what is wrong. Rows come in the order of their data.
 */
export function parseSafetensorsHeader(bytes: Uint8Array, dataBytes: number): readonly HeaderTensor[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('the header is not UTF-8');
  }
  const root = parseStrictJson(text);
  if (!(root instanceof Map)) throw new Error('the header is not an object');
  const tensors: HeaderTensor[] = [];
  for (const [name, value] of root) {
    if (name === '__metadata__') {
      if (!(value instanceof Map) || [...value.values()].some((item) => typeof item !== 'string')) {
        throw new Error('__metadata__ is not a table of texts');
      }
    } else tensors.push(parseTensor(name, value));
  }
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const tensor of tensors) {
    if (tensor.begin !== at) {
      throw new Error(
        `tensor ${JSON.stringify(tensor.name.slice(0, 120))} ${tensor.begin < at ? 'overlaps another one' : 'leaves a hole before it'}`,
      );
    }
    at = tensor.end;
  }
  if (at > dataBytes) throw new Error(`the file lacks ${at - dataBytes} bytes of its tensors`);
  if (at < dataBytes) throw new Error(`the file has ${dataBytes - at} bytes that belong to no tensor`);
  return tensors;
}

/** The texts of `__metadata__`, by name; none where the header is damaged: what is wrong with it is said where the tensors are read. */
export function headerTexts(bytes: Uint8Array): ReadonlyMap<string, string> {
  try {
    const root = parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const table = root instanceof Map ? root.get('__metadata__') : undefined;
    if (!(table instanceof Map)) return new Map();
    return new Map([...table].flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])));
  } catch {
    return new Map();
  }
}

/** The file's first bytes: length, then the header, padded with spaces so that the data begins at a multiple of 64. */
export function buildSafetensorsHeader(
  tensors: readonly HeaderTensor[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const rows = new Map<string, unknown>([['__metadata__', metadata]]);
  for (const { name, dtype, shape, begin, end } of tensors) {
    rows.set(name, { dtype, shape, data_offsets: [begin, end] });
  }
  // Built by hand: an object literal would lose a tensor called __proto__.
  const text = `{${[...rows].map(([name, row]) => `${JSON.stringify(name)}:${JSON.stringify(row)}`).join(',')}}`;
  const json = Buffer.from(text, 'utf8');
  const headerBytes = Math.ceil((8 + json.length) / 64) * 64 - 8;
  const header = Buffer.alloc(8 + headerBytes, ' ');
  header.writeBigUInt64LE(BigInt(headerBytes), 0);
  json.copy(header, 8);
  return header;
}
