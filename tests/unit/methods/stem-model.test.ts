import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importModel, type ImportedModel } from '../../../src-main/compute/clip/import-model.ts';
import { createTokenizer } from '../../../src-main/compute/clip/tokenizer.ts';
import { formulaTensor } from '../../../src-main/compute/conformance/formula-tensor.ts';
import { probeVision } from '../../../src-main/compute/conformance/vision-probe.ts';
import { defaultDpamBlocks } from '../../../src-main/compute/methods/defaults.ts';
import { defaultImageSizePx } from '../../../src-shared/domain/image-size.ts';
import type { FeatureNeeds, RgbImage } from '../../../src-main/compute/methods/method.ts';
import type { StoredModel } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { createSessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import { createTextEncoder } from '../../../src-main/compute/runtime/text-encoder.ts';
import { clipConfigSchema } from '../../../src-shared/domain/model.ts';
import { stemFixture, writeStemCheckpoint } from '../../support/stem-checkpoint.ts';

const assetsFolder = resolve(import.meta.dirname, '../../../assets');
const sessions = createSessionStore({ intraOpThreads: 2 });
let folder: string;
let imported: ImportedModel;
let model: StoredModel;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stem-model-'));
  const path = await writeStemCheckpoint(join(folder, 'checkpoint'));
  const targetFolder = join(folder, 'stored');
  imported = await importModel({ path, answers: {}, targetFolder });
  model = { folder: targetFolder, config: imported.config };
}, 60_000);
afterAll(async () => {
  await sessions.releaseAll();
  rmSync(folder, { recursive: true, force: true });
});

function imageOf(sizePx: number): RgbImage {
  const values = formulaTensor(`image ${sizePx}`, [[sizePx * sizePx * 3], 128, 128]);
  return { width: sizePx, height: sizePx, data: Uint8Array.from(values, Math.floor) };
}

/** fp32 in two programs through 11 convolution blocks and 5 attention blocks. */
const tolerance = 2e-4;

function expectClose(actual: Float32Array | undefined, expected: readonly number[] | undefined): void {
  expect(actual?.length).toBe(expected?.length);
  const worst = Math.max(...expected!.map((value, i) => Math.abs(value - actual![i]!)));
  expect(worst).toBeLessThan(tolerance);
}

describe('a CLIP with a convolutional stem', () => {
  it('is described in full by its checkpoint: stem, sizes, heads, second path', () => {
    const { vision, text, activation } = imported.config;
    expect(activation).toBe('quick_gelu');
    expect(vision).toMatchObject({
      width: 64,
      heads: 2,
      layers: 5,
      patchSize: 16,
      gridSize: 3,
      dpamBlocks: 3,
    });
    expect(vision.stem).toMatchObject({
      kind: 'convolutional',
      conv: { kernel: 3, stride: 2, channels: 32 },
      taps: [
        { stage: 3, unshuffle: 2 },
        { stage: 5, unshuffle: 1 },
      ],
    });
    expect(text).toMatchObject({ width: 32, heads: 2, layers: 2, vocabularySize: 49_408 });
    expect(imported.warnings).toEqual([]);
  });

  it.each([48, 64])('computes what PyTorch computes at %i px, both paths', async (imageSizePx) => {
    const needs: FeatureNeeds = {
      imageSizePx,
      classFeature: true,
      rawClassFeature: true,
      patchFeatures: true,
      dpam: { variant: 'vv', blocks: defaultDpamBlocks(imported.config), layers: [3, 4, 5] },
    };
    const outputs = await probeVision(model, needs, [imageOf(imageSizePx)], sessions);
    const expected = stemFixture.images[imageSizePx]!;
    expectClose(outputs.get('class_feature'), expected.classFeature);
    expectClose(outputs.get('raw_class_feature'), expected.rawClassFeature);
    expectClose(outputs.get('patch_features')?.subarray(24), expected.patchFeatures);
    for (const layer of [3, 4, 5]) expectClose(outputs.get(`dpam_vv_${layer}`), expected.dpam[layer]);
  });

  it('cuts WinCLIP’s windows out of its stem’s tokens: the window of the whole grid is the image', async () => {
    const needs: FeatureNeeds = { imageSizePx: 48, classFeature: true, windows: [2, 3] };
    const outputs = await probeVision(model, needs, [imageOf(48)], sessions);
    expectClose(outputs.get('windows_3'), [...outputs.get('class_feature')!]);
    expect(outputs.get('windows_2')).toHaveLength(4 * imported.config.embeddingSize);
  });

  it('reads texts with the product of its two embedding matrices', async () => {
    const encoder = createTextEncoder(model, createTokenizer({ assetsFolder }), sessions);
    const { data } = await encoder.encodeTexts(stemFixture.texts.map(({ text }) => text));
    await encoder.release();
    expectClose(
      data,
      stemFixture.texts.flatMap(({ feature }) => feature),
    );
  });

  it('refuses an image size that its stem does not tile', async () => {
    const needs = { imageSizePx: 56, classFeature: true };
    await expect(probeVision(model, needs, [imageOf(56)], sessions)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('16 px') as string,
    });
  });
});

describe('what a model says of itself', () => {
  it('wins over the methods’ rules, and models that say nothing keep them', () => {
    const { preferredImageSizePx: _size, dpamBlocks: _blocks, ...vision } = imported.config.vision;
    const silent = { ...imported.config, vision };
    const outspoken = { ...imported.config, vision: { ...vision, preferredImageSizePx: 256, dpamBlocks: 2 } };
    expect(defaultImageSizePx(silent)).toBe(80);
    expect(defaultDpamBlocks(silent)).toBe(4);
    expect(defaultImageSizePx(outspoken)).toBe(256);
    expect(defaultDpamBlocks(outspoken)).toBe(2);
  });

  it('may be absent from a configuration that an earlier program stored', () => {
    const { stem: _stem, dpamBlocks: _blocks, ...vision } = imported.config.vision;
    const stored = JSON.parse(JSON.stringify({ ...imported.config, vision })) as unknown;
    expect(clipConfigSchema.parse(stored).vision.stem).toBeUndefined();
  });
});
