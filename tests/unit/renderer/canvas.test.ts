import { describe, expect, it } from 'vitest';
import { hatchMask } from '../../../src-renderer/canvas/mask-canvas.ts';
import { sampleMap } from '../../../src-renderer/canvas/pixel-map.ts';
import { ResourceCache } from '../../../src-renderer/canvas/resource-cache.ts';
import { joinPath } from '../../../src-renderer/components/folder-dialog.tsx';
import { positionOn } from '../../../src-renderer/components/score-bar.tsx';

describe('the read-out of a map', () => {
  const map = { sizePx: 2, data: Float32Array.of(0, 1, 2, 3) };

  it('gives the value of a pixel at its centre', () => {
    expect(sampleMap(map, 0.25, 0.25)).toBe(0);
    expect(sampleMap(map, 0.75, 0.75)).toBe(3);
  });

  it('is bilinear between centres and constant beyond the outermost', () => {
    expect(sampleMap(map, 0.5, 0.5)).toBe(1.5);
    expect(sampleMap(map, 0, 0)).toBe(0);
    expect(sampleMap(map, 1, 1)).toBe(3);
  });
});

describe('a ground-truth mask', () => {
  it('is drawn with an edge, hatching inside, and nothing outside', () => {
    const side = 16;
    const rgba = new Uint8ClampedArray(side * side * 4);
    for (let y = 2; y < 14; y++) for (let x = 2; x < 14; x++) rgba.set([1, 1, 1, 255], 4 * (y * side + x));
    hatchMask(rgba, side, side);
    const alphaAt = (x: number, y: number) => rgba[4 * (y * side + x) + 3];
    expect(alphaAt(0, 0)).toBe(0);
    expect(alphaAt(2, 7)).toBe(255);
    const inside = Array.from({ length: 8 }, (_, k) => alphaAt(4 + k, 7));
    expect(new Set(inside)).toEqual(new Set([0, 0x8c]));
  });
});

describe('the cache of what was loaded', () => {
  it('lets go of the oldest when together they weigh too much, never of the one that came last', async () => {
    const cache = new ResourceCache<number>(10, { most: 100, weigh: (value) => value });
    for (const weight of [40, 41, 42]) await cache.load(String(weight), () => Promise.resolve(weight));
    expect(cache.peek('40')).toBeUndefined();
    expect(cache.peek('41')).toBe(41);
    await cache.load('300', () => Promise.resolve(300));
    expect(cache.peek('41')).toBeUndefined();
    expect(cache.peek('42')).toBeUndefined();
    expect(cache.peek('300')).toBe(300);
  });

  it('loads a thing once and has it at hand afterwards', async () => {
    const cache = new ResourceCache<number>(2);
    let loads = 0;
    const load = () => {
      loads++;
      return Promise.resolve(loads);
    };
    expect(cache.peek('a')).toBeUndefined();
    expect(await Promise.all([cache.load('a', load), cache.load('a', load)])).toEqual([1, 1]);
    expect(cache.peek('a')).toBe(1);
  });

  it('forgets what was longest not asked for', async () => {
    const cache = new ResourceCache<string>(2);
    for (const key of ['a', 'b', 'a', 'c']) await cache.load(key, () => Promise.resolve(key));
    expect([cache.peek('a'), cache.peek('b'), cache.peek('c')]).toEqual(['a', undefined, 'c']);
  });

  it('tries again what failed', async () => {
    const cache = new ResourceCache<number>(2);
    await expect(cache.load('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(await cache.load('a', () => Promise.resolve(3))).toBe(3);
  });
});

describe('small geometry', () => {
  it('places a value on a scale, also on one without length', () => {
    expect(positionOn(5, 0, 10)).toBe(0.5);
    expect(positionOn(-5, 0, 10)).toBe(0);
    expect(positionOn(1, 1, 1)).toBe(0.5);
  });

  it('joins folders as the system that they come from does', () => {
    expect(joinPath('/a', 'b')).toBe('/a/b');
    expect(joinPath('/', 'b')).toBe('/b');
    expect(joinPath('C:\\a', 'b')).toBe('C:\\a\\b');
    expect(joinPath('C:\\', 'b')).toBe('C:\\b');
  });
});
