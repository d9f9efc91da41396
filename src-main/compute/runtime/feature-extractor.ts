import { Tensor as OrtTensor } from 'onnxruntime-node';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { areWeightsLarge, readModelWeights } from '../clip/model-weights.ts';
import { gridSizeOf, visionGraph, visionNames } from '../clip/vision-graph.ts';
import type { FeatureNeeds, Features, ImageFeatures, RgbImage } from '../methods/method.ts';
import { storeGraph } from './graph-files.ts';
import type { Fetched, SessionStore } from './session-store.ts';

/** A model as the library keeps it. */
export interface StoredModel {
  readonly folder: string;
  readonly config: ClipConfig;
}

export interface FeatureExtractor {
  /** Features of one image of exactly `needs.imageSizePx` squared. */
  extract(image: RgbImage): Promise<ImageFeatures>;
  release(): Promise<void>;
}

/** An extractor for methods that look at pixels alone and need no model. */
export function createPixelExtractor(): FeatureExtractor {
  return {
    extract: (pixels) => Promise.resolve({ gridSize: 0, pixels }),
    release: () => Promise.resolve(),
  };
}

/** Writes the vision graph that computes `needs` beside the model's weights and returns its path. Throws what `visionGraph` and `storeGraph` throw. */
async function storeVisionGraph({ folder, config }: StoredModel, needs: FeatureNeeds): Promise<string> {
  return storeGraph(folder, visionGraph(config, await readModelWeights(folder), needs));
}

/** Loads the vision graph that computes `needs`. Throws what `visionGraph`, `storeGraph` and the session store throw. */
export async function createFeatureExtractor(
  model: StoredModel,
  needs: FeatureNeeds,
  sessions: SessionStore,
): Promise<FeatureExtractor> {
  const { config } = model;
  const { imageSizePx, dpam } = needs;
  const gridSize = gridSizeOf(config, imageSizePx);
  const graph = await sessions.load(await storeVisionGraph(model, needs), {
    mapWeights: await areWeightsLarge(model.folder),
  });
  return {
    async extract(image) {
      if (image.width !== imageSizePx || image.height !== imageSizePx)
        throw new Error(
          `an image of ${image.width}×${image.height} was handed to an encoder of ${imageSizePx} px`,
        );
      const pixels = new OrtTensor('uint8', image.data, [imageSizePx, imageSizePx, 3]);
      const fetched = await graph.run({ [visionNames.pixels]: pixels });
      return {
        gridSize,
        ...(needs.pixels ? { pixels: image } : {}),
        ...(needs.classFeature ? { classFeature: floats(fetched, visionNames.classFeature) } : {}),
        ...(needs.rawClassFeature ? { rawClassFeature: floats(fetched, visionNames.rawClassFeature) } : {}),
        ...(needs.patchFeatures
          ? { patchFeatures: patchRows(fetched, visionNames.patchFeatures, config.embeddingSize) }
          : {}),
        ...(needs.patchTokens
          ? { patchTokens: patchRows(fetched, visionNames.patchTokens, config.vision.width) }
          : {}),
        ...(needs.windows
          ? {
              windows: new Map(
                needs.windows.map((side) => [
                  side,
                  allRows(fetched, visionNames.windows(side), config.embeddingSize),
                ]),
              ),
            }
          : {}),
        ...(dpam
          ? {
              dpam: new Map(
                dpam.layers.map((layer) => [
                  layer,
                  patchRows(fetched, visionNames.dpam(dpam.variant, layer), config.embeddingSize),
                ]),
              ),
            }
          : {}),
      };
    },
    release: () => graph.release(),
  };
}

/** An output's values. */
export function floats(fetched: Fetched, name: string): Float32Array {
  const data = fetched[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the graph has no fp32 output ${name}`);
  return data;
}

function allRows(fetched: Fetched, name: string, width: number): Features {
  const data = floats(fetched, name);
  return { rows: data.length / width, width, data };
}

/** An output's rows without the first, the class token's. */
function patchRows(fetched: Fetched, name: string, width: number): Features {
  const data = floats(fetched, name).subarray(width);
  return { rows: data.length / width, width, data };
}
