import type { DpamNeeds, FeatureNeeds } from './method.ts';

/** Which passes over an image serve several methods, and which pass each of them reads. */
export interface NeedGroups {
  readonly passes: readonly FeatureNeeds[];
  /** Index into `passes` by method. */
  readonly passOf: readonly number[];
}

/**
 * Shares passes between methods: one for each distinct image size and second attention path. A method without a second path
 * reads whichever pass has its size; one that wants pixels alone has its image without an encoder.
 */
export function groupNeeds(all: readonly FeatureNeeds[]): NeedGroups {
  const passes: FeatureNeeds[] = [];
  const passOf = new Array<number>(all.length).fill(-1);
  // Methods with a second path first, so that the others find all passes there are.
  const byPath = [...all.entries()].sort(([, a], [, b]) => Number(Boolean(b.dpam)) - Number(Boolean(a.dpam)));
  for (const [method, needs] of byPath) {
    const known = passes.findIndex((pass) => canShare(pass, needs));
    const pass = known < 0 ? passes.length : known;
    passes[pass] = unionOfTwo(passes[pass] ?? needs, needs);
    passOf[method] = pass;
  }
  return { passes, passOf };
}

/** True where the needs call for an image encoder, not for pixels alone. */
export function needsEncoder(needs: FeatureNeeds): boolean {
  const { classFeature, rawClassFeature, patchFeatures, patchTokens, windows, dpam } = needs;
  return Boolean(classFeature || rawClassFeature || patchFeatures || patchTokens || windows?.length || dpam);
}

function canShare(a: FeatureNeeds, b: FeatureNeeds): boolean {
  if (a.imageSizePx !== b.imageSizePx) return false;
  return !a.dpam || !b.dpam || (a.dpam.variant === b.dpam.variant && a.dpam.blocks === b.dpam.blocks);
}

function unionOfTwo(a: FeatureNeeds, b: FeatureNeeds): FeatureNeeds {
  const dpam = a.dpam && b.dpam ? unionOfDpam(a.dpam, b.dpam) : (a.dpam ?? b.dpam);
  const windows = ascending([...(a.windows ?? []), ...(b.windows ?? [])]);
  return {
    imageSizePx: a.imageSizePx,
    pixels: Boolean(a.pixels || b.pixels),
    classFeature: Boolean(a.classFeature || b.classFeature),
    rawClassFeature: Boolean(a.rawClassFeature || b.rawClassFeature),
    patchFeatures: Boolean(a.patchFeatures || b.patchFeatures),
    patchTokens: Boolean(a.patchTokens || b.patchTokens),
    ...(windows.length > 0 ? { windows } : {}),
    ...(dpam ? { dpam } : {}),
  };
}

function unionOfDpam(a: DpamNeeds, b: DpamNeeds): DpamNeeds {
  return { ...a, layers: ascending([...a.layers, ...b.layers]) };
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((x, y) => x - y);
}
