import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { emptyProfile, profileMap } from '../../../src-shared/metrics/map-profile.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import { readImageMask } from '../datasets/read-image-mask.ts';
import type { PixelProblem, ProfiledImage, ProfilePart, ProfileRequest } from './pixel-worker-protocol.ts';

/** Looks at maps as they are rendered in the window, against their masks. Throws for a stored map that is damaged. */
export async function profileImages(
  { rendering, root, edges, minAreaPx, images }: ProfileRequest,
  onImage: () => void,
): Promise<ProfilePart> {
  const { sizePx } = rendering;
  const map = new Float32Array(sizePx * sizePx);
  const totals = emptyProfile();
  const peakBins = new Int32Array(images.length);
  const problems: PixelProblem[] = [];
  let defectCount = 0;
  for (const [place, image] of images.entries()) {
    renderPixelMap(decodePatchMap(image.patchMap), rendering, map);
    const mask = await maskOf(image, root, sizePx, problems);
    const profiled = profileMap({ map, sidePx: sizePx, edges, minAreaPx, mask }, totals);
    peakBins[place] = profiled.peakBin;
    defectCount += profiled.defectCount;
    onImage();
  }
  return { totals, peakBins, defectCount, problems };
}

async function maskOf(
  image: ProfiledImage,
  root: string,
  sizePx: number,
  problems: PixelProblem[],
): Promise<Uint8Array | null> {
  if (image.mask === null) return null;
  if (image.mask === 'empty') return new Uint8Array(sizePx * sizePx);
  try {
    const mask = await readImageMask({ drawnMask: () => image.drawnMask }, root, image);
    return mask && resizeMask(mask, sizePx, sizePx);
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError)) throw thrown;
    problems.push({ imageId: image.id, message: `${image.path}: ${toErrorShape(thrown).message}` });
    return null;
  }
}
