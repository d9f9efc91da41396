import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';

/** The methods' papers see images at 518 px with a backbone pretrained at 336 px: 1.54 times as large. */
const paperSizePx = 518;
const paperRatio = 1.5417;

/**
 * Side of the square image that a model sees where nothing else is set, a multiple of its patch: 518 px for ViT-L/14@336 as in
 * the papers; in the same ratio to the pretraining size for smaller ones, never above 518 (cost grows with its 4th power). A
 * model that states its own size is read at that.
 */
export function defaultImageSizePx(config: ClipConfig): number {
  const { gridSize, patchSize, preferredImageSizePx } = config.vision;
  const byRule = Math.min(paperSizePx, Math.round(paperRatio * gridSize * patchSize));
  const wantedPx = preferredImageSizePx ?? byRule;
  return Math.max(1, Math.round(wantedPx / patchSize)) * patchSize;
}

/**
 * 19 of ViT-L's 24 blocks have a second path (methods.md §2); models of other depths get the same share, at least one block. A
 * model that was trained with another number says so.
 */
export function defaultDpamBlocks(config: ClipConfig): number {
  if (config.vision.dpamBlocks !== undefined) return Math.min(config.vision.dpamBlocks, config.vision.layers);
  return Math.max(1, Math.round((config.vision.layers * 19) / 24));
}

/** The released checkpoints go with the last layer alone (methods.md §5). */
export function defaultLayers(config: ClipConfig): readonly number[] {
  return [config.vision.layers];
}

/** The paper's four layers, 6, 12, 18 and 24 of 24: the ends of the quarters of any model's depth. */
export function paperLayers(config: ClipConfig): readonly number[] {
  const quarters = [1, 2, 3, 4].map((quarter) => Math.round((config.vision.layers * quarter) / 4));
  return [...new Set(quarters.filter((layer) => layer >= 1))];
}

/** The config of a method that cannot run without a model. */
export function requireConfig(config: ClipConfig | null, methodName: string): ClipConfig {
  if (!config)
    throw new WorkbenchError(
      'needs-choice',
      `${methodName} needs a model. Import a CLIP model and choose it.`,
    );
  return config;
}
