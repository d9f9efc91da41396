import { decodeFloat16 } from '../../../src-shared/maps/float16.ts';

/** Smallest and largest value of a map given as half precision bits; values that are not numbers do not count. */
export function mapRange(halfFloats: Uint16Array): { mapMin: number; mapMax: number } {
  let mapMin = Infinity;
  let mapMax = -Infinity;
  for (const value of decodeFloat16(halfFloats)) {
    if (value < mapMin) mapMin = value;
    if (value > mapMax) mapMax = value;
  }
  return mapMin <= mapMax ? { mapMin, mapMax } : { mapMin: 0, mapMax: 0 };
}
