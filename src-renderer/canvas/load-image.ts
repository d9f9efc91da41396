import { assetPaths, type ThumbnailSize } from '../../src-shared/contract/asset-paths.ts';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { ResourceCache } from './resource-cache.ts';
import type { Resource } from './use-resource.ts';
import type { Size } from './viewport.ts';

/** A picture that can be drawn; an element only where the browser makes no bitmap of the file. */
export type DecodedImage = HTMLImageElement | ImageBitmap;

export function sizeOfImage(image: DecodedImage): Size {
  return 'naturalWidth' in image
    ? { width: image.naturalWidth, height: image.naturalHeight }
    : { width: image.width, height: image.height };
}

/** What a bitmap takes in memory, at 4 bytes a pixel. */
function bytesOfImage(image: DecodedImage): number {
  const { width, height } = sizeOfImage(image);
  return 4 * width * height;
}

/** Eight of 12 megapixels. */
const mostImageBytes = 384 * 2 ** 20;
const images = new ResourceCache<DecodedImage>(10, { most: mostImageBytes, weigh: bytesOfImage });
const thumbnails = new ResourceCache<HTMLImageElement>(10);
const masks = new ResourceCache<HTMLImageElement>(6);

async function decodeImage(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
  } catch (error) {
    const message =
      'The file was moved or damaged since it was imported. Put it back, or import the folder again.';
    throw new WorkbenchError('unreadable', message, { cause: error });
  }
  return image;
}

function resourceAt(cache: ResourceCache<HTMLImageElement>, address: string): Resource<HTMLImageElement> {
  return {
    key: address,
    peek: () => cache.peek(address),
    load: () => cache.load(address, () => decodeImage(address)),
  };
}

/**
 * As a bitmap, decoded beside our thread. An element's `decode` would be of no use here: a canvas decodes it again, on our
 * thread, when it is drawn (12 megapixels: 0.1 s), and it waits for two frames before that.
 */
async function decodeBitmap(address: string): Promise<DecodedImage> {
  try {
    const response = await fetch(address, { priority: 'high' });
    if (!response.ok) throw new Error(`The answer is ${response.status}.`);
    return await createImageBitmap(await response.blob());
  } catch {
    // What it is no bitmap of an element may still show; else it says why not.
    return await decodeImage(address);
  }
}

/** The image itself, decoded: it can be drawn at once. Fails with `unreadable`. */
export function imageResource(imageId: number): Resource<DecodedImage> {
  const address = assetPaths.image(imageId);
  return {
    key: address,
    peek: () => images.peek(address),
    load: () => images.load(address, () => decodeBitmap(address)),
  };
}

export function thumbnailResource(imageId: number, sizePx: ThumbnailSize): Resource<HTMLImageElement> {
  return resourceAt(thumbnails, assetPaths.thumbnail(imageId, sizePx));
}

export function maskResource(imageId: number): Resource<HTMLImageElement> {
  return resourceAt(masks, assetPaths.mask(imageId));
}

const squares = new ResourceCache<HTMLImageElement>(8);

/** The square that the model of a run was given instead of the image. */
export function modelViewResource(runId: number, imageId: number): Resource<HTMLImageElement> {
  return resourceAt(squares, assetPaths.modelView(runId, imageId));
}
