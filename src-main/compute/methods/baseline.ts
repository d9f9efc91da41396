import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { RgbImage } from '../../images/rgb-image.ts';
import type { ImageFeatures, Method, MethodScore } from './method.ts';

/* The baseline of the shared data's README, «A floor to beat»; nothing in it is learned. */
const imageSizePx = 256;
const blockPx = 16;
const gridSize = imageSizePx / blockPx;
const blockCount = gridSize * gridSize;
const neighbourCount = 8;

/** R, G, B and the two absolute gradients; each gives a mean and a standard deviation. */
const channelCount = 5;
const featureCount = channelCount * 2;

/** Added to standard deviations: a feature that is the same in all blocks (a grey image's colour) must count nothing. */
const minimumSpread = 1e-6;

/** |∂/∂x| or |∂/∂y| at a pixel: central differences inside, one-sided at the edge (numpy.gradient). */
function gradientAt(grey: Float64Array, position: number, step: number, coordinate: number): number {
  const before = coordinate > 0 ? position - step : position;
  const after = coordinate < imageSizePx - 1 ? position + step : position;
  const distance = (after - before) / step;
  return Math.abs((grey[after] as number) - (grey[before] as number)) / distance;
}

/** The five channels, planar [5, size, size]; gradients are those of (R+G+B)/3. */
function makeChannels({ data }: RgbImage): Float64Array {
  const area = imageSizePx * imageSizePx;
  const channels = new Float64Array(channelCount * area);
  const grey = new Float64Array(area);
  for (let i = 0; i < area; i++) {
    let sum = 0;
    for (let channel = 0; channel < 3; channel++) {
      const level = data[i * 3 + channel] as number;
      channels[channel * area + i] = level;
      sum += level;
    }
    grey[i] = sum / 3;
  }
  for (let y = 0, i = 0; y < imageSizePx; y++) {
    for (let x = 0; x < imageSizePx; x++, i++) {
      channels[3 * area + i] = gradientAt(grey, i, 1, x);
      channels[4 * area + i] = gradientAt(grey, i, imageSizePx, y);
    }
  }
  return channels;
}

/** Means, then standard deviations, of each block's channels: [blocks, 10]. */
function describeBlocks(channels: Float64Array): Float64Array {
  const features = new Float64Array(blockCount * featureCount);
  const area = imageSizePx * imageSizePx;
  const pixelCount = blockPx * blockPx;
  for (let block = 0; block < blockCount; block++) {
    const start = Math.floor(block / gridSize) * blockPx * imageSizePx + (block % gridSize) * blockPx;
    for (let channel = 0; channel < channelCount; channel++) {
      let [sum, squares] = [0, 0];
      for (let y = 0; y < blockPx; y++) {
        const row = channel * area + start + y * imageSizePx;
        for (let x = 0; x < blockPx; x++) {
          const value = channels[row + x] as number;
          sum += value;
          squares += value * value;
        }
      }
      const mean = sum / pixelCount;
      features[block * featureCount + channel] = mean;
      features[block * featureCount + channelCount + channel] = Math.sqrt(
        Math.max(0, squares / pixelCount - mean * mean),
      );
    }
  }
  return features;
}

/** Every feature to mean 0 and standard deviation 1 over the image's blocks, in place. */
function standardise(features: Float64Array): void {
  for (let feature = 0; feature < featureCount; feature++) {
    let sum = 0;
    for (let at = feature; at < features.length; at += featureCount) sum += features[at] as number;
    const mean = sum / blockCount;
    let squares = 0;
    for (let at = feature; at < features.length; at += featureCount) {
      squares += ((features[at] as number) - mean) ** 2;
    }
    const spread = Math.sqrt(squares / blockCount) + minimumSpread;
    for (let at = feature; at < features.length; at += featureCount) {
      features[at] = ((features[at] as number) - mean) / spread;
    }
  }
}

function squaredDistance(features: Float64Array, a: number, b: number): number {
  let sum = 0;
  for (let feature = 0; feature < featureCount; feature++) {
    const difference =
      (features[a * featureCount + feature] as number) - (features[b * featureCount + feature] as number);
    sum += difference * difference;
  }
  return sum;
}

/** Root mean squared distance of each block to its 8 nearest other blocks. */
function scoreBlocks(features: Float64Array): Float32Array {
  const scores = new Float32Array(blockCount);
  const distances = new Float64Array(blockCount - 1);
  for (let block = 0; block < blockCount; block++) {
    for (let other = 0, at = 0; other < blockCount; other++) {
      if (other !== block) distances[at++] = squaredDistance(features, block, other);
    }
    distances.sort();
    let sum = 0;
    for (let i = 0; i < neighbourCount; i++) sum += distances[i] as number;
    scores[block] = Math.sqrt(sum / neighbourCount);
  }
  return scores;
}

/** Score and 16×16 map of one 256×256 image: how unlike its other blocks each block is. */
export function scoreByBlocks(image: RgbImage): MethodScore {
  if (image.width !== imageSizePx || image.height !== imageSizePx) {
    throw new RangeError(
      `the baseline needs ${imageSizePx}×${imageSizePx} pixels, not ${image.width}×${image.height}`,
    );
  }
  const features = describeBlocks(makeChannels(image));
  standardise(features);
  const data = scoreBlocks(features);
  return {
    score: data.reduce((a, b) => Math.max(a, b)),
    patchMap: { rows: gridSize, columns: gridSize, data },
  };
}

function scoreFeatures({ pixels }: ImageFeatures): MethodScore {
  if (pixels === undefined) throw new Error('the baseline asked for pixels and got none');
  return scoreByBlocks(pixels);
}

/** The parameter-free baseline: needs no model, compares each block with the rest of its own image. */
export const baselineMethod: Method = {
  ...methodCatalogue.baseline,
  needs: () => ({ imageSizePx, pixels: true }),
  rendering: (_config, settings) => ({ sizePx: imageSizePx, sigmaPx: settings.sigmaPx ?? 0 }),
  prepare: () => Promise.resolve({ score: scoreFeatures }),
};
