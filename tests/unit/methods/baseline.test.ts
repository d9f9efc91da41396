import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { baselineMethod, scoreByBlocks } from '../../../src-main/compute/methods/baseline.ts';
import { decodeImage } from '../../../src-main/images/decode-image.ts';
import { readMask } from '../../../src-main/images/read-mask.ts';
import { resizeBicubic } from '../../../src-main/images/resize-bicubic.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { upsampleBilinear } from '../../../src-shared/maps/upsample-bilinear.ts';
import { auroc } from '../../../src-shared/metrics/ranking.ts';

const fixture = path.resolve(import.meta.dirname, '../../../../shared/data/fixture');

interface Entry {
  readonly img_path: string;
  readonly mask_path: string;
  readonly anomaly: number;
}

/** Image and pixel AUROC of one class of the fixture in percent. */
async function measure(className: string): Promise<{ image: number; pixel: number }> {
  const meta = JSON.parse(readFileSync(path.join(fixture, 'meta.json'), 'utf8')) as {
    readonly test: Readonly<Record<string, readonly Entry[]>>;
  };
  const image = { scores: [] as number[], labels: [] as number[] };
  const rendering = baselineMethod.rendering(null, {});
  const area = rendering.sizePx ** 2;
  const entries = meta.test[className] ?? [];
  const pixel = {
    scores: new Float32Array(entries.length * area),
    labels: new Uint8Array(entries.length * area),
  };
  for (const [i, { img_path, mask_path, anomaly }] of entries.entries()) {
    const rgb = resizeBicubic(await decodeImage(path.join(fixture, img_path)), 256, 256);
    const { score, patchMap } = scoreByBlocks(rgb);
    image.scores.push(score);
    image.labels.push(anomaly);
    pixel.scores.set(renderPixelMap(patchMap, rendering), i * area);
    if (anomaly === 0) continue;
    const { width, height, data } = await readMask(path.join(fixture, mask_path));
    const mask = { rows: height, columns: width, data: Float32Array.from(data) };
    const resized = upsampleBilinear(mask, rendering.sizePx, rendering.sizePx);
    pixel.labels.set(
      resized.map((share) => (share > 0.5 ? 1 : 0)),
      i * area,
    );
  }
  return { image: 100 * auroc(image)!, pixel: 100 * auroc(pixel)! };
}

describe('the baseline', () => {
  // Image AUROC as in «A floor to beat» of the shared data's README, to its one decimal; pixel AUROC as NumPy 2.4 and
  // PyTorch 2.15 gave it for the same maps, stretched bilinearly.
  test.each([
    ['cookie', 32.8, 86.8],
    ['hazelnut', 0, 90.8],
    ['paper_bdp01', 97.9, 98.4],
  ])('%s reaches the floor: %f image and %f pixel AUROC', async (className, image, pixel) => {
    const measured = await measure(className);
    expect(Math.abs(measured.image - image)).toBeLessThan(0.06);
    expect(Math.abs(measured.pixel - pixel)).toBeLessThan(0.15);
  });

  test('a flat image is not anomalous anywhere and one odd block is found', () => {
    const data = new Uint8Array(256 * 256 * 3).fill(90);
    expect(scoreByBlocks({ width: 256, height: 256, data }).score).toBe(0);
    for (let y = 36; y < 44; y++) data.fill(240, (y * 256 + 84) * 3, (y * 256 + 92) * 3);
    const { score, patchMap } = scoreByBlocks({ width: 256, height: 256, data });
    expect(patchMap.data.indexOf(score)).toBe(2 * 16 + 5);
    expect(patchMap.data.filter((value) => value > score / 2)).toHaveLength(1);
  });

  test('images of another size are a programming error', () => {
    expect(() => scoreByBlocks({ width: 2, height: 2, data: new Uint8Array(12) })).toThrow(RangeError);
  });
});
