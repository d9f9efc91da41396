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

/** The key of a float's bits (as a signed integer): negative floats are turned round. Not for -0. */
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

/** A view of a map's bits. */
export function bitsOf(map: Float32Array): Int32Array {
  return new Int32Array(map.buffer, map.byteOffset, map.length);
}

/** A map's bits with 0 in the place of -0, which is the same number and must have the same key. */
export function bitsWithoutNegativeZero(map: Float32Array): Int32Array {
  return bitsOf(map).map((bits) => (bits === negativeZero ? 0 : bits));
}

export interface MapSurvey {
  readonly minimum: number;
  readonly maximum: number;
  readonly holdsNegativeZero: boolean;
}

/** Null when the map holds a value that is not a number. */
export function surveyMap(map: Float32Array): MapSurvey | null {
  const all = bitsOf(map);
  let minimum = Infinity;
  let maximum = -Infinity;
  let holdsNegativeZero = false;
  let isNumbers = true;
  for (let i = 0; i < map.length; i++) {
    const value = map[i] as number;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    const bits = all[i] as number;
    if ((bits & magnitudeBits) > infinityBits) isNumbers = false;
    if (bits === negativeZero) holdsNegativeZero = true;
  }
  return isNumbers ? { minimum, maximum, holdsNegativeZero } : null;
}
