// What lives here: features of images on the disk, as fp16: keys, the file format, the folder with its limit, passes that use it.
// What may not: computing of features (runtime/, clip/), methods, and anything that cannot be made again from the images.
import { performance } from 'node:perf_hooks';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { decodeImage } from '../../images/decode-image.ts';
import { resizeBicubic } from '../../images/resize-bicubic.ts';
import type { ImageRegion, RgbImage } from '../../images/rgb-image.ts';
import type { FeatureNeeds, ImageFeatures } from '../methods/method.ts';
import {
  createFeatureExtractor,
  type FeatureExtractor,
  type StoredModel,
} from '../runtime/feature-extractor.ts';
import type { SessionStore } from '../runtime/session-store.ts';
import type { FeatureCache } from './feature-cache.ts';
import { imageKey, modelHash, passKey } from './feature-key.ts';
import { cutFeatures, featureLayout, packFeatures, type PackedFeatures } from './feature-layout.ts';

/** An image file, or the part `crop` of it. */
export interface ImageFile {
  readonly imagePath: string;
  readonly crop?: ImageRegion | undefined;
}

export interface CachedPassOptions {
  readonly model: StoredModel;
  readonly needs: FeatureNeeds;
  readonly store: SessionStore;
  /** Null: nothing is kept. */
  readonly cache: FeatureCache | null;
}

/** Features of an image that the encoder made. */
export interface MadeFeatures {
  /** Null where a value is beyond the range of half precision; such features are not kept. */
  readonly packed: PackedFeatures | null;
  readonly exact: ImageFeatures;
}

/** An image encoder that is loaded when it is wanted first, and the shelf its features are kept on. */
export interface ShelvedEncoder {
  /** Where the features of an image lie; null where nothing is kept or the file cannot be read. */
  keyOf(image: ImageFile): Promise<string | null>;
  find(key: string | null): Promise<PackedFeatures | null>;
  /** Throws `unavailable` where the encoder cannot be loaded. */
  make(pixels: RgbImage, key: string | null): Promise<MadeFeatures>;
  release(): Promise<void>;
}

/** Throws `bad-request` where the needs' image size does not fit the model. */
export async function openShelvedEncoder(options: CachedPassOptions): Promise<ShelvedEncoder> {
  const { model, needs, store, cache } = options;
  const layout = featureLayout(model.config, needs);
  const pass = cache === null ? '' : passKey(model, await modelHash(model, cache.hashes), needs);
  let loading: Promise<FeatureExtractor> | null = null;

  function load(): Promise<FeatureExtractor> {
    loading ??= createFeatureExtractor(model, needs, store).catch((thrown: unknown) => {
      loading = null;
      // Said of the encoder, not of the image that happened to be the first.
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new WorkbenchError('unavailable', `The image encoder could not be loaded: ${reason}`, {
        cause: thrown,
      });
    });
    return loading;
  }

  return {
    async keyOf({ imagePath, crop }) {
      if (cache === null) return null;
      try {
        return imageKey(pass, await cache.hashes(imagePath), crop);
      } catch {
        // Reading it as an image will say what is wrong with it.
        return null;
      }
    },
    async find(key) {
      const bits = key === null ? null : await cache?.read(key, layout);
      return bits ? cutFeatures(layout, bits) : null;
    },
    async make(pixels, key) {
      const exact = await (await load()).extract(pixels);
      const bits = packFeatures(layout, exact);
      if (bits !== null && key !== null) await cache?.write(key, layout, bits);
      return { packed: bits === null ? null : cutFeatures(layout, bits), exact };
    },
    async release() {
      const loaded = await loading?.catch(() => null);
      loading = null;
      await loaded?.release();
    },
  };
}

export interface CachedRead {
  /** Raw features as fp16: `classFeature`, `rawClassFeature`, `dpam` by layer, … as the needs say. */
  readonly features: PackedFeatures;
  /** True where they were read from the cache. */
  readonly hit: boolean;
  /** Decoding left out. */
  readonly durationMs: number;
}

/** Features of images one by one: from the cache, or made and kept. */
export interface CachedPass {
  readonly needs: FeatureNeeds;
  /** Throws what `decodeImage` throws, and `unavailable` where the encoder cannot be loaded. */
  read(image: ImageFile): Promise<CachedRead>;
  release(): Promise<void>;
}

/** For learning and the prompt bench. Throws `bad-request` where the needs' image size does not fit the model. */
export async function openCachedPass(options: CachedPassOptions): Promise<CachedPass> {
  const { needs } = options;
  const encoder = await openShelvedEncoder(options);
  return {
    needs,
    async read({ imagePath, crop }) {
      let startedMs = performance.now();
      const key = await encoder.keyOf({ imagePath, crop });
      const found = await encoder.find(key);
      if (found) return { features: found, hit: true, durationMs: performance.now() - startedMs };
      const image = await decodeImage(imagePath, crop ? { crop } : {});
      const pixels = resizeBicubic(image, needs.imageSizePx, needs.imageSizePx);
      startedMs = performance.now();
      const { packed } = await encoder.make(pixels, key);
      if (packed === null)
        throw new WorkbenchError(
          'unsupported',
          `${imagePath}: this model's features of it are beyond the range of half precision. Leave the image out or choose another model.`,
        );
      return { features: packed, hit: false, durationMs: performance.now() - startedMs };
    },
    release: () => encoder.release(),
  };
}
