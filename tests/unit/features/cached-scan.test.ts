import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCachedPass } from '../../../src-main/compute/features/cached-pass.ts';
import { createFeatureCache } from '../../../src-main/compute/features/feature-cache.ts';
import type { StoredModel } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { createScanSessions } from '../../../src-main/compute/runtime/scan-sessions.ts';
import { createSessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import { tinyPrompts, writePrompts, writeTinyModel } from '../../support/tiny-model.ts';

const assetsFolder = resolve(import.meta.dirname, '../../../assets');
const scans = createScanSessions({ assetsFolder, intraOpThreads: 1 });
let folder: string;
let model: StoredModel;
let imagePath: string;
let promptFile: string;
const cacheFolder = () => join(folder, 'cache');
const place = () => ({ folder: cacheFolder(), limitBytes: 10_000_000 });
const cached = async () =>
  (await readdir(cacheFolder(), { recursive: true })).filter((name) => name.endsWith('.features'));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cached-scan-'));
  model = await writeTinyModel(folder);
  imagePath = join(folder, 'image.png');
  const data = Buffer.from(Uint8Array.from({ length: 90 * 60 * 3 }, (_, i) => (i * 31) % 256));
  await sharp(data, { raw: { width: 90, height: 60, channels: 3 } })
    .png()
    .toFile(imagePath);
  promptFile = await writePrompts(join(folder, 'prompts.safetensors'), tinyPrompts());
}, 60_000);
afterAll(async () => {
  await scans.closeAll();
  rmSync(folder, { recursive: true, force: true });
});

type Wishes = Parameters<typeof scans.open>[0]['methods'];
const wishes = (): Wishes => [
  { methodId: 'clip', promptFile: null, settings: {}, references: [] },
  { methodId: 'anomalyclip', promptFile, settings: { layers: [3, 5] }, references: [] },
  { methodId: 'winclip', promptFile: null, settings: {}, references: [] },
  { methodId: 'baseline', promptFile: null, settings: {}, references: [] },
];

async function scanOnce(featureCache?: { folder: string; limitBytes: number }, of = imagePath) {
  const { sessionId, methods } = await scans.open({
    model,
    classNames: ['cat'],
    methods: wishes(),
    ...(featureCache ? { featureCache } : {}),
  });
  expect(methods.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  try {
    const { results } = await scans.image({ sessionId, imagePath: of, className: 'cat' });
    return results.map((result) => {
      if (!result.ok) throw new Error(result.error.message);
      return { score: result.score, map: [...result.map] };
    });
  } finally {
    await scans.close({ sessionId });
  }
}

describe('a scan with a cache of features', () => {
  it('says the same of an image whether its features were made or read, and nearly the same as without', async () => {
    const plain = await scanOnce();
    const made = await scanOnce(place());
    const kept = await cached();
    expect(kept.length).toBeGreaterThan(0);
    expect(await scanOnce(place())).toEqual(made);
    expect(await cached()).toEqual(kept);
    for (const [index, { score }] of made.entries()) expect(score).toBeCloseTo(plain[index]!.score, 2);
    expect(made[3]).toEqual(plain[3]);
  });

  it('reads them under another name of the file, and makes damaged ones again', async () => {
    const made = await scanOnce(place());
    const kept = await cached();
    const moved = join(folder, 'moved.png');
    await rename(imagePath, moved);
    try {
      expect(await scanOnce(place(), moved)).toEqual(made);
      expect(await cached()).toEqual(kept);
      for (const name of kept) await truncate(join(cacheFolder(), name), 100);
      expect(await scanOnce(place(), moved)).toEqual(made);
    } finally {
      await rename(moved, imagePath);
    }
  });

  it('still refuses a file that is no image', async () => {
    const broken = join(folder, 'broken.png');
    await writeFile(broken, 'no image');
    await expect(scanOnce(place(), broken)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(scanOnce(place(), join(folder, 'gone.png'))).rejects.toMatchObject({ code: 'unreadable' });
  });
});

describe('a cached pass', () => {
  const needs = {
    imageSizePx: 32,
    rawClassFeature: true,
    dpam: { variant: 'vv', blocks: 3, layers: [4, 5] },
  } as const;

  it('needs no encoder and no pixels for what it has', async () => {
    const store = createSessionStore({ intraOpThreads: 1 });
    const cache = createFeatureCache(place());
    const pass = await openCachedPass({ model, needs, store, cache });
    const first = await pass.read({ imagePath });
    const crop = { x: 0, y: 0, width: 40, height: 40 };
    const part = await pass.read({ imagePath, crop });
    await pass.release();
    expect([first.hit, part.hit]).toEqual([false, false]);
    expect(part.features.rawClassFeature).not.toEqual(first.features.rawClassFeature);
    expect(first.features.dpam?.get(5)).toMatchObject({ rows: 16, width: 24 });

    const noEncoder = {
      load: () => Promise.reject(new Error('no graph here')),
      reserve: () => () => undefined,
      releaseAll: () => Promise.resolve(),
    };
    const again = await openCachedPass({ model, needs, store: noEncoder, cache });
    const read = await again.read({ imagePath });
    expect(read.hit).toBe(true);
    expect(read.features).toEqual(first.features);
    await rm(cacheFolder(), { recursive: true });
    await expect(again.read({ imagePath })).rejects.toMatchObject({ code: 'unavailable' });
    await store.releaseAll();
  });
});
