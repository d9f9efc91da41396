import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createScanSessions } from '../../../src-main/compute/runtime/scan-sessions.ts';
import type { StoredModel } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { createSessionStore, type SessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import { decodeFloat16 } from '../../../src-shared/maps/float16.ts';
import { tinyFaPrompts, tinyPrompts, writePrompts, writeTinyModel } from '../../support/tiny-model.ts';

/** Counts how often each kind of graph is run: `vision`, `text`. */
const runs = new Map<string, number>();
const loads: string[] = [];
function countingStore(): SessionStore {
  const store = createSessionStore({ intraOpThreads: 1 });
  return {
    ...store,
    async load(graph, options) {
      const loaded = await store.load(graph, options);
      const kind = typeof graph === 'string' ? basename(graph).replace(/-.*/, '') : 'memory';
      loads.push(kind);
      return {
        ...loaded,
        run(feeds) {
          runs.set(kind, (runs.get(kind) ?? 0) + 1);
          return loaded.run(feeds);
        },
      };
    },
  };
}

const scans = createScanSessions({
  assetsFolder: resolve(import.meta.dirname, '../../../assets'),
  intraOpThreads: 1,
  store: countingStore(),
});
type MethodParams = Parameters<typeof scans.open>[0]['methods'][number];
type Settings = MethodParams['settings'];

let folder: string;
let model: StoredModel;
let imagePath: string;
let promptFiles: Record<'anomalyclip' | 'faprompt', string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'one-pass-'));
  model = await writeTinyModel(folder);
  imagePath = join(folder, 'image.png');
  const data = Buffer.from(Uint8Array.from({ length: 90 * 60 * 3 }, (_, i) => (i * 31) % 256));
  await sharp(data, { raw: { width: 90, height: 60, channels: 3 } })
    .png()
    .toFile(imagePath);
  promptFiles = {
    anomalyclip: await writePrompts(join(folder, 'anomalyclip.safetensors'), tinyPrompts()),
    faprompt: await writePrompts(join(folder, 'faprompt.safetensors'), tinyFaPrompts()),
  };
}, 60_000);
afterAll(async () => {
  await scans.closeAll();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  runs.clear();
  loads.length = 0;
});

const asked = (methodId: MethodParams['methodId'], settings: Settings = {}): MethodParams => ({
  methodId,
  promptFile: methodId === 'anomalyclip' || methodId === 'faprompt' ? promptFiles[methodId] : null,
  settings,
  references: [],
});

const open = (methods: MethodParams[]) => scans.open({ model, classNames: ['cat'], methods });

/** Results of one image by each method. */
async function scoreTogether(
  methods: MethodParams[],
  crop?: { x: number; y: number; width: number; height: number },
) {
  const { sessionId } = await open(methods);
  const before = new Map(runs);
  const { results } = await scans.image({
    sessionId,
    imagePath,
    className: 'cat',
    ...(crop ? { crop } : {}),
  });
  const ofImage = (kind: string) => (runs.get(kind) ?? 0) - (before.get(kind) ?? 0);
  const visionRuns = ofImage('vision');
  const textRuns = ofImage('text');
  await scans.close({ sessionId });
  return { results, visionRuns, textRuns };
}

const at48 = (methodId: MethodParams['methodId'], more: Settings = {}) =>
  asked(methodId, { imageSizePx: 48, ...more });

describe('several methods in one session', () => {
  it('run the image encoder once for one size, and get what each gets alone', async () => {
    const methods = [
      at48('clip'),
      at48('clip-ac'),
      at48('winclip'),
      at48('anomalyclip'),
      at48('faprompt', { faPromptSelection: 'paper' }),
      at48('faprompt', { faPromptSelection: 'released' }),
    ];
    const together = await scoreTogether(methods);
    expect(together.visionRuns).toBe(1);
    expect(loads.filter((kind) => kind === 'vision')).toHaveLength(1);
    // FAPrompt encodes its abnormality prompts anew for each image; no other method encodes any.
    expect(together.textRuns).toBe(2);
    for (const [i, method] of methods.entries()) {
      const [alone] = (await scoreTogether([method])).results;
      const result = together.results[i]!;
      if (!alone?.ok || !result.ok) throw new Error(JSON.stringify([alone, result]));
      // Not to the bit: alone, CLIP's graph may leave out rows of the last block, and kernels sum in another order.
      expect(Math.abs(result.score - alone.score)).toBeLessThan(2e-6);
      expect([result.rows, result.columns]).toEqual([6, 6]);
      const [a, b] = [decodeFloat16(result.map), decodeFloat16(alone.map)];
      for (const [patch, value] of a.entries()) expect(Math.abs(value - b[patch]!)).toBeLessThan(1e-3);
    }
    const [paper, released] = together.results.slice(-2);
    expect(paper).not.toEqual(released);
  });

  it('encode each sentence once, however many of them ask for it', async () => {
    const sentences = async (methods: MethodParams[]) => {
      runs.clear();
      await scans.close(await open(methods));
      return runs.get('text') ?? 0;
    };
    const once = await sentences([asked('winclip')]);
    expect(once).toBeGreaterThan(0);
    const variants = [{}, { winclipAveraging: 'normalised' }, { imageSizePx: 48 }] as const;
    expect(await sentences(variants.map((settings) => asked('winclip', settings)))).toBe(once);
  });

  it('run it once for each size and attention path, and read the file once', async () => {
    const { results, visionRuns } = await scoreTogether([
      asked('baseline'),
      at48('clip'),
      at48('anomalyclip'),
      at48('anomalyclip', { dpam: 'qq' }),
      asked('winclip'),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(visionRuns).toBe(3);
    expect(results.map((result) => (result.ok ? result.rows : 0))).toEqual([16, 6, 6, 6, 4]);
  });

  it('go on where one of them cannot be prepared', async () => {
    const { sessionId, methods } = await open([
      asked('clip'),
      { ...asked('anomalyclip'), promptFile: null },
      { ...asked('faprompt'), promptFile: promptFiles.anomalyclip },
      at48('anomalyclip', { layers: [99] }),
      asked('winclip', { imageSizePx: 16 }),
      asked('baseline'),
    ]);
    expect(methods.map((method) => (method.ok ? 'ok' : method.error.code))).toEqual([
      'ok',
      'needs-choice',
      'corrupt-file',
      'bad-request',
      'bad-request',
      'ok',
    ]);
    const { results } = await scans.image({ sessionId, imagePath, className: 'cat' });
    expect(results.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual(
      methods.map((method) => (method.ok ? 'ok' : method.error.code)),
    );
    await scans.close({ sessionId });
  });

  it('answer even where none of them can be prepared, and where a model is missing run what needs none', async () => {
    const none = await scans.open({
      model: null,
      classNames: ['cat'],
      methods: [asked('clip'), asked('winclip')],
    });
    expect(none.methods).toMatchObject([{ ok: false }, { ok: false }]);
    await scans.close({ sessionId: none.sessionId });
    const gone = { ...model, folder: join(folder, 'gone') };
    const half = await scans.open({
      model: gone,
      classNames: ['cat'],
      methods: [asked('clip'), asked('baseline')],
    });
    expect(half.methods).toMatchObject([{ ok: false, error: { code: 'not-found' } }, { ok: true }]);
    await scans.close({ sessionId: half.sessionId });
  });

  it('show references to the methods that are fitted on them, and to no other', async () => {
    const references = [{ className: 'cat', images: [{ imagePath }] }];
    const zeroShot = at48('winclip');
    const { sessionId, methods } = await open([
      zeroShot,
      { ...at48('winclip', { shots: 1 }), references },
      { ...at48('clip'), references },
      at48('winclip', { shots: 2 }),
      {
        ...at48('winclip', { shots: 1 }),
        references: [{ className: 'cat', images: [{ imagePath: join(folder, 'gone.png') }] }],
      },
    ]);
    expect(methods.map((method) => (method.ok ? 'ok' : method.error.code))).toEqual([
      'ok',
      'ok',
      'ok',
      'needs-choice',
      'unreadable',
    ]);
    const { results } = await scans.image({ sessionId, imagePath, className: 'cat' });
    const [without, withItself] = results;
    if (!without?.ok || !withItself?.ok) throw new Error('both must be scored');
    // The image is its own reference: nothing in it is far from what was seen.
    expect(withItself.score).toBeCloseTo(without.score / 2, 5);
    const [a, b] = [decodeFloat16(withItself.map), decodeFloat16(without.map)];
    for (const [patch, value] of a.entries()) expect(Math.abs(value - b[patch]!)).toBeLessThan(1e-3);
    const stranger = await scans.image({ sessionId, imagePath, className: 'dog' });
    expect(stranger.results[1]).toMatchObject({ ok: false });
    await scans.close({ sessionId });
  });

  it('say of one image what went wrong in one method alone', async () => {
    // 4 patches of 8 px, where the prior reads 5.
    const { results } = await scoreTogether([
      asked('clip', { imageSizePx: 16 }),
      asked('faprompt', { imageSizePx: 16 }),
    ]);
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { code: 'bad-request' } }]);
  });

  it('share the encoder’s time equally, so that durations add up to what the image cost', async () => {
    const { sessionId } = await open([at48('clip'), at48('winclip')]);
    const ask = () => scans.image({ sessionId, imagePath, className: 'cat' });
    await ask();
    const startedMs = performance.now();
    const { results } = await ask();
    const tookMs = performance.now() - startedMs;
    const durations = results.map((result) => (result.ok ? result.durationMs : NaN));
    expect(durations.every((ms) => ms > 0)).toBe(true);
    expect(durations.reduce((a, b) => a + b)).toBeLessThanOrEqual(tookMs);
    await scans.close({ sessionId });
  });
});

describe('a part of an image', () => {
  it('is scored as a file with just that part is', async () => {
    const crop = { x: 10, y: 20, width: 50, height: 40 };
    const cut = join(folder, 'cut.png');
    await sharp(imagePath)
      .extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height })
      .png()
      .toFile(cut);
    const { results } = await scoreTogether([asked('clip')], crop);
    const { sessionId } = await open([asked('clip')]);
    const whole = await scans.image({ sessionId, imagePath: cut, className: 'cat' });
    const [a, b] = [results[0]!, whole.results[0]!];
    if (!a.ok || !b.ok) throw new Error('both must be scored');
    expect(a.score).toBe(b.score);
    expect(a.map).toEqual(b.map);
    await expect(
      scans.image({ sessionId, imagePath, className: 'cat', crop: { x: 60, y: 0, width: 31, height: 60 } }),
    ).rejects.toMatchObject({ code: 'corrupt-file', message: expect.stringContaining('90×60') as string });
    await scans.close({ sessionId });
  });
});
