import type { MethodId } from './method.ts';
import type { ClipConfig } from './model.ts';

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
  return wholePatches(preferredImageSizePx ?? byRule, patchSize);
}

/**
 * Smoothing of a map where nothing else is set, in pixels of the image that the model sees: what a paper says for its 518 px, in
 * the same ratio for other sizes. Twice as wide on a picture half as large would melt small defects into their surroundings.
 */
export function paperSigmaPx(sigmaAtPaperSize: number, sizePx: number): number {
  return Math.round((sigmaAtPaperSize * sizePx * 100) / paperSizePx) / 100;
}

/** The size that a model was trained at: no position embedding is resampled there. WinCLIP's default. */
export function ownImageSizePx({ vision }: ClipConfig): number {
  return wholePatches(vision.preferredImageSizePx ?? vision.gridSize * vision.patchSize, vision.patchSize);
}

/** What a method sees where nothing is set; null for a method that needs no model. */
export function methodImageSizePx(methodId: MethodId, config: ClipConfig): number | null {
  if (methodId === 'baseline') return null;
  return methodId === 'winclip' ? ownImageSizePx(config) : defaultImageSizePx(config);
}

function wholePatches(sizePx: number, patchSize: number): number {
  return Math.max(1, Math.round(sizePx / patchSize)) * patchSize;
}
