import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import {
  decodeFloat16,
  encodeFloat16,
  fromFloat16Bits,
  toFloat16Bits,
} from '../../../src-shared/maps/float16.ts';
import { decodePatchMap, encodePatchMap, packPatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import reference from './reference.json' with { type: 'json' };

describe('half precision', () => {
  test('every half precision number survives the way to fp32 and back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromFloat16Bits(bits);
      if (Number.isNaN(value)) expect(toFloat16Bits(value) & 0x7e00).toBe(0x7e00);
      else expect(toFloat16Bits(value)).toBe(bits);
    }
  });

  test('halfway between two neighbours goes to the even one, a hair more or less to the nearer', () => {
    const buffer = new Float32Array(1);
    const words = new Uint32Array(buffer.buffer);
    for (let bits = 0; bits < 0x7bff; bits++) {
      const middle = (fromFloat16Bits(bits) + fromFloat16Bits(bits + 1)) / 2;
      buffer[0] = middle;
      expect(buffer[0]).toBe(middle);
      expect(toFloat16Bits(middle)).toBe(bits + (bits & 1));
      words[0]! += 1;
      expect(toFloat16Bits(buffer[0])).toBe(bits + 1);
      words[0]! -= 2;
      expect(toFloat16Bits(buffer[0])).toBe(bits);
    }
  });

  // Bits by numpy 2.4's float16.
  test.each(reference.half as [number, number][])('%f has the bits that numpy gives it', (value, bits) => {
    expect(toFloat16Bits(value)).toBe(bits);
  });
});

describe('stored patch maps', () => {
  test('a map comes back with its size and its values in half precision', () => {
    const map = { rows: 2, columns: 3, data: Float32Array.of(0, 0.1, 0.5, 1, -2, 1 / 3) };
    const bytes = encodePatchMap(map);
    expect(bytes).toHaveLength(16 + 12);
    expect(decodePatchMap(bytes)).toEqual({
      rows: 2,
      columns: 3,
      data: decodeFloat16(encodeFloat16(map.data)),
    });
    expect(packPatchMap(2, 3, encodeFloat16(map.data))).toEqual(bytes);
  });

  test('a map is read at any offset of a larger buffer', () => {
    const bytes = encodePatchMap({ rows: 1, columns: 1, data: Float32Array.of(0.5) });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(decodePatchMap(larger.subarray(3)).data).toEqual(Float32Array.of(0.5));
  });

  test('what is cut short, renamed or of an absurd size is refused', () => {
    const bytes = encodePatchMap({ rows: 2, columns: 2, data: new Float32Array(4) });
    const huge = bytes.slice();
    huge.fill(0xff, 8, 16);
    const renamed = bytes.slice();
    renamed[0] = 0;
    const newer = bytes.slice();
    newer[4] = 2;
    for (const bad of [bytes.subarray(0, 23), bytes.subarray(0, 5), huge, renamed, newer]) {
      expect(() => decodePatchMap(bad)).toThrow(WorkbenchError);
    }
  });

  test('random bytes never do anything but throw a clear error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(() => decodePatchMap(bytes)).toThrow(WorkbenchError);
      }),
    );
  });

  test('sizes that do not fit the values are a programming error', () => {
    expect(() => packPatchMap(2, 2, new Uint16Array(3))).toThrow(RangeError);
    expect(() => packPatchMap(0, 2, new Uint16Array(0))).toThrow(RangeError);
  });
});
