import { Tensor as OrtTensor } from 'onnxruntime-node';
import { readModelWeights } from '../clip/model-weights.ts';
import { normalisePixels, visionGraph, visionNames } from '../clip/vision-graph.ts';
import type { FeatureNeeds, RgbImage } from '../methods/method.ts';
import { floats, type StoredModel } from '../runtime/feature-extractor.ts';
import { storeGraph } from '../runtime/graph-files.ts';
import type { SessionStore } from '../runtime/session-store.ts';
import { input, transpose } from '../tensor-graph/operators.ts';

/** Every row of a graph's outputs, the class token's included, over all images: [images, rows, width] by output name. */
export async function probeVision(
  model: StoredModel,
  needs: FeatureNeeds,
  images: readonly RgbImage[],
  sessions: SessionStore,
): Promise<ReadonlyMap<string, Float32Array>> {
  const weights = await readModelWeights(model.folder);
  const definition = visionGraph(model.config, weights, needs);
  const graph = await sessions.load(await storeGraph(model.folder, definition));
  try {
    const names = Object.keys(definition.outputs);
    const perImage: ReadonlyMap<string, Float32Array>[] = [];
    for (const image of images) {
      const fetched = await graph.run({
        [visionNames.pixels]: new OrtTensor('uint8', image.data, [image.height, image.width, 3]),
      });
      perImage.push(new Map(names.map((name) => [name, floats(fetched, name).slice()])));
    }
    return new Map(names.map((name) => [name, joined(perImage.map((outputs) => outputs.get(name)))]));
  } finally {
    await graph.release();
  }
}

/** What the vision graph makes of an image before its first product: f32 [3, height, width]. `folder` holds the graph file. */
export async function probePixelValues(
  folder: string,
  image: RgbImage,
  sessions: SessionStore,
): Promise<Float32Array> {
  const pixels = input(visionNames.pixels, [image.height, image.width, 3], 'u8');
  const name = 'pixel_values';
  const definition = {
    name: 'pixel-values',
    outputs: { [name]: transpose(normalisePixels(pixels), [2, 0, 1]) },
  };
  const graph = await sessions.load(await storeGraph(folder, definition));
  try {
    const fetched = await graph.run({
      [visionNames.pixels]: new OrtTensor('uint8', image.data, [image.height, image.width, 3]),
    });
    return floats(fetched, name).slice();
  } finally {
    await graph.release();
  }
}

/** Arrays one behind the other. */
export function joined(parts: readonly (Float32Array | undefined)[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    if (!part) continue;
    all.set(part, at);
    at += part.length;
  }
  return all;
}
