import { makeDisplayImage } from '../../images/display-image.ts';
import { probeImage } from '../../images/probe-image.ts';
import { makeMaskPng } from '../../images/read-mask.ts';
import { makeThumbnail } from '../../images/thumbnail.ts';
import type { ImageTools } from './image-tools.ts';

/** `src-main/images` as the core uses it. */
export const defaultImageTools: ImageTools = {
  probe: (file) => probeImage(file),
  thumbnail: (file, sizePx) => makeThumbnail(file, sizePx),
  display: (file) => makeDisplayImage(file),
  mask: (file) => makeMaskPng(file),
};
