import { performance } from 'node:perf_hooks';
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

/** One run of an image encoder (or of none, for pixels alone) that several methods read. */
export interface ScanPass {
  readonly needs: FeatureNeeds;
  /** Features of one image, and how long they took. */
  run(images: SizedImages): Promise<{ readonly features: ImageFeatures; readonly durationMs: number }>;
  release(): Promise<void>;
}

/** Throws what `createFeatureExtractor` throws. */
export async function openPass(
  model: StoredModel | null,
  needs: FeatureNeeds,
  store: SessionStore,
): Promise<ScanPass> {
  const extractor: FeatureExtractor =
    model && needsEncoder(needs) ? await createFeatureExtractor(model, needs, store) : createPixelExtractor();
  return {
    needs,
    async run(images) {
      const image = images.get(needs.imageSizePx);
      if (!image) throw new Error(`the image was not resized to ${needs.imageSizePx} px`);
      const startedMs = performance.now();
      const features = await extractor.extract(image);
      return { features, durationMs: performance.now() - startedMs };
    },
    release: () => extractor.release(),
  };
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
    yield (await pass.run(await readAtSizes(imagePath, [pass.needs.imageSizePx], crop))).features;
}
