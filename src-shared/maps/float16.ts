/* IEEE 754 half precision as bits, the same in every engine (Float16Array is not in all of them). */

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The bits of the half precision number nearest to `value`, ties to even; beyond 65,520 infinity, NaN stays NaN. */
export function toFloat16Bits(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  // Exponents below -25 round to zero, from -14 on numbers are normal.
  if (exponent < 102) return sign;
  if (exponent < 113) {
    const significand = fraction | 0x800000;
    const shift = 126 - exponent;
    return sign | roundShift(significand, shift);
  }
  // A carry out of the fraction goes into the exponent, up to infinity, as it should.
  const half = ((exponent - 112) << 10) + roundShift(fraction, 13);
  return sign | Math.min(half, 0x7c00);
}

/** value / 2^shift to the nearest integer, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** The number that 16 bits of half precision stand for, exactly. */
export function fromFloat16Bits(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** fp32 values as half precision bits. */
export function encodeFloat16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = toFloat16Bits(values[i] as number);
  return bits;
}

/** All 65,536 values, made when many are wanted at once: looking up takes a tenth of the time. */
let everyValue: Float32Array | null = null;
const worthTheTable = 4096;

/** Half precision bits as fp32 values, exactly. */
export function decodeFloat16(bits: ArrayLike<number>): Float32Array {
  const values = new Float32Array(bits.length);
  if (bits.length < worthTheTable) {
    for (let i = 0; i < values.length; i++) values[i] = fromFloat16Bits(bits[i] as number);
    return values;
  }
  const table = (everyValue ??= Float32Array.from({ length: 0x10000 }, (_, value) => fromFloat16Bits(value)));
  for (let i = 0; i < values.length; i++) values[i] = table[(bits[i] as number) & 0xffff] as number;
  return values;
}
