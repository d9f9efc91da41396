import { findRegions, type Region, type Regions } from '../../src-shared/maps/regions.ts';
import type { PixelMap } from './pixel-map.ts';
import type { Point, Size } from './viewport.ts';

interface Found extends Regions {
  readonly threshold: number;
  readonly minAreaPx: number;
}

const found = new WeakMap<PixelMap, Found>();

/** The regions of a map at or above a threshold; viewer and list ask for the same ones, which are looked for once. */
export function regionsOf(map: PixelMap, threshold: number, minAreaPx: number): Regions {
  const known = found.get(map);
  if (known?.threshold === threshold && known.minAreaPx === minAreaPx) return known;
  const regions = findRegions(map.data, map.sizePx, map.sizePx, { threshold, minAreaPx });
  const made = { ...regions, threshold, minAreaPx };
  found.set(map, made);
  return made;
}

/** The listed region at a point of the image in shares of its sides (0-1); null beside all of them. */
export function regionAt({ labels, regions }: Regions, sizePx: number, share: Point): Region | null {
  const column = Math.min(sizePx - 1, Math.floor(share.x * sizePx));
  const row = Math.min(sizePx - 1, Math.floor(share.y * sizePx));
  const label = labels[row * sizePx + column] ?? 0;
  return label === 0 ? null : (regions.find((region) => region.label === label) ?? null);
}

/** A region's box in image pixels. */
export function boxInImage({ box }: Region, sizePx: number, image: Size): Point & Size {
  const [across, down] = [image.width / sizePx, image.height / sizePx];
  return { x: box.x * across, y: box.y * down, width: box.width * across, height: box.height * down };
}
