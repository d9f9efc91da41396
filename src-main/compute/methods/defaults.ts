import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { defaultDpamBlocks } from '../../../src-shared/domain/attention-defaults.ts';
import { defaultImageSizePx } from '../../../src-shared/domain/image-size.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import type { FeatureNeeds, ImageFeatures } from './method.ts';

export { defaultDpamBlocks, paperLayers } from '../../../src-shared/domain/attention-defaults.ts';

/** The released checkpoints go with the last layer alone (methods.md §5). */
export function defaultLayers(config: ClipConfig): readonly number[] {
  return [config.vision.layers];
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

/** The features of `dpamNeeds` as they are to be read: the rows of DPAM's ensemble keep their length. */
export function readDpam(features: ImageFeatures, { dpam }: MethodSettings): ImageFeatures {
  if (dpam !== 'ensemble' || !features.dpam) return features;
  const kept = [...features.dpam].map(([layer, rows]) => [layer, { ...rows, keepsLength: true }] as const);
  return { ...features, dpam: new Map(kept) };
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
