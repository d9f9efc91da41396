import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/maps/float16.ts';
import { pixelMetricsOf } from '../../../src-shared/metrics/pixel-metrics.ts';
import {
  baselineRun,
  openTestCore,
  temporaryFolder,
  writeTree,
  type TestCore,
} from '../core/support/harness.ts';

/** The left half of a picture of 16×12. */
async function leftHalf(): Promise<Buffer> {
  const data = Uint8Array.from({ length: 16 * 12 }, (_, i) => (i % 16 < 8 ? 255 : 0));
  return await sharp(data, { raw: { width: 16, height: 12, channels: 1 } })
    .png()
    .toBuffer();
}

async function scan(test: TestCore, files: Parameters<typeof writeTree>[1]) {
  const root = await temporaryFolder();
  await writeTree(root, files);
  const { dataset, job } = await test.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await test.jobEnd(job.id);
  const created = await test.core.call('runs.create', baselineRun(dataset.id));
  await test.jobEnd(created.job.id);
  return { root, runId: created.run.id };
}

describe('the evaluation of a run', () => {
  test('image and pixel metrics of a class are those of its scores, maps and masks', async () => {
    const opened = await openTestCore();
    // The fake method scores by the number in the name and maps [0, score, score/2, 0.25].
    const { runId } = await scan(opened, {
      'nut/test/good/10.png': 'picture',
      'nut/test/good/60.png': 'picture',
      'nut/test/crack/40.png': 'picture',
      'nut/test/crack/90.png': 'picture',
      'nut/ground_truth/crack/40_mask.png': await leftHalf(),
      'nut/ground_truth/crack/90_mask.png': await leftHalf(),
      'nut/train/good/99.png': 'picture',
    });

    const evaluation = await opened.core.call('runs.evaluate', { runId });

    const rendered = [0.1, 0.6, 0.4, 0.9].map((score) => {
      const data = decodeFloat16(encodeFloat16([0, score, score / 2, 0.25]));
      return renderPixelMap({ rows: 2, columns: 2, data }, { sizePx: 256, sigmaPx: 4 });
    });
    const leftOf256 = Uint8Array.from({ length: 256 * 256 }, (_, i) => (i % 256 < 128 ? 1 : 0));
    const expected = await pixelMetricsOf({
      maps: rendered,
      masks: [null, null, leftOf256, leftOf256],
      width: 256,
      height: 256,
    });
    const [nut] = evaluation.classes;
    expect(nut).toMatchObject({
      className: 'nut',
      counts: { good: 2, anomalous: 2, masks: 2, failed: 0 },
      // Worst first: anomalous 0.9, good 0.6, anomalous 0.4, good 0.1.
      image: { auroc: 3 / 4, ap: (1 + 2 / 3) / 2, f1Max: 4 / 5 },
      notes: [],
    });
    for (const name of ['auroc', 'ap', 'f1Max', 'aupro', 'auproPaper'] as const)
      expect(nut?.pixel[name], name).toBeCloseTo(expected[name]!, 10);
    expect(nut?.f1MaxAt.image).toBeCloseTo(0.4, 10);
    expect(nut?.f1MaxAt.pixel).toBe(expected.f1MaxThreshold);
    expect(nut?.errorBound).toBe(0);
    expect(evaluation.mean.pixel.aupro).toBe(nut?.pixel.aupro);
    expect(evaluation.rendering).toEqual({ sizePx: 256, sigmaPx: 4 });
  });

  test('a metric without a meaning is null and says why, and means leave it out', async () => {
    const opened = await openTestCore();
    const { runId } = await scan(opened, {
      'nut/test/good/10.png': 'picture',
      'nut/test/crack/40.png': 'picture',
      'nut/test/crack/90.png': 'picture',
      'nut/ground_truth/crack/40_mask.png': await leftHalf(),
      'bolt/test/good/10.png': 'picture',
      'bolt/test/good/20.png': 'picture',
      'screw/test/good/50.png': 'picture',
      'screw/test/bent/40.png': 'picture',
      'screw/test/bent/70-broken.png': 'picture',
      'screw/ground_truth/bent/40_mask.png': await leftHalf(),
      'screw/ground_truth/bent/70-broken_mask.png': await leftHalf(),
    });

    const { classes, mean } = await opened.core.call('runs.evaluate', { runId });

    const none = { auroc: null, ap: null, f1Max: null };
    const noPixels = { ...none, aupro: null, auproPaper: null };
    const byName = new Map(classes.map((one) => [one.className, one]));
    expect(byName.get('bolt')).toMatchObject({
      image: none,
      pixel: noPixels,
      notes: ['No image of 2 is anomalous: image and pixel metrics have no meaning.'],
    });
    expect(byName.get('nut')).toMatchObject({
      image: { auroc: 1 },
      pixel: noPixels,
      notes: ['1 of 2 anomalous images have no mask: no pixel metrics.'],
    });
    expect(byName.get('screw')).toMatchObject({
      counts: { good: 1, anomalous: 2, failed: 1 },
      image: { auroc: 0 },
      notes: ['1 of 3 images could not be scored and are left out.'],
    });
    expect(mean.image.auroc).toBe(0.5);
    expect(mean.pixel.auroc).toBe(byName.get('screw')?.pixel.auroc);
  });

  test('a mask that is gone from disk costs its class the pixel metrics and is named', async () => {
    const opened = await openTestCore();
    const { root, runId } = await scan(opened, {
      'nut/test/good/10.png': 'picture',
      'nut/test/crack/40.png': 'picture',
      'nut/ground_truth/crack/40_mask.png': await leftHalf(),
    });
    await rm(join(root, 'nut/ground_truth/crack/40_mask.png'));

    const { classes } = await opened.core.call('runs.evaluate', { runId });

    expect(classes[0]?.image.auroc).toBe(1);
    expect(classes[0]?.pixel.auroc).toBeNull();
    expect(classes[0]?.notes.join()).toContain('40_mask.png');
  });

  test('a class with images still to come has no metrics', async () => {
    const opened = await openTestCore();
    const { root, runId } = await scan(opened, {
      'nut/test/good/10.png': 'picture',
      'nut/test/crack/40.png': 'picture',
    });
    await writeTree(root, { 'nut/test/crack/50.png': 'picture' });
    const { job } = await opened.core.call('datasets.import', { path: root });
    await opened.jobEnd(job.id);

    const { classes } = await opened.core.call('runs.evaluate', { runId });

    expect(classes[0]?.image.auroc).toBeNull();
    expect(classes[0]?.notes).toEqual(['1 of 3 images are still to come.']);
  });

  test('a run that does not exist is named', async () => {
    const { core } = await openTestCore();
    await expect(core.call('runs.evaluate', { runId: 41 })).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no run 41.',
    });
  });
});
