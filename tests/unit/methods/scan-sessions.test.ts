import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src-main/compute/checkpoints/write-safetensors.ts';
import { createScanSessions } from '../../../src-main/compute/runtime/scan-sessions.ts';
import type { StoredModel } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { decodeFloat16 } from '../../../src-shared/maps/float16.ts';
import { tinyPrompts, writeTinyModel } from '../../support/tiny-model.ts';

const scans = createScanSessions({
  assetsFolder: resolve(import.meta.dirname, '../../../assets'),
  intraOpThreads: 1,
});
let folder: string;
let model: StoredModel;
let imagePath: string;
let promptFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scan-sessions-'));
  model = await writeTinyModel(folder);
  imagePath = join(folder, 'image.png');
  const data = Buffer.from(Uint8Array.from({ length: 90 * 60 * 3 }, (_, i) => (i * 31) % 256));
  await sharp(data, { raw: { width: 90, height: 60, channels: 3 } })
    .png()
    .toFile(imagePath);
  promptFile = join(folder, 'prompts.safetensors');
  await writeSafetensors({
    file: promptFile,
    tensors: [...tinyPrompts()].map(([name, { shape, data }]) => ({ name, shape, chunks: () => [data] })),
  });
}, 60_000);
afterAll(async () => {
  await scans.closeAll();
  rmSync(folder, { recursive: true, force: true });
});

type OpenParams = Parameters<typeof scans.open>[0];
type MethodParams = OpenParams['methods'][number];
type ImageParams = Parameters<typeof scans.image>[0];

const classNames = ['cat', 'metal_nut'];
const asked = (methodId: MethodParams['methodId'], more: Partial<MethodParams> = {}): MethodParams => ({
  methodId,
  promptFile: null,
  settings: {},
  references: [],
  ...more,
});

/** Opens a session of one method that can be prepared. */
async function openOne(method: MethodParams, of: StoredModel | null = model) {
  const { sessionId, methods } = await scans.open({ model: of, classNames, methods: [method] });
  const [opened] = methods;
  if (opened?.ok !== true) throw new Error(opened?.error.message ?? 'no answer');
  return { sessionId, rendering: opened.rendering };
}

async function imageOne(params: ImageParams) {
  const [result] = (await scans.image(params)).results;
  if (result?.ok !== true) throw new Error(result?.error.message ?? 'no answer');
  return result;
}

describe('a scan', () => {
  it('with the baseline needs no model', async () => {
    const { sessionId, rendering } = await openOne(asked('baseline'), null);
    const result = await imageOne({ sessionId, imagePath, className: 'cat' });
    expect(result.map).toHaveLength(result.rows * result.columns);
    expect(Math.max(...decodeFloat16(result.map))).toBeCloseTo(result.score, 1);
    expect(rendering.sizePx).toBe(256);
    await scans.close({ sessionId });
  });

  it.each(['clip', 'clip-ac', 'anomalyclip'] as const)(
    'with %s gives a probability and a map',
    async (methodId) => {
      const { sessionId, rendering } = await openOne(asked(methodId, { promptFile }));
      const result = await imageOne({ sessionId, imagePath, className: 'metal_nut' });
      expect(result.score).toBeGreaterThan(0);
      expect(result.score).toBeLessThan(1);
      expect(result).toMatchObject({ rows: rendering.sizePx / 8, columns: rendering.sizePx / 8 });
      for (const value of decodeFloat16(result.map)) expect(value).toBeGreaterThanOrEqual(0);
      await scans.close({ sessionId });
    },
  );

  it('answers two images asked for at once as it answers them one by one', async () => {
    const { sessionId } = await openOne(asked('clip'));
    const ask = (className: string) => imageOne({ sessionId, imagePath, className });
    const together = await Promise.all([ask('cat'), ask('metal_nut')]);
    const apart = [await ask('cat'), await ask('metal_nut')];
    for (const i of [0, 1]) {
      expect(together[i]!.score).toBe(apart[i]!.score);
      expect(together[i]!.map).toEqual(apart[i]!.map);
    }
    expect(together[0]!.score).not.toBe(together[1]!.score);
    await scans.close({ sessionId });
  });

  it('goes on after an image that cannot be read', async () => {
    const broken = join(folder, 'broken.png');
    writeFileSync(broken, 'no image');
    const { sessionId } = await openOne(asked('clip'));
    const [failed, fine] = await Promise.allSettled([
      scans.image({ sessionId, imagePath: broken, className: 'cat' }),
      scans.image({ sessionId, imagePath, className: 'cat' }),
    ]);
    expect(failed).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('broken.png') as string },
    });
    expect(fine.status).toBe('fulfilled');
    await scans.close({ sessionId });
  });

  it('works on while more scans are open than sessions are kept in memory', async () => {
    const opened = [];
    for (const imageSizePx of [32, 40, 48, 56, 64, 72])
      opened.push(await openOne(asked('clip', { settings: { imageSizePx } })));
    for (const { sessionId, rendering } of opened) {
      const { rows } = await imageOne({ sessionId, imagePath, className: 'cat' });
      expect(rows).toBe(rendering.sizePx / 8);
    }
    for (const { sessionId } of opened) await scans.close({ sessionId });
  });

  it('says what is missing', async () => {
    const missing: [MethodParams, StoredModel | null, string][] = [
      [asked('clip'), null, 'needs-choice'],
      [asked('anomalyclip'), model, 'needs-choice'],
      [asked('anomalyclip', { promptFile: join(folder, 'none.safetensors') }), model, 'not-found'],
      [asked('clip'), { ...model, folder: join(folder, 'none') }, 'not-found'],
      [asked('clip', { settings: { imageSizePx: 50 } }), model, 'bad-request'],
    ];
    for (const [method, of, code] of missing) {
      const { sessionId, methods } = await scans.open({ model: of, classNames, methods: [method] });
      expect(methods).toMatchObject([{ ok: false, error: { code } }]);
      expect(await scans.image({ sessionId, imagePath, className: 'cat' })).toMatchObject({
        results: [{ ok: false, error: { code } }],
      });
      await scans.close({ sessionId });
    }
    await expect(scans.image({ sessionId: 9999, imagePath, className: 'cat' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('that is closed frees its session, and closing twice does no harm', async () => {
    const { sessionId } = await openOne(asked('clip'));
    await scans.close({ sessionId });
    await scans.close({ sessionId });
    await expect(scans.image({ sessionId, imagePath, className: 'cat' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
