import { describe, expect, test } from 'vitest';
import { colourMapNames, colourTable, cssColour } from '../../../src-shared/maps/colour-maps.ts';
import { colouriseLevels, colouriseMap, levelsOfMap } from '../../../src-shared/maps/colourise.ts';

function pixelsOf(values: number[], options: Partial<Parameters<typeof colouriseMap>[1]> = {}): number[][] {
  const rgba = new Uint8ClampedArray(values.length * 4);
  const colouring = { colourMap: 'grey', min: 0, max: 1, opacity: 1, threshold: null, ...options } as const;
  colouriseMap(Float32Array.from(values), colouring, rgba);
  return values.map((_, i) => [...rgba.subarray(4 * i, 4 * i + 4)]);
}

describe('colour maps', () => {
  test('each has 256 colours and they are the published ones at the ends', () => {
    for (const name of colourMapNames) expect(colourTable(name)).toHaveLength(768);
    expect([...colourTable('inferno').subarray(0, 3)]).toEqual([0, 0, 4]);
    expect([...colourTable('inferno').subarray(765)]).toEqual([252, 255, 164]);
    expect([...colourTable('viridis').subarray(0, 3)]).toEqual([68, 1, 84]);
    expect([...colourTable('viridis').subarray(765)]).toEqual([253, 231, 37]);
    expect([...colourTable('jet').subarray(0, 3)]).toEqual([0, 0, 128]);
    expect([...colourTable('turbo').subarray(0, 3)]).toEqual([48, 18, 59]);
    expect(cssColour('viridis', 1)).toBe('rgb(253 231 37)');
  });

  test('the perceptual maps grow lighter throughout', () => {
    for (const name of ['inferno', 'viridis', 'grey'] as const) {
      const table = colourTable(name);
      const luma = (i: number) =>
        0.2126 * table[3 * i]! + 0.7152 * table[3 * i + 1]! + 0.0722 * table[3 * i + 2]!;
      for (let i = 8; i < 256; i++) expect(luma(i)).toBeGreaterThan(luma(i - 8));
    }
  });
});

describe('colouring a map', () => {
  test('values are spread over the scale and clamped at its ends', () => {
    const levels = pixelsOf([-1, 0, 0.5, 1, 2]).map(([grey]) => grey);
    expect(levels).toEqual([0, 0, 128, 255, 255]);
  });

  test('the scale is the one given, not that of the image', () => {
    expect(pixelsOf([0.1, 0.2], { max: 10 }).map(([grey]) => grey)).toEqual([2, 5]);
  });

  test('values below the threshold and values that are no numbers are clear', () => {
    expect(pixelsOf([0.4, 0.5, NaN], { threshold: 0.5, opacity: 0.6 })).toEqual([
      [0, 0, 0, 0],
      [128, 128, 128, 153],
      [0, 0, 0, 0],
    ]);
    expect(pixelsOf([NaN])).toEqual([[0, 0, 0, 0]]);
  });

  test('fading in makes opacity follow the value', () => {
    expect(pixelsOf([0, 1], { fadesIn: true, opacity: 0.8 }).map(([, , , alpha]) => alpha)).toEqual([0, 204]);
  });

  test('a scale without extent does not divide by zero', () => {
    expect(pixelsOf([0.3, 0.7], { min: 0.5, max: 0.5 }).map(([grey]) => grey)).toEqual([0, 255]);
  });

  test('a buffer of another size is a programming error', () => {
    const colouring = { colourMap: 'grey', min: 0, max: 1, opacity: 1, threshold: null } as const;
    expect(() => colouriseMap(new Float32Array(4), colouring, new Uint8ClampedArray(4))).toThrow(RangeError);
  });

  test('from levels that were made once the colours are the same, wherever opacity begins', () => {
    const map = Float32Array.from({ length: 400 }, (_, k) => (k - 20) / 350);
    map.set([NaN, Infinity, -Infinity, 0.1, 0.9], 100);
    for (const scale of [
      { min: 0.1, max: 0.9 },
      { min: 0.5, max: 0.5 },
    ]) {
      const levels = levelsOfMap(map, scale);
      for (const opaqueFrom of [0.2, 0.6, 0.9]) {
        const colouring = {
          ...scale,
          colourMap: 'inferno',
          opacity: 0.7,
          fadesIn: true,
          opaqueFrom,
        } as const;
        const [direct, byLevels] = [new Uint8ClampedArray(1600), new Uint8ClampedArray(1600).fill(9)];
        colouriseMap(map, { ...colouring, threshold: null }, direct);
        colouriseLevels(levels, colouring, byLevels);
        expect(byLevels).toEqual(direct);
      }
    }
    expect(() => {
      colouriseLevels(
        levelsOfMap(map, { min: 0, max: 1 }),
        { colourMap: 'jet', min: 0, max: 1, opacity: 1 },
        new Uint8ClampedArray(4),
      );
    }).toThrow(RangeError);
  });
});
