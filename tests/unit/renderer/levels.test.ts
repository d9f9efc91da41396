import { describe, expect, test } from 'vitest';
import {
  allLevels,
  dragLevels,
  histogramOfSamples,
  levelsBetween,
  levelsOfImage,
  narrowestWindow,
} from '../../../src-renderer/canvas/levels.ts';
import { linkPoint, linkViewport, placeImage } from '../../../src-renderer/canvas/viewport.ts';
import { levelPresets } from '../../../src-renderer/views/review/level-presets.ts';

const max = 65_535;
const inUnits = ({ level, window }: { level: number; window: number }) => ({
  low: Math.round((level - window / 2) * max),
  high: Math.round((level + window / 2) * max),
});

describe('window and level', () => {
  test('a drag across changes the window by factors, up and down the level by parts of the window', () => {
    const narrow = { level: 0.02, window: 0.01 };
    expect(dragLevels(narrow, { x: 128, y: 0 }).window).toBeCloseTo(0.02);
    expect(dragLevels(narrow, { x: -128, y: 0 }).window).toBeCloseTo(0.005);
    expect(dragLevels(narrow, { x: 0, y: 256 }).level).toBeCloseTo(0.03);
    expect(dragLevels(allLevels, { x: 500, y: 0 })).toEqual(allLevels);
    expect(dragLevels(narrow, { x: -9999, y: -9999 })).toEqual({ level: 0, window: narrowestWindow });
  });

  test('the window of an image goes from its darkest to its brightest grey value, or leaves the ends out', () => {
    const data = Uint16Array.from({ length: 1000 }, (_, k) => 1000 + k);
    data[999] = 60_000;
    const histogram = histogramOfSamples({ width: 100, height: 10, data });
    expect(inUnits(levelsOfImage(histogram, 0))).toEqual({ low: 1000, high: 60_000 });
    expect(inUnits(levelsOfImage(histogram, 0.01))).toEqual({ low: 1010, high: 1989 });
  });

  test('presets are in the units of the image: 16-bit ones have detector and CT windows, 8-bit ones do not', () => {
    const wide = { counts: new Uint32Array(65_536).fill(1), max };
    const presets = new Map(levelPresets(wide).map(({ id, levels }) => [id, inUnits(levels)]));
    expect(presets.get('bits-12')).toEqual({ low: 0, high: 4095 });
    expect(presets.get('ct-soft')).toEqual({ low: 1024 + 40 - 200, high: 1024 + 40 + 200 });
    const narrow = levelPresets({ counts: new Uint32Array(256).fill(1), max: 255 });
    expect(narrow.map(({ id }) => id)).toEqual(['all', 'own', 'middle']);
    expect(levelPresets(null).map(({ id }) => id)).toEqual(['all']);
    expect(levelsBetween(0, max, max)).toEqual(allLevels);
  });
});

describe('the linked view of another picture', () => {
  const image = { width: 640, height: 480 };
  const square = { width: 256, height: 256 };
  const view = { width: 400, height: 300 };
  const free = { mode: 'free', scale: 2, centre: { x: 0.25, y: 0.75 } } as const;

  test('has the same part of the scene in its middle, about as large', () => {
    const linked = linkViewport(free, image, square);
    expect(linked).toMatchObject({ mode: 'free', centre: free.centre });
    const area = (size: typeof image, scale: number) => size.width * size.height * scale ** 2;
    expect(area(square, linked.mode === 'free' ? linked.scale : 0)).toBeCloseTo(area(image, 2));
    expect(linkViewport({ mode: 'fit' }, image, square)).toEqual({ mode: 'fit' });
  });

  test('a point goes there and back', () => {
    const main = { place: placeImage(free, image, view), image };
    const other = { place: placeImage(linkViewport(free, image, square), square, view), image: square };
    expect(linkPoint({ x: 200, y: 150 }, main, other)).toEqual({ x: 200, y: 150 });
    const there = linkPoint({ x: 10, y: 290 }, main, other);
    const back = linkPoint(there, other, main);
    expect(back.x).toBeCloseTo(10);
    expect(back.y).toBeCloseTo(290);
  });
});
