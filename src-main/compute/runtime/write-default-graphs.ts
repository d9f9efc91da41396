import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { readModelWeights } from '../clip/model-weights.ts';
import { visionGraph } from '../clip/vision-graph.ts';
import { anomalyClipMethod } from '../methods/anomalyclip.ts';
import { clipMethod } from '../methods/clip.ts';
import { storeGraph } from './graph-files.ts';

/**
 * Writes the vision graphs that CLIP and AnomalyCLIP use with their default settings beside `folder/model.safetensors`, the last
 * step of an import: it checks that every tensor is there in its place and shape. Returns the files' paths.
 */
export async function writeDefaultGraphs(model: { folder: string; config: ClipConfig }): Promise<string[]> {
  const weights = await readModelWeights(model.folder);
  const graphs = [clipMethod, anomalyClipMethod].map((method) =>
    visionGraph(model.config, weights, method.needs(model.config, {})),
  );
  return Promise.all(graphs.map((graph) => storeGraph(model.folder, graph)));
}
