export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Where the image stands, in a form that survives going to an image of another size: fitted, or a scale (CSS pixels an
 * image pixel) with the point of the image, in shares of its sides, that is in the middle of the view.
 */
export type Viewport =
  { readonly mode: 'fit' } | { readonly mode: 'free'; readonly scale: number; readonly centre: Point };

/** The same in CSS pixels of the view: where the image's corner is and how large an image pixel. */
export interface Placement {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const fitted: Viewport = { mode: 'fit' };

const marginPx = 16;
const smallestScale = 1 / 64;
const largestScale = 64;

export function clampScale(scale: number): number {
  return Math.min(largestScale, Math.max(smallestScale, scale));
}

/** Places an image in a view. A small image is not blown up beyond 8 times by fitting. */
export function placeImage(viewport: Viewport, image: Size, view: Size): Placement {
  const scale =
    viewport.mode === 'fit'
      ? Math.min(
          8,
          Math.max(1, view.width - 2 * marginPx) / image.width,
          Math.max(1, view.height - 2 * marginPx) / image.height,
        )
      : viewport.scale;
  const centre = viewport.mode === 'fit' ? { x: 0.5, y: 0.5 } : viewport.centre;
  return {
    scale,
    x: view.width / 2 - centre.x * image.width * scale,
    y: view.height / 2 - centre.y * image.height * scale,
  };
}

function free(placement: Placement, image: Size, view: Size): Viewport {
  const share = (middle: number, start: number, side: number) => (middle - start) / (side * placement.scale);
  return {
    mode: 'free',
    scale: placement.scale,
    // Some of the image stays in view, however far it is dragged.
    centre: {
      x: Math.min(1, Math.max(0, share(view.width / 2, placement.x, image.width))),
      y: Math.min(1, Math.max(0, share(view.height / 2, placement.y, image.height))),
    },
  };
}

/** Zooms by `factor` so that the image point under `pointer` (CSS pixels of the view) stays under it. */
export function zoomAt(
  viewport: Viewport,
  factor: number,
  pointer: Point,
  image: Size,
  view: Size,
): Viewport {
  const before = placeImage(viewport, image, view);
  const scale = clampScale(before.scale * factor);
  const ratio = scale / before.scale;
  return free(
    {
      scale,
      x: pointer.x - (pointer.x - before.x) * ratio,
      y: pointer.y - (pointer.y - before.y) * ratio,
    },
    image,
    view,
  );
}

/** Moves the image by CSS pixels. */
export function panBy(viewport: Viewport, delta: Point, image: Size, view: Size): Viewport {
  const before = placeImage(viewport, image, view);
  return free({ ...before, x: before.x + delta.x, y: before.y + delta.y }, image, view);
}

/** One image pixel on one pixel of the screen, the middle of the view staying where it is. */
export function actualPixels(
  viewport: Viewport,
  image: Size,
  view: Size,
  devicePixelRatio: number,
): Viewport {
  const { scale } = placeImage(viewport, image, view);
  const middle = { x: view.width / 2, y: view.height / 2 };
  return zoomAt(viewport, 1 / devicePixelRatio / scale, middle, image, view);
}

/** Shows a box of the image (image pixels) with room around it. */
export function showBox(box: Point & Size, image: Size, view: Size): Viewport {
  const scale = clampScale(Math.min(view.width / (box.width * 3), view.height / (box.height * 3), 8));
  return {
    mode: 'free',
    scale,
    centre: { x: (box.x + box.width / 2) / image.width, y: (box.y + box.height / 2) / image.height },
  };
}

/**
 * The viewport of another picture of the same scene (the square that a model was given): the same part of it in the
 * middle, about as large on the screen.
 */
export function linkViewport(viewport: Viewport, from: Size, to: Size): Viewport {
  if (viewport.mode === 'fit') return viewport;
  const ratio = Math.sqrt((from.width * from.height) / (to.width * to.height));
  return { ...viewport, scale: viewport.scale * ratio };
}

/** A point of one view where the other shows the same part of the scene. */
export function linkPoint(
  point: Point,
  from: { readonly place: Placement; readonly image: Size },
  to: { readonly place: Placement; readonly image: Size },
): Point {
  const shareX = (point.x - from.place.x) / (from.place.scale * from.image.width);
  const shareY = (point.y - from.place.y) / (from.place.scale * from.image.height);
  return {
    x: to.place.x + shareX * to.place.scale * to.image.width,
    y: to.place.y + shareY * to.place.scale * to.image.height,
  };
}

/** The image point (image pixels, fractional) at a point of the view; null beside the image. */
export function imagePointAt(placement: Placement, pointer: Point, image: Size): Point | null {
  const point = {
    x: (pointer.x - placement.x) / placement.scale,
    y: (pointer.y - placement.y) / placement.scale,
  };
  const inside = point.x >= 0 && point.y >= 0 && point.x < image.width && point.y < image.height;
  return inside ? point : null;
}
