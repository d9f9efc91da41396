import { describe, expect, it } from 'vitest';
import { encodeFloat16 } from '../../../src-shared/maps/float16.ts';
import { mapRange } from '../../../src-main/core/scans/map-range.ts';

describe('the range of a map', () => {
  it('is that of its finite values: what half precision cannot hold must not become the run’s scale', () => {
    expect(mapRange(encodeFloat16([0.5, NaN, -0.25, 1e6, -Infinity]))).toEqual({
      mapMin: -0.25,
      mapMax: 0.5,
    });
  });

  it('is 0 to 0 where a map has no finite value', () => {
    expect(mapRange(encodeFloat16([NaN, Infinity]))).toEqual({ mapMin: 0, mapMax: 0 });
  });
});
