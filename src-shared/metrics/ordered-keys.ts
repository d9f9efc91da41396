/* Floats as unsigned integers of the same order, so that they can be counted and cut by ranges of their bits. */

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** Coarse bins: a key's upper 16 bits. */
export const binCount = 65_536;
/** Keys inside one bin: the lower 16 bits. */
export const keysPerBin = 65_536;

const negativeZero = -0x80000000;
const magnitudeBits = 0x7fffffff;
const infinityBits = 0x7f800000;

/** The key of a float's bits (as a signed integer): negative floats are turned round. Not for -0, see `prepareMap`. */
export function keyOfBits(bits: number): number {
  return (bits ^ ((bits >> 31) | 0x80000000)) >>> 0;
}

/** The key of a number once it is rounded to single precision; both zeros have one. */
export function keyOf(value: number): number {
  scratch[0] = value === 0 ? 0 : value;
  return keyOfBits(scratchBits[0] as number);
}

/** The single precision number with this key. */
export function valueOfKey(key: number): number {
  scratchBits[0] = key >= 0x80000000 ? key ^ 0x80000000 : ~key;
  return scratch[0] as number;
}

/** The lowest key whose number is above `value`, which may have more digits than single precision keeps. */
export function firstKeyAbove(value: number): number {
  const rounded = Math.fround(value);
  return rounded > value ? keyOf(rounded) : keyOf(rounded) + 1;
}

/** A map's values as bits, with their range. */
export interface PreparedMap {
  /** A view of the map itself unless it held a -0. */
  readonly bits: Int32Array;
  readonly minimum: number;
  readonly maximum: number;
}

/** Null when the map holds a value that is not a number. */
export function prepareMap(map: Float32Array): PreparedMap | null {
  let bits = new Int32Array(map.buffer, map.byteOffset, map.length);
  let minimum = Infinity;
  let maximum = -Infinity;
  let holdsNegativeZero = false;
  let isNumbers = true;
  for (let i = 0; i < map.length; i++) {
    const value = map[i] as number;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    const own = bits[i] as number;
    if ((own & magnitudeBits) > infinityBits) isNumbers = false;
    if (own === negativeZero) holdsNegativeZero = true;
  }
  if (!isNumbers) return null;
  if (holdsNegativeZero) bits = bits.map((own) => (own === negativeZero ? 0 : own));
  return { bits, minimum, maximum };
}
