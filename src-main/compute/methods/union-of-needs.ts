import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DpamNeeds, FeatureNeeds } from './method.ts';

/**
 * What several methods need of one pass over the images. Throws `incompatible` where one graph cannot serve them all: other
 * image sizes, other second attention paths.
 */
export function unionOfNeeds(all: readonly FeatureNeeds[]): FeatureNeeds {
  const [first, ...others] = all;
  if (!first) throw new Error('the union of no needs was asked for');
  return others.reduce(unionOfTwo, first);
}

function unionOfTwo(a: FeatureNeeds, b: FeatureNeeds): FeatureNeeds {
  if (a.imageSizePx !== b.imageSizePx)
    throw new WorkbenchError(
      'incompatible',
      `One pass cannot serve methods that see images at ${a.imageSizePx} px and at ${b.imageSizePx} px. Give both the same image size.`,
    );
  const dpam = a.dpam && b.dpam ? unionOfDpam(a.dpam, b.dpam) : (a.dpam ?? b.dpam);
  return {
    imageSizePx: a.imageSizePx,
    pixels: Boolean(a.pixels || b.pixels),
    classFeature: Boolean(a.classFeature || b.classFeature),
    rawClassFeature: Boolean(a.rawClassFeature || b.rawClassFeature),
    patchFeatures: Boolean(a.patchFeatures || b.patchFeatures),
    ...(dpam ? { dpam } : {}),
  };
}

function unionOfDpam(a: DpamNeeds, b: DpamNeeds): DpamNeeds {
  if (a.variant !== b.variant || a.blocks !== b.blocks)
    throw new WorkbenchError(
      'incompatible',
      `One pass cannot serve methods with the attention paths ${a.variant} over ${a.blocks} blocks and ${b.variant} over ${b.blocks}. Run them one after the other.`,
    );
  return { ...a, layers: [...new Set([...a.layers, ...b.layers])].sort((x, y) => x - y) };
}
