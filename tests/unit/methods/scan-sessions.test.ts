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

const base = { promptFile: null, settings: {}, classNames: ['cat', 'metal_nut'] };

describe('a scan', () => {
  it('with the baseline needs no model', async () => {
    const { sessionId, rendering } = await scans.open({ ...base, methodId: 'baseline', model: null });
    const result = await scans.image({ sessionId, imagePath, className: 'cat' });
    expect(result.map).toHaveLength(result.rows * result.columns);
    expect(Math.max(...decodeFloat16(result.map))).toBeCloseTo(result.score, 1);
    expect(rendering.sizePx).toBe(256);
    await scans.close({ sessionId });
  });

  it.each(['clip', 'clip-ac', 'anomalyclip'] as const)(
    'with %s gives a probability and a map',
    async (methodId) => {
      const { sessionId, rendering } = await scans.open({ ...base, methodId, model, promptFile });
      const result = await scans.image({ sessionId, imagePath, className: 'metal_nut' });
      expect(result.score).toBeGreaterThan(0);
      expect(result.score).toBeLessThan(1);
      expect(result).toMatchObject({ rows: rendering.sizePx / 8, columns: rendering.sizePx / 8 });
      for (const value of decodeFloat16(result.map)) expect(value).toBeGreaterThanOrEqual(0);
      await scans.close({ sessionId });
    },
  );

  it('answers two images asked for at once as it answers them one by one', async () => {
    const { sessionId } = await scans.open({ ...base, methodId: 'clip', model });
    const ask = (className: string) => scans.image({ sessionId, imagePath, className });
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
    const { sessionId } = await scans.open({ ...base, methodId: 'clip', model });
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
    for (const imageSizePx of [32, 40, 48, 56])
      opened.push(await scans.open({ ...base, methodId: 'clip', model, settings: { imageSizePx } }));
    for (const { sessionId, rendering } of opened) {
      const { rows } = await scans.image({ sessionId, imagePath, className: 'cat' });
      expect(rows).toBe(rendering.sizePx / 8);
    }
    for (const { sessionId } of opened) await scans.close({ sessionId });
  });

  it('says what is missing', async () => {
    await expect(scans.open({ ...base, methodId: 'clip', model: null })).rejects.toMatchObject({
      code: 'needs-choice',
    });
    await expect(scans.open({ ...base, methodId: 'anomalyclip', model })).rejects.toMatchObject({
      code: 'needs-choice',
    });
    await expect(
      scans.open({ ...base, methodId: 'anomalyclip', model, promptFile: join(folder, 'none.safetensors') }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      scans.open({ ...base, methodId: 'clip', model: { ...model, folder: join(folder, 'none') } }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(scans.image({ sessionId: 9999, imagePath, className: 'cat' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('that is closed frees its session, and closing twice does no harm', async () => {
    const { sessionId } = await scans.open({ ...base, methodId: 'clip', model });
    await scans.close({ sessionId });
    await scans.close({ sessionId });
    await expect(scans.image({ sessionId, imagePath, className: 'cat' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
