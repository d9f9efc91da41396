import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { pixelDeviation, pixelMean } from '../../../src-main/compute/clip/vision-graph.ts';
import { decodeImage } from '../../../src-main/images/decode-image.ts';
import { resizeBicubic } from '../../../src-main/images/resize-bicubic.ts';
import { goldenFolder, readGoldenTensors } from '../maps/golden-tensors.ts';

describe('resizing', () => {
  test.each(['down', 'up', 'wide'])(
    'the golden image «%s» becomes the levels behind the golden pixel values, every one of them',
    async (name) => {
      const golden = readGoldenTensors('metrics-and-preprocess.safetensors')(`preprocess.${name}`);
      const [, height = 0, width = 0] = golden.shape;
      const image = await decodeImage(path.join(goldenFolder, `preprocess-${name}.png`));
      // Golden values are [3, height, width], (level/255 - mean)/deviation: a level is 0.0142 or more of them.
      const levels = Uint8Array.from({ length: golden.data.length }, (_, i) => {
        const channel = i % 3;
        const value = golden.data[channel * width * height + Math.floor(i / 3)]!;
        return Math.round(255 * (value * pixelDeviation[channel]! + pixelMean[channel]!));
      });
      expect(Buffer.compare(resizeBicubic(image, width, height).data, levels)).toBe(0);
    },
  );

  test('an image of the wanted size is copied, never shared', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const same = resizeBicubic(image, 2, 1);
    expect(same).toEqual(image);
    expect(same.data).not.toBe(image.data);
  });

  test('overshoot at an edge is clipped and a flat image stays flat', () => {
    const flat = { width: 5, height: 7, data: new Uint8Array(105).fill(201) };
    expect(new Set(resizeBicubic(flat, 16, 3).data)).toEqual(new Set([201]));
    const edge = { width: 4, height: 1, data: Uint8Array.of(0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255) };
    // Pillow 13: list(Image.new('L', (4, 1)) with 0, 0, 255, 255, resized to (8, 1), BICUBIC).
    const grey = [...resizeBicubic(edge, 8, 1).data].filter((_, i) => i % 3 === 0);
    expect(grey).toEqual([0, 0, 0, 52, 203, 255, 255, 255]);
  });

  test('a single pixel can be stretched and sizes that make no sense are refused', () => {
    const pixel = { width: 1, height: 1, data: Uint8Array.of(7, 8, 9) };
    expect([...resizeBicubic(pixel, 2, 2).data]).toEqual([7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9]);
    expect(() => resizeBicubic(pixel, 0, 2)).toThrow(RangeError);
    expect(() => resizeBicubic(pixel, 1.5, 2)).toThrow(RangeError);
  });
});
