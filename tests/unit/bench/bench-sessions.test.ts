import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenizer } from '../../../src-main/compute/clip/tokenizer.ts';
import { createFeatureCaches } from '../../../src-main/compute/features/feature-cache.ts';
import { createBenchSessions } from '../../../src-main/compute/runtime/bench-sessions.ts';
import type { StoredModel } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { createScanSessions } from '../../../src-main/compute/runtime/scan-sessions.ts';
import { createSessionStore, type SessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import type { ComputeParams } from '../../../src-main/compute/protocol.ts';
import { tinyFaPrompts, tinyPrompts, writePrompts, writeTinyModel } from '../../support/tiny-model.ts';

const assetsFolder = resolve(import.meta.dirname, '../../../assets');
const intraOpThreads = 1;
const store = createSessionStore({ intraOpThreads });
/** Runs of graphs in the store of image encoders. */
let encoded = 0;
const counting: SessionStore = {
  ...store,
  load: async (graph, options) => {
    const loaded = await store.load(graph, options);
    return {
      ...loaded,
      run: (feeds) => {
        encoded += 1;
        return loaded.run(feeds);
      },
    };
  },
};
const featureCaches = createFeatureCaches();
const tokenizer = createTokenizer({ assetsFolder });
const benches = createBenchSessions({
  tokenizer: () => tokenizer,
  store: counting,
  featureCaches,
  intraOpThreads,
});
const scans = createScanSessions({ assetsFolder, store, featureCaches, intraOpThreads });

let folder: string;
let model: StoredModel;
let images: ComputeParams<'bench.open'>['images'];
const promptFiles: Partial<Record<string, string>> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bench-sessions-'));
  model = await writeTinyModel(folder);
  images = [];
  for (const step of [31, 47]) {
    const imagePath = join(folder, `${step}.png`);
    const data = Buffer.from(Uint8Array.from({ length: 90 * 60 * 3 }, (_, i) => (i * step) % 256));
    await sharp(data, { raw: { width: 90, height: 60, channels: 3 } })
      .png()
      .toFile(imagePath);
    images.push({ imagePath, className: step === 31 ? 'cat' : 'metal_nut' });
  }
  promptFiles['anomalyclip'] = await writePrompts(join(folder, 'a.safetensors'), tinyPrompts());
  promptFiles['faprompt'] = await writePrompts(join(folder, 'f.safetensors'), tinyFaPrompts());
}, 60_000);
afterAll(async () => {
  await benches.closeAll();
  await scans.closeAll();
  rmSync(folder, { recursive: true, force: true });
});

const text = { normal: ['whole {}'], abnormal: ['{} with a dent'], templates: ['a photo of a {}.'] };
const methodIds = ['clip', 'clip-ac', 'winclip', 'anomalyclip', 'faprompt'] as const;
const place = () => ({ folder: join(folder, 'cache'), limitBytes: 10_000_000 });

describe('a bench for prompts', () => {
  it.each(methodIds)('says of %s what a scan with these prompts says', async (methodId) => {
    const promptFile = promptFiles[methodId] ?? null;
    const words = promptFile === null ? text : null;
    const featureCache = place();
    const { sessionId, rendering } = await benches.open({
      model,
      methodId,
      settings: {},
      images,
      featureCache,
    });
    const { results } = await benches.score({ sessionId, text: words, promptFile });
    await benches.close({ sessionId });
    const settings = words === null ? {} : { promptText: words };
    const scan = await scans.open({
      ...{ model, featureCache, classNames: ['cat', 'metal_nut'] },
      methods: [{ methodId, promptFile, settings, references: [] }],
    });
    expect(scan.methods).toEqual([{ ok: true, rendering }]);
    for (const [index, image] of images.entries()) {
      const { results: scanned } = await scans.image({ sessionId: scan.sessionId, ...image });
      const bench = results[index]!;
      if (!bench.ok || !scanned[0]!.ok) throw new Error('one of them could not score');
      expect(bench.score).toBe(scanned[0]!.score);
      expect(bench.map).toEqual(scanned[0]!.map);
    }
    await scans.close({ sessionId: scan.sessionId });
  });

  it('runs the image encoder once an image, whatever is said of it', async () => {
    const opened = await benches.open({ model, methodId: 'clip', settings: {}, images });
    const { sessionId } = opened;
    encoded = 0;
    await benches.prepare({ sessionId, image: 0 });
    const scoresOf = async (abnormal: string) => {
      const { results } = await benches.score({
        sessionId,
        text: { ...text, abnormal: [abnormal] },
        promptFile: null,
      });
      return results.map((result) => (result.ok ? result.score : null));
    };
    const first = await scoresOf('{} with a dent');
    const second = await scoresOf('{} with a scratch');
    expect(encoded).toBe(2);
    expect(second).not.toEqual(first);
    expect(await scoresOf('{} with a dent')).toEqual(first);
    await benches.close({ sessionId });
  });

  it('tells what is wrong with one image beside the others’ results, and looks again the next time', async () => {
    const imagePath = join(folder, 'later.png');
    const { sessionId } = await benches.open({
      ...{ model, methodId: 'clip', settings: {} },
      images: [{ imagePath, className: 'cat' }, ...images],
    });
    const score = async () => {
      const { results } = await benches.score({ sessionId, text: null, promptFile: null });
      return results.map(({ ok }) => ok);
    };
    await expect(benches.prepare({ sessionId, image: 0 })).rejects.toMatchObject({ code: 'unreadable' });
    await expect(benches.prepare({ sessionId, image: 3 })).rejects.toMatchObject({ code: 'bad-request' });
    expect(await score()).toEqual([false, true, true]);
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#a63' } })
      .png()
      .toFile(imagePath);
    expect(await score()).toEqual([true, true, true]);
    await benches.close({ sessionId });
    await expect(score()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is not opened for a method without prompts, for references, and for sizes that do not fit', async () => {
    const open = (more: object) =>
      benches.open({ model, methodId: 'winclip' as const, settings: {}, images, ...more });
    await expect(open({ methodId: 'baseline' })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(open({ settings: { shots: 1 } })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(open({ settings: { imageSizePx: 33 } })).rejects.toMatchObject({ code: 'bad-request' });
    const { sessionId } = await open({ methodId: 'anomalyclip' });
    await expect(benches.score({ sessionId, text: null, promptFile: null })).rejects.toMatchObject({
      code: 'needs-choice',
    });
    await benches.close({ sessionId });
  });
});
