import { performance } from 'node:perf_hooks';
import { openShelvedEncoder, type ShelvedEncoder } from '../features/cached-pass.ts';
import type { FeatureCache } from '../features/feature-cache.ts';
import { unpackFeatures, type PackedFeatures } from '../features/feature-layout.ts';
import type { FeatureNeeds, ImageFeatures, ReferenceSet } from '../methods/method.ts';
import { needsEncoder } from '../methods/group-needs.ts';
import { decodeImage } from '../../images/decode-image.ts';
import { resizeBicubic } from '../../images/resize-bicubic.ts';
import type { ImageRegion, RgbImage } from '../../images/rgb-image.ts';
import {
  createFeatureExtractor,
  createPixelExtractor,
  type FeatureExtractor,
  type StoredModel,
} from './feature-extractor.ts';
import type { SessionStore } from './session-store.ts';

/** One image at every size that a scan's passes see, by side in pixels. */
export type SizedImages = ReadonlyMap<number, RgbImage>;

/** Decodes an image once and stretches it, or the part `crop` of it, to each size. Throws what `decodeImage` throws. */
export async function readAtSizes(
  imagePath: string,
  sizesPx: Iterable<number>,
  crop?: ImageRegion,
): Promise<SizedImages> {
  const image = await decodeImage(imagePath, crop ? { crop } : {});
  return new Map([...new Set(sizesPx)].map((sizePx) => [sizePx, resizeBicubic(image, sizePx, sizePx)]));
}

/** An image on its way to a session's passes: decoded once for all of them, and not at all where nobody asks for it. */
export interface SourceImage {
  readonly imagePath: string;
  readonly crop?: ImageRegion | undefined;
  /** Throws what `decodeImage` throws. */
  pixels(): Promise<SizedImages>;
}

export function sourceImage(imagePath: string, sizesPx: Iterable<number>, crop?: ImageRegion): SourceImage {
  let reading: Promise<SizedImages> | null = null;
  return { imagePath, crop, pixels: () => (reading ??= readAtSizes(imagePath, sizesPx, crop)) };
}

/** What a pass reads of an image before its turn comes: features of the cache, pixels, or both. */
export interface PassInput {
  readonly pixels: RgbImage | null;
  readonly key: string | null;
  readonly found: PackedFeatures | null;
}

/** One run of an image encoder (or of none, for pixels alone) that several methods read. */
export interface ScanPass {
  readonly needs: FeatureNeeds;
  /** Throws what `decodeImage` throws. */
  load(image: SourceImage): Promise<PassInput>;
  /** Features of one image, and how long they took. */
  run(input: PassInput): Promise<{ readonly features: ImageFeatures; readonly durationMs: number }>;
  release(): Promise<void>;
}

/**
 * With a cache the encoder is loaded when an image is not in it, and what is computed is rounded as what is read, so that a run says
 * the same whichever it was. Throws what `createFeatureExtractor` throws.
 */
export async function openPass(
  model: StoredModel | null,
  needs: FeatureNeeds,
  store: SessionStore,
  cache: FeatureCache | null = null,
): Promise<ScanPass> {
  if (!model || !needsEncoder(needs)) return openPlainPass(needs, createPixelExtractor());
  if (cache === null) return openPlainPass(needs, await createFeatureExtractor(model, needs, store));
  return openShelvedPass(needs, await openShelvedEncoder({ model, needs, store, cache }));
}

async function pixelsAt(image: SourceImage, sizePx: number): Promise<RgbImage> {
  const pixels = (await image.pixels()).get(sizePx);
  if (!pixels) throw new Error(`the image was not resized to ${sizePx} px`);
  return pixels;
}

function openPlainPass(needs: FeatureNeeds, extractor: FeatureExtractor): ScanPass {
  return {
    needs,
    load: async (image) => ({ pixels: await pixelsAt(image, needs.imageSizePx), key: null, found: null }),
    async run({ pixels }) {
      if (!pixels) throw new Error('the image was not decoded');
      const startedMs = performance.now();
      const features = await extractor.extract(pixels);
      return { features, durationMs: performance.now() - startedMs };
    },
    release: () => extractor.release(),
  };
}

function openShelvedPass(needs: FeatureNeeds, encoder: ShelvedEncoder): ScanPass {
  return {
    needs,
    async load(image) {
      const key = await encoder.keyOf(image);
      const found = await encoder.find(key);
      const isWanted = found === null || needs.pixels === true;
      return { pixels: isWanted ? await pixelsAt(image, needs.imageSizePx) : null, key, found };
    },
    async run({ pixels, key, found }) {
      const startedMs = performance.now();
      const features = found ? unpackFeatures(found) : await make(pixels, key);
      return {
        features: needs.pixels && pixels ? { ...features, pixels } : features,
        durationMs: performance.now() - startedMs,
      };
    },
    release: () => encoder.release(),
  };

  async function make(pixels: RgbImage | null, key: string | null): Promise<ImageFeatures> {
    if (!pixels) throw new Error('the image was not decoded');
    const { packed, exact } = await encoder.make(pixels, key);
    return packed ? unpackFeatures(packed) : exact;
  }
}

interface ReferenceImage {
  readonly imagePath: string;
  readonly crop?: ImageRegion | undefined;
}

/** Reference images as features of a pass, read one at a time. */
export function referenceSets(
  references: readonly { readonly className: string; readonly images: readonly ReferenceImage[] }[],
  pass: ScanPass,
): readonly ReferenceSet[] {
  return references
    .filter(({ images }) => images.length > 0)
    .map(({ className, images }) => ({ className, features: featuresOf(images, pass) }));
}

async function* featuresOf(images: readonly ReferenceImage[], pass: ScanPass): AsyncGenerator<ImageFeatures> {
  for (const { imagePath, crop } of images)
    yield (await pass.run(await pass.load(sourceImage(imagePath, [pass.needs.imageSizePx], crop)))).features;
}
