import { decodeFloat16 } from '../../../src-shared/maps/float16.ts';

/**
 * Smallest and largest value of a map given as half precision bits. Values that are not finite do not count: above
 * 65,504 half precision says infinity, and a scale up to there would show nothing of any map.
 */
export function mapRange(halfFloats: Uint16Array): { mapMin: number; mapMax: number } {
  let mapMin = Infinity;
  let mapMax = -Infinity;
  for (const value of decodeFloat16(halfFloats)) {
    if (!Number.isFinite(value)) continue;
    if (value < mapMin) mapMin = value;
    if (value > mapMax) mapMax = value;
  }
  return mapMin <= mapMax ? { mapMin, mapMax } : { mapMin: 0, mapMax: 0 };
}
