import { decodeRuns } from '../../../src-shared/mask/run-length.ts';
import { makeDisplayImage } from '../../images/display-image.ts';
import { probeImage } from '../../images/probe-image.ts';
import { probeMask } from '../../images/probe-mask.ts';
import { encodeMaskPng, makeMaskPng } from '../../images/read-mask.ts';
import { makeThumbnail } from '../../images/thumbnail.ts';
import { makeModelView } from '../../images/model-view.ts';
import { encodeWideSamples, readWideSamples } from '../../images/wide-samples.ts';
import type { ImageTools } from './image-tools.ts';

/** `src-main/images` as the core uses it. */
export const defaultImageTools: ImageTools = {
  probe: (file) => probeImage(file),
  probeMask: (file, crop) => probeMask(file, { crop }),
  thumbnail: (file, sizePx, crop) => makeThumbnail(file, sizePx, { crop }),
  windowed: (file, sizePx, levels, crop) => makeThumbnail(file, sizePx, { crop, levels }),
  display: (file, crop) => makeDisplayImage(file, { crop }),
  modelView: (file, sizePx, crop) => makeModelView(file, sizePx, { crop }),
  samples: async (file, crop) => encodeWideSamples(await readWideSamples(file, { crop })),
  mask: async (mask, crop) =>
    typeof mask === 'string'
      ? await makeMaskPng(mask, { crop })
      : await encodeMaskPng({ width: mask.width, height: mask.height, data: decodeRuns(mask) }),
};
