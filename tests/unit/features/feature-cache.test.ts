import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFeatureCache } from '../../../src-main/compute/features/feature-cache.ts';
import { createFileHashes, imageKey } from '../../../src-main/compute/features/feature-key.ts';
import {
  cutFeatures,
  featureLayout,
  packFeatures,
} from '../../../src-main/compute/features/feature-layout.ts';
import { tinyConfig } from '../../support/tiny-model.ts';

const needs = {
  imageSizePx: 32,
  rawClassFeature: true,
  windows: [2],
  dpam: { variant: 'vv', blocks: 3, layers: [2, 5] },
} as const;
const layout = featureLayout(tinyConfig, needs);
const valueCount = 24 + 9 * 24 + 2 * 16 * 24;
const fileBytes = 8 + 12 + 32 + 4 * 16 + 4 + 2 * valueCount;
const bits = Uint16Array.from({ length: valueCount }, (_, i) => (i * 7) % 0x7000);
const keyOf = (name: string) => imageKey('pass', name, undefined);
const key = keyOf('image');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'feature-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const pathOf = (ofKey: string) => join(folder, ofKey.slice(0, 2), `${ofKey}.features`);
const open = (limitBytes = 1_000_000) => createFeatureCache({ folder, limitBytes });
const files = async () =>
  (await readdir(folder, { recursive: true })).filter((name) => name.includes('.features')).toSorted();

describe('the cache of features', () => {
  it('gives back what was written, also to another process’s cache, and nothing for other keys', async () => {
    await open().write(key, layout, bits);
    expect(await open().read(key, layout)).toEqual(bits);
    expect(await open().read(keyOf('another'), layout)).toBeNull();
    expect((await stat(pathOf(key))).size).toBe(fileBytes);
    expect(await files()).toEqual([join(key.slice(0, 2), `${key}.features`)]);
  });

  describe('on a disk that is nearly full', () => {
    const reserve = 64 * 2 ** 20;
    /** A disk with room for so many files beside the reserve, and how often it was asked. */
    function nearlyFull(room: number) {
      const disk = { totalBytes: reserve + room * fileBytes, asked: 0, nowMs: 0 };
      const freeBytes = async () => {
        disk.asked += 1;
        return disk.totalBytes - (await files()).length * fileBytes;
      };
      const options = { folder, limitBytes: 1_000_000, freeBytes, now: () => disk.nowMs };
      return { disk, cache: createFeatureCache(options) };
    }
    const isThere = async (...names: string[]) => {
      const left = new Set(await files());
      return names.filter((name) => left.has(join(keyOf(name).slice(0, 2), `${keyOf(name)}.features`)));
    };
    const usedAt = (name: string, seconds: number) => utimes(pathOf(keyOf(name)), seconds, seconds);

    it('leaves the last 64 MiB to what cannot be made again, and gives back what it took of them', async () => {
      const { disk, cache } = nearlyFull(3);
      for (const name of ['a', 'b', 'c']) await cache.write(keyOf(name), layout, bits);
      expect(await files()).toHaveLength(3);
      await cache.write(keyOf('d'), layout, bits);
      expect(await cache.read(keyOf('d'), layout)).toEqual(bits);
      expect((await files()).length).toBeLessThan(4);

      // Others filled the disk: nothing is written, and the disk is asked again after a rest.
      disk.totalBytes = 1000;
      disk.nowMs = 1000;
      await cache.write(keyOf('e'), layout, bits);
      expect(await isThere('e')).toEqual([]);
      disk.totalBytes = 2 * reserve;
      await cache.write(keyOf('f'), layout, bits);
      expect(await isThere('f')).toEqual([]);
      disk.nowMs = 61_000;
      await cache.write(keyOf('f'), layout, bits);
      expect(await cache.read(keyOf('f'), layout)).toEqual(bits);
    });

    it('throws out as much as has to go, what was not used for longest first', async () => {
      const { cache } = nearlyFull(6);
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      for (const [index, name] of names.entries()) {
        await cache.write(keyOf(name), layout, bits);
        await usedAt(name, 1000 + index);
      }
      await usedAt('a', 2000);
      await cache.write(keyOf('g'), layout, bits);
      // One for the new file, and a tenth more so that the next one does not list the folder again.
      expect(await isThere(...names, 'g')).toEqual(['a', 'd', 'e', 'f', 'g']);
    });

    it('keeps everything where even all of it would not be enough', async () => {
      const { disk, cache } = nearlyFull(3);
      for (const name of ['a', 'b', 'c']) await cache.write(keyOf(name), layout, bits);
      disk.totalBytes = reserve;
      disk.nowMs = 1000;
      await cache.write(keyOf('d'), layout, bits);
      expect(await isThere('a', 'b', 'c', 'd')).toEqual(['a', 'b', 'c']);
    });

    it('counts what dead processes left as room', async () => {
      const { cache } = nearlyFull(2);
      await cache.write(keyOf('a'), layout, bits);
      const left = join(dirname(pathOf(keyOf('a'))), 'x.features.1-00.partial');
      await writeFile(left, Buffer.alloc(fileBytes));
      const later = nearlyFull(2);
      later.disk.nowMs = Date.now() + 7_200_000;
      await later.cache.write(keyOf('b'), layout, bits);
      expect(await isThere('a', 'b')).toEqual(['a', 'b']);
      expect(await files()).toHaveLength(2);
    });

    it('does not grant the same room to writes at the same time', async () => {
      const { disk, cache } = nearlyFull(2);
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => cache.write(keyOf(name), layout, bits)));
      expect((await files()).length).toBeGreaterThan(0);
      expect((await files()).length).toBeLessThan(3);
      expect(disk.totalBytes - (await files()).length * fileBytes).toBeGreaterThanOrEqual(reserve);
    });

    it('asks the disk once for many writes, and again after a second', async () => {
      const { disk, cache } = nearlyFull(20);
      for (const name of ['a', 'b', 'c', 'd']) await cache.write(keyOf(name), layout, bits);
      expect(disk.asked).toBe(1);
      disk.nowMs = 1000;
      await cache.write(keyOf('e'), layout, bits);
      expect(disk.asked).toBe(2);
    });
  });

  it('cuts values by the layout, in the order of the needs', () => {
    const cut = cutFeatures(layout, bits);
    expect(cut.gridSize).toBe(4);
    expect(cut.classFeature).toBeUndefined();
    expect(cut.rawClassFeature?.bits).toEqual(bits.subarray(0, 24));
    expect(cut.windows?.get(2)).toMatchObject({ rows: 9, width: 24 });
    expect([...(cut.dpam?.keys() ?? [])]).toEqual([2, 5]);
    expect(cut.dpam?.get(5)?.bits).toEqual(bits.subarray(24 + 9 * 24 + 16 * 24));
  });

  it('packs nothing that half precision cannot hold', () => {
    const rows = (count: number, value = 1) => ({
      rows: count,
      width: 24,
      data: new Float32Array(count * 24).fill(value),
    });
    const features = (value: number) => ({
      gridSize: 4,
      rawClassFeature: new Float32Array(24),
      windows: new Map([[2, rows(9)]]),
      dpam: new Map([
        [2, rows(16)],
        [5, rows(16, value)],
      ]),
    });
    expect(packFeatures(layout, features(65_504))).toHaveLength(valueCount);
    expect(packFeatures(layout, features(65_520))).toBeNull();
    expect(packFeatures(layout, features(NaN))).toBeNull();
  });

  it.each([
    ['empty', () => Buffer.alloc(0)],
    ['cut off', (good: Buffer) => good.subarray(0, good.length - 1)],
    ['without values', (good: Buffer) => good.subarray(0, 120)],
    ['longer', (good: Buffer) => Buffer.concat([good, Buffer.alloc(1)])],
    ['of another program', (good: Buffer) => Buffer.concat([Buffer.from('SQLite f'), good.subarray(8)])],
    ['of a later version', (good: Buffer) => withByte(good, 8, 2)],
    ['of another image', (good: Buffer) => withByte(good, 20, (good[20]! + 1) & 255)],
    ['of more rows than it has', (good: Buffer) => withByte(good, 52 + 11, 0xff)],
    ['with a wrong checksum', (good: Buffer) => withByte(good, fileBytes - 2 * valueCount - 1, 1)],
    ['with one wrong bit', (good: Buffer) => withByte(good, good.length - 5, good.at(-5)! ^ 1)],
  ])('deletes a file that is %s, and makes it again', async (_, damage) => {
    const cache = open();
    await cache.write(key, layout, bits);
    await writeFile(pathOf(key), damage(await readFile(pathOf(key))));
    expect(await cache.read(key, layout)).toBeNull();
    expect(await files()).toEqual([]);
    await cache.write(key, layout, bits);
    expect(await cache.read(key, layout)).toEqual(bits);
  });

  it('survives a folder and a link in a file’s place', async () => {
    const cache = open();
    await mkdir(join(pathOf(key), 'below'), { recursive: true });
    expect(await cache.read(key, layout)).toBeNull();
    const victim = join(folder, 'victim.txt');
    await writeFile(victim, Buffer.alloc(fileBytes));
    await symlink(victim, pathOf(key));
    expect(await cache.read(key, layout)).toBeNull();
    await cache.write(key, layout, bits);
    expect(await cache.read(key, layout)).toEqual(bits);
    expect((await readFile(victim)).equals(Buffer.alloc(fileBytes))).toBe(true);
  });

  it('never believes damaged bytes', async () => {
    const cache = open();
    await cache.write(key, layout, bits);
    const good = await readFile(pathOf(key));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.option(fc.nat(good.length + 100)),
        async (place, flip, length) => {
          const bad = withByte(good, place, good[place]! ^ flip);
          await mkdir(dirname(pathOf(key)), { recursive: true });
          await writeFile(
            pathOf(key),
            length === null ? bad : Buffer.concat([bad, Buffer.alloc(100)], length),
          );
          expect(await cache.read(key, layout)).toBeNull();
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  it('goes on without keeping anything where the folder cannot be made, and where the limit is nought', async () => {
    const inTheWay = join(folder, 'file');
    await writeFile(inTheWay, '');
    const blocked = createFeatureCache({ folder: inTheWay, limitBytes: 1_000_000 });
    await blocked.write(key, layout, bits);
    expect(await blocked.read(key, layout)).toBeNull();
    const none = open(0);
    await none.write(key, layout, bits);
    expect(await none.read(key, layout)).toBeNull();
    expect(await files()).toEqual([]);
  });

  it('forgets what was not used for longest when the limit is reached, also what others wrote', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const other = open();
    for (const [index, name] of names.entries()) {
      await other.write(keyOf(name), layout, bits);
      const time = Date.now() / 1000 - 1000 + 100 * index;
      await utimes(pathOf(keyOf(name)), time, time);
    }
    // Reading is using.
    expect(await other.read(keyOf('a'), layout)).toEqual(bits);
    const cache = open(Math.floor(4.9 * fileBytes));
    await cache.write(keyOf('e'), layout, bits);
    const left = new Set(await files());
    const isLeft = (name: string) => left.has(join(keyOf(name).slice(0, 2), `${keyOf(name)}.features`));
    expect(['a', 'b', 'c', 'd', 'e'].filter(isLeft)).toEqual(['a', 'd', 'e', 'c'].toSorted());
  });

  it('takes away what a process that died was writing, and leaves what is being written', async () => {
    const shelf = join(folder, 'ab');
    await mkdir(shelf);
    await writeFile(join(shelf, 'x.features.1-00.partial'), 'half');
    await writeFile(join(shelf, 'y.features.2-00.partial'), 'half');
    const time = Date.now() / 1000 - 7200;
    await utimes(join(shelf, 'x.features.1-00.partial'), time, time);
    await open().write(key, layout, bits);
    expect(await files()).toContain(join('ab', 'y.features.2-00.partial'));
    expect(await files()).not.toContain(join('ab', 'x.features.1-00.partial'));
  });
});

describe('hashes of files', () => {
  it('are made again when a file changes', async () => {
    const file = join(folder, 'image.png');
    const hashes = createFileHashes();
    await writeFile(file, 'one');
    const first = await hashes(file);
    expect(await hashes(file)).toBe(first);
    await writeFile(file, 'another');
    expect(await hashes(file)).not.toBe(first);
    await rm(file);
    await expect(hashes(file)).rejects.toThrow(/ENOENT/);
  });

  it('give another key for another part of an image', () => {
    const crop = { x: 0, y: 0, width: 4, height: 4 };
    expect(imageKey('pass', 'hash', crop)).not.toBe(imageKey('pass', 'hash', undefined));
    expect(imageKey('pass', 'hash', crop)).not.toBe(imageKey('pass', 'hash', { ...crop, x: 1 }));
    expect(imageKey('pass', 'hash', crop)).not.toBe(imageKey('other', 'hash', crop));
  });
});

function withByte(good: Buffer, place: number, value: number): Buffer {
  const changed = Buffer.from(good);
  changed[place] = value;
  return changed;
}
