import { colourTable, type ColourMapName } from './colour-maps.ts';

/** How values become colours. The scale is that of the whole run, never of one image (design.md rule 7). */
export interface Colouring {
  readonly colourMap: ColourMapName;
  /** Value of the first colour. */
  readonly min: number;
  /** Value of the last colour; where it does not exceed `min`, values above `min` get the last colour, others the first. */
  readonly max: number;
  /** 0-1. */
  readonly opacity: number;
  /** Values below it are left clear; null: all are shown. */
  readonly threshold: number | null;
  /** Opacity rises with the value, so that quiet parts of an image stay readable. */
  readonly fadesIn?: boolean;
  /** With `fadesIn`: the value from which the full opacity is reached; `max` where absent. */
  readonly opaqueFrom?: number;
}

/**
 * Writes a pixel map as RGBA, not premultiplied, into `rgba` (4 bytes a value, as ImageData has it). Values outside the
 * scale get its end colours; NaN is left clear. One table look-up a pixel: made for sliders at 60 frames a second.
 * Throws RangeError when the sizes do not fit.
 */
export function colouriseMap(map: Float32Array, colouring: Colouring, rgba: Uint8ClampedArray): void {
  if (rgba.length !== map.length * 4) {
    throw new RangeError(`${map.length} values need ${map.length * 4} bytes, not ${rgba.length}`);
  }
  const { min, max, threshold } = colouring;
  const colours = makePixelTable(colouring);
  // Whole pixels are copied as 32-bit words; both sides are made by the same machine, so byte order does not matter.
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, map.length);
  const scale = scaleOf(min, max);
  const floor = threshold ?? -Infinity;
  for (let i = 0; i < map.length; i++) {
    const value = map[i] as number;
    if (!(value >= floor)) {
      pixels[i] = 0;
      continue;
    }
    const position = value > min ? (value - min) * scale : 0;
    pixels[i] = colours[position >= 255 ? 255 : position | 0] as number;
  }
}

/** Where each value of a map lies on a scale: 0-255, as `colouriseMap` places it, and `noLevel` for NaN. */
export type MapLevels = Uint16Array;
const noLevel = 256;

/** Made once for a map and a scale, when only colours and opacity change after that. */
export function levelsOfMap(map: Float32Array, { min, max }: Pick<Colouring, 'min' | 'max'>): MapLevels {
  const levels = new Uint16Array(map.length);
  const scale = scaleOf(min, max);
  for (let i = 0; i < map.length; i++) {
    const value = map[i] as number;
    const position = value > min ? (value - min) * scale : 0;
    levels[i] = Number.isNaN(value) ? noLevel : position >= 255 ? 255 : position | 0;
  }
  return levels;
}

/** As `colouriseMap` without a threshold, from levels on the scale of `colouring`: a quarter of the time. */
export function colouriseLevels(
  levels: MapLevels,
  colouring: Omit<Colouring, 'threshold'>,
  rgba: Uint8ClampedArray,
): void {
  if (rgba.length !== levels.length * 4) {
    throw new RangeError(`${levels.length} values need ${levels.length * 4} bytes, not ${rgba.length}`);
  }
  const colours = new Uint32Array(noLevel + 1);
  colours.set(makePixelTable({ ...colouring, threshold: null }));
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, levels.length);
  for (let i = 0; i < levels.length; i++) pixels[i] = colours[levels[i] as number] as number;
}

function scaleOf(min: number, max: number): number {
  return max > min ? 256 / (max - min) : Infinity;
}

function makePixelTable({ colourMap, opacity, fadesIn = false, ...scale }: Colouring): Uint32Array {
  const table = colourTable(colourMap);
  const { min, max, opaqueFrom = max } = scale;
  const opaqueLevel = max > min ? Math.min(255, Math.max(1, (255 * (opaqueFrom - min)) / (max - min))) : 255;
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level++) {
    const alpha = 255 * opacity * (fadesIn ? Math.min(1, level / opaqueLevel) : 1);
    bytes.set([...table.subarray(3 * level, 3 * level + 3), alpha], 4 * level);
  }
  return new Uint32Array(bytes.buffer);
}
