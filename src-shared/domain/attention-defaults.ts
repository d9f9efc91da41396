import type { ClipConfig } from './model.ts';

/**
 * 19 of ViT-L's 24 blocks have a second path (methods.md §2); models of other depths get the same share, at least one block. A
 * model that was trained with another number says so.
 */
export function defaultDpamBlocks(config: ClipConfig): number {
  if (config.vision.dpamBlocks !== undefined) return Math.min(config.vision.dpamBlocks, config.vision.layers);
  return Math.max(1, Math.round((config.vision.layers * 19) / 24));
}

/** The paper's four layers, 6, 12, 18 and 24 of 24: the ends of the quarters of any model's depth. */
export function paperLayers(config: ClipConfig): readonly number[] {
  const quarters = [1, 2, 3, 4].map((quarter) => Math.round((config.vision.layers * quarter) / 4));
  return [...new Set(quarters.filter((layer) => layer >= 1))];
}

/** Tensors of deep text tokens: depth 9 of 12 text blocks, so 8 (methods.md §5); the same share of other depths. */
export function defaultDeepBlocks(config: ClipConfig): number {
  return Math.max(0, Math.round((config.text.layers * 9) / 12) - 1);
}
