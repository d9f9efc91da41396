import { assetPaths, type ThumbnailSize } from '../../src-shared/contract/asset-paths.ts';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { ResourceCache } from './resource-cache.ts';
import type { Resource } from './use-resource.ts';

const images = new ResourceCache<HTMLImageElement>(10);
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

/** The image itself, decoded: it can be drawn at once. Fails with `unreadable`. */
export function imageResource(imageId: number): Resource<HTMLImageElement> {
  return resourceAt(images, assetPaths.image(imageId));
}

export function thumbnailResource(imageId: number, sizePx: ThumbnailSize): Resource<HTMLImageElement> {
  return resourceAt(images, assetPaths.thumbnail(imageId, sizePx));
}

export function maskResource(imageId: number): Resource<HTMLImageElement> {
  return resourceAt(masks, assetPaths.mask(imageId));
}

const squares = new ResourceCache<HTMLImageElement>(8);

/** The square that the model of a run was given instead of the image. */
export function modelViewResource(runId: number, imageId: number): Resource<HTMLImageElement> {
  return resourceAt(squares, assetPaths.modelView(runId, imageId));
}
