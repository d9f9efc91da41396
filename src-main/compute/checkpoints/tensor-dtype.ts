/** Element types that weight files hold, by safetensors' names. */
export const dtypeSizeBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  U16: 2,
  U32: 4,
  U64: 8,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;
export type Dtype = keyof typeof dtypeSizeBytes;

export type FloatDtype = 'F32' | 'F16' | 'BF16';

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(dtypeSizeBytes, name);
}

export function isFloatDtype(dtype: Dtype): dtype is FloatDtype {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** Product of the sizes; null for a negative or fractional size or beyond 2^53. A scalar has one element. */
export function elementCount(shape: readonly number[]): number | null {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return null;
    count *= size;
    if (!Number.isSafeInteger(count)) return null;
  }
  return count;
}

/** IEEE 754 half to single precision, both as bits: 1+5+10 to 1+8+23 bits, subnormals normalised. */
export function halfBitsToSingleBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

let halfTable: Uint32Array | null = null;

function singleBitsOfHalf(): Uint32Array {
  halfTable ??= Uint32Array.from({ length: 65_536 }, (_, half) => halfBitsToSingleBits(half));
  return halfTable;
}

/** A view of `bytes` as T, copied only where its place in the buffer does not allow a view. Machines are little-endian throughout. */
function aligned(bytes: Uint8Array, itemBytes: number): Uint8Array {
  return bytes.byteOffset % itemBytes === 0 ? bytes : new Uint8Array(bytes);
}

/** Widens `bytes` (little-endian, whole elements) into `out` from its start; returns how many elements were written. Exact: no value is rounded. */
export function widenToFloat32(bytes: Uint8Array, dtype: FloatDtype, out: Float32Array): number {
  const count = bytes.byteLength / dtypeSizeBytes[dtype];
  if (dtype === 'F32') {
    const source = aligned(bytes, 4);
    out.set(new Float32Array(source.buffer, source.byteOffset, count));
    return count;
  }
  const source = aligned(bytes, 2);
  const narrow = new Uint16Array(source.buffer, source.byteOffset, count);
  const wide = new Uint32Array(out.buffer, out.byteOffset, count);
  if (dtype === 'BF16') {
    for (let i = 0; i < count; i++) wide[i] = (narrow[i] ?? 0) << 16;
  } else {
    const table = singleBitsOfHalf();
    for (let i = 0; i < count; i++) wide[i] = table[narrow[i] ?? 0] ?? 0;
  }
  return count;
}

/** True where every value is a finite number (the exponent's bits are not all set). */
export function allFinite(values: Float32Array): boolean {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    if (((bits[i] ?? 0) & 0x7f800000) === 0x7f800000) return false;
  }
  return true;
}
