import type { RgbImage } from './rgb-image.ts';

/** CLIP's mean and standard deviation of R, G, B, for pixels of 0-1 (methods.md §1). */
const clipMean = [0.48145466, 0.4578275, 0.40821073] as const;
const clipStd = [0.26862954, 0.26130258, 0.27577711] as const;

/** Each channel's 256 values, each step rounded to fp32 as torchvision's ToTensor and Normalize do. */
const valueTables = clipMean.map((mean, channel) =>
  Float32Array.from(
    { length: 256 },
    (_, level) =>
      Math.fround(Math.fround(level / 255) - Math.fround(mean)) / Math.fround(clipStd[channel] ?? 1),
  ),
);

/** An image as a CLIP vision graph takes it: fp32 [3, height, width], (pixel/255 - mean)/std. */
export function toPixelValues({ width, height, data }: RgbImage): Float32Array {
  const area = width * height;
  const values = new Float32Array(area * 3);
  for (const [channel, table] of valueTables.entries()) {
    for (let i = 0, source = channel; i < area; i++, source += 3) {
      values[channel * area + i] = table[data[source] as number] as number;
    }
  }
  return values;
}
