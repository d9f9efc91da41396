import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { defaultImageSizePx } from '../../../src-shared/domain/image-size.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import type { FeatureNeeds } from './method.ts';

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

/** What methods with learned prompts read: the class token before `ln_post`, and patches of the second path at `layers` (from 1). */
export function dpamNeeds(
  config: ClipConfig,
  settings: MethodSettings,
  layers: readonly number[],
): FeatureNeeds {
  return {
    imageSizePx: settings.imageSizePx ?? defaultImageSizePx(config),
    rawClassFeature: true,
    dpam: {
      variant: settings.dpam ?? 'vv',
      blocks: settings.dpamBlocks ?? defaultDpamBlocks(config),
      layers,
    },
  };
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
